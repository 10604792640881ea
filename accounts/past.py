"""The books on a past day: what is dated on or before it, as the ledger stands now; for auditors, as it was known at a moment.

Counted from the snapshot of the last period closed by that day and what is dated after it; with `known_at` from all postings,
which may be slow.
"""

from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection

from .models import Account


@dataclass(frozen=True)
class AsOf:
    """A day, and a moment of knowledge or None: `effective_date <= on`, `posted_at <= known_at`."""

    on: date
    known_at: datetime | None = None

    def items(self, accounts: str, params: tuple) -> tuple[str, list]:
        """SQL for the open items of some accounts (a subquery and its parameters) as they were: the columns of accounts_openitem."""
        if self.known_at:
            return ITEMS.format(accounts=accounts, base=NOTHING, since="true", known="e.posted_at <= %s"), [
                *params,
                self.on,
                self.known_at,
            ]
        sql = ITEMS.format(accounts=accounts, base=SNAPSHOT.format(accounts=accounts), since=AFTER, known="true")
        return sql, [self.on, *params, *params, self.on, self.on]

    def known(self, column: str) -> tuple[str, list]:
        """A condition on what was known then, for rows that say when they were written."""
        return (f"{column} <= %s", [self.known_at]) if self.known_at else ("true", [])


_LAST = "(SELECT max(last_day) FROM accounts_period WHERE last_day <= %s)"
AFTER = f"e.effective_date > coalesce({_LAST}, '-infinity')"
NOTHING = "SELECT NULL::bigint, NULL::bigint, NULL::date, NULL::bigint WHERE false"
SNAPSHOT = f"""
    SELECT s.open_item_id, 0::bigint, s.since, s.cents FROM accounts_snapshot s
      JOIN accounts_period d ON d.id = s.period_id AND d.last_day = {_LAST}
     WHERE s.open_item_id IN (SELECT id FROM accounts_openitem WHERE account_id IN ({{accounts}}))
"""
ITEMS = """
    SELECT i.id, i.account_id, i.charge_id, i.payer_id, was.cents, was.since FROM (
        SELECT open_item_id, sum(cents)::bigint AS cents,
               coalesce((array_agg(day ORDER BY day DESC, entry_id DESC) FILTER (WHERE after > 0 AND after - cents <= 0))[1], min(day)) AS since
          FROM (SELECT *, sum(cents) OVER (PARTITION BY open_item_id ORDER BY day, entry_id) AS after FROM (
                    {base}
                    UNION ALL
                    SELECT o.id, e.id, e.effective_date, sum(p.cents)::bigint
                      FROM accounts_posting p
                      JOIN accounts_journalentry e ON e.id = p.entry_id
                      JOIN accounts_openitem o ON o.charge_id = p.charge_id AND o.payer_id IS NOT DISTINCT FROM p.payer_id
                     WHERE p.book = 'receivable' AND p.account_id IN ({accounts}) AND e.effective_date <= %s AND {since} AND {known}
                     GROUP BY o.id, e.id, e.effective_date
                ) AS step (open_item_id, entry_id, day, cents)) AS run
         GROUP BY open_item_id
    ) AS was JOIN accounts_openitem i ON i.id = was.open_item_id
"""


def balance(account: Account, seen: AsOf) -> tuple[int, int]:
    """(receivable, unapplied) of one account in cents, on a day and as known."""
    return balances(Account.objects.filter(pk=account.pk), seen).get(account.pk, (0, 0))


def balances(accounts, seen: AsOf) -> dict[int, tuple[int, int]]:
    """(receivable, unapplied) by account id, of accounts (a queryset) with anything posted by then."""
    inner, params = accounts.order_by().values("pk").query.sql_with_params()
    known, known_params = seen.known("e.posted_at")
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT p.account_id, coalesce(sum(p.cents) FILTER (WHERE p.book = 'receivable'), 0)::bigint,
                   coalesce(-sum(p.cents) FILTER (WHERE p.book = 'unapplied'), 0)::bigint
              FROM accounts_posting p JOIN accounts_journalentry e ON e.id = p.entry_id
             WHERE p.account_id IN ({inner}) AND e.effective_date <= %s AND {known} GROUP BY p.account_id
            """,
            [*params, seen.on, *known_params],
        )
        return {account: (receivable, unapplied) for account, receivable, unapplied in cursor.fetchall()}
