"""Credits: money that is not ours, wherever it stands; how old each is, which clock runs on it, and by when it must be gone."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.db import connection
from django.utils.translation import gettext_lazy as _

from billing_office.staff.access import may

from .models import Account, MoneyRule, Payer

OWNERS = {"": _("All"), "client": _("Clients’"), "payer": _("Payers’")}


@dataclass(frozen=True)
class Credit:
    """Of one payment unapplied on one account, or on one charge (`charge` set). `payer_class` empty: the client's."""

    account: int
    number: str
    name: str
    house: bool
    office: int | None
    payment: int | None
    charge: int | None
    payer_class: str
    cents: int
    since: date
    owes: bool  # the same party owes something on the account
    rule: MoneyRule | None = None

    @property
    def by(self) -> date | None:
        """The last day of its clock."""
        return self.since + timedelta(days=self.rule.days) if self.rule else None


# The day of a credit on a charge is the last one on which the open item fell below zero.
_CREDITS = """
    WITH money AS (
        SELECT p.account_id, p.payment_id, -sum(p.cents)::bigint AS cents FROM accounts_posting p
         WHERE p.book = 'unapplied' AND p.account_id = ANY(%(accounts)s)
         GROUP BY p.account_id, p.payment_id HAVING sum(p.cents) < 0
    ), item AS (
        SELECT charge_id, payer_id, account_id, -cents AS cents FROM accounts_openitem
         WHERE cents < 0 AND account_id = ANY(%(accounts)s)
    ), run AS (
        SELECT p.charge_id, p.payer_id, e.effective_date, p.cents,
               sum(p.cents) OVER (PARTITION BY p.charge_id, p.payer_id ORDER BY e.effective_date, e.id, p.id) AS after
          FROM item i JOIN accounts_posting p ON p.charge_id = i.charge_id AND p.book = 'receivable'
                                             AND p.payer_id IS NOT DISTINCT FROM i.payer_id
          JOIN accounts_journalentry e ON e.id = p.entry_id
    ), credit AS (
        SELECT m.account_id, m.payment_id, NULL::bigint AS charge_id, y.payer_id, m.cents, y.received_on AS since
          FROM money m JOIN accounts_payment y ON y.id = m.payment_id
        UNION ALL
        SELECT i.account_id, NULL, i.charge_id, i.payer_id, i.cents,
               (SELECT max(effective_date) FROM run r WHERE r.charge_id = i.charge_id AND r.payer_id IS NOT DISTINCT FROM i.payer_id
                   AND r.after < 0 AND r.after - r.cents >= 0)
          FROM item i
    )
    SELECT a.id, a.number, coalesce(y.name, a.name), a.kind = 'house', a.office_id, c.payment_id, c.charge_id,
           coalesce(y.payer_class, ''), c.cents, c.since,
           EXISTS (SELECT 1 FROM accounts_openitem o WHERE o.cents > 0 AND o.payer_id IS NOT DISTINCT FROM c.payer_id
                      AND (o.account_id = a.id OR a.kind = 'house'))
      FROM credit c JOIN accounts_account a ON a.id = c.account_id LEFT JOIN accounts_payer y ON y.id = c.payer_id
     ORDER BY c.since, a.id, c.payment_id, c.charge_id
"""


def of_staff(user, on: date, owner: str = "") -> list[Credit]:
    """Every credit that this person may know of, the oldest first, each with its clock."""
    mine = Account.objects.for_staff(user).order_by().values_list("pk", flat=True)
    sources = [mine.filter(balance__unapplied_cents__gt=0), mine.filter(open_items__cents__lt=0)]
    if may(user, "post_payer_payments") or may(user, "read_board"):
        houses = Account.objects.filter(kind=Account.Kind.HOUSE, payer__isnull=False, balance__unapplied_cents__gt=0)
        sources.append(houses.order_by().values_list("pk", flat=True))
    holding = list(sources[0].union(*sources[1:]))
    with connection.cursor() as cursor:
        cursor.execute(_CREDITS, {"accounts": holding})
        found = [Credit(*row) for row in cursor.fetchall()]
    wanted = [c for c in found if not owner or bool(c.payer_class) == (owner == "payer")]
    return _timed(wanted, on)


def _timed(found: list[Credit], on: date) -> list[Credit]:
    offices = sorted({credit.office for credit in found if credit.office}) + [None]
    kinds = {clock_of(credit.payer_class) for credit in found}
    rules = {kind: MoneyRule.objects.of_offices(kind, offices, on) for kind in sorted(kinds)}
    return [
        Credit(**{**vars(credit), "rule": rules[clock_of(credit.payer_class)].get(credit.office)}) for credit in found
    ]


def clock_of(payer_class: str) -> str:
    """The kind of rule that says by when a credit must be gone."""
    if not payer_class:
        return MoneyRule.Kind.CREDIT_CLIENT
    public = payer_class == Payer.Class.GOVERNMENT
    return MoneyRule.Kind.CREDIT_PUBLIC if public else MoneyRule.Kind.CREDIT_PAYER
