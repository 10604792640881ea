"""What the account page reads: each function one query, however long the account's history."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection
from django.utils.translation import gettext as _

from billing_office.lib import money
from billing_office.staff.models import short_name

from .models import Account, AccountFlag, Charge, Hold, Kind


@dataclass(frozen=True)
class ChargeLine:
    """One charge and what became of it, in cents: billed = off + payers_paid + client_paid + open (of payers and client)."""

    id: int
    service_on: date
    description: str
    code: str
    client_name: str
    provider: str
    cents: int
    billed: int
    off: int
    payers_paid: int
    client_paid: int
    open_client: int
    open_payers: int
    payer_names: str
    moved: int
    kind: str  # of Charge.Kind

    @property
    def open(self) -> int:
        return self.open_client + self.open_payers

    @property
    def voided(self) -> bool:
        return self.billed == 0

    @property
    def sum_of_parts(self) -> str:
        """`500.00 billed = 180.00 taken off + 96.00 paid by payers + 224.00 open at the client`; parts of nothing are left out."""
        parts = [
            (self.off, _("taken off")),
            (self.payers_paid, _("paid by payers")),
            (self.client_paid, _("paid by the client")),
            (self.open_payers, _("open at payers")),
            (self.open_client, _("open at the client")),
        ]
        said = " + ".join(f"{money.show(cents)} {words}" for cents, words in parts if cents)
        return _("%(amount)s billed = %(parts)s") % {"amount": money.show(self.billed), "parts": said or money.show(0)}


_CHARGES = """
    SELECT c.id, c.service_on, c.description, c.code, coalesce(trim(k.first_name || ' ' || k.last_name), ''), c.provider, c.cents,
           coalesce(-sum(p.cents) FILTER (WHERE p.book IN ('revenue', 'late_fees', 'interest')), 0)::bigint,
           coalesce(sum(p.cents) FILTER (WHERE p.book NOT IN ('receivable', 'revenue', 'late_fees', 'interest')), 0)::bigint,
           coalesce(-sum(p.cents) FILTER (WHERE p.book = 'receivable' AND y.payer_id IS NOT NULL), 0)::bigint,
           coalesce(-sum(p.cents) FILTER (WHERE p.book = 'receivable' AND y.id IS NOT NULL AND y.payer_id IS NULL), 0)::bigint,
           coalesce(sum(p.cents) FILTER (WHERE p.book = 'receivable' AND p.payer_id IS NULL), 0)::bigint,
           coalesce(sum(p.cents) FILTER (WHERE p.book = 'receivable' AND p.payer_id IS NOT NULL), 0)::bigint,
           coalesce((SELECT string_agg(DISTINCT r.name, ', ') FROM accounts_openitem o JOIN accounts_payer r ON r.id = o.payer_id
                      WHERE o.charge_id = c.id AND o.cents <> 0), ''),
           coalesce(sum(p.cents) FILTER (WHERE e.kind = 'transfer_responsibility' AND p.payer_id IS NULL), 0)::bigint,
           c.kind
      FROM accounts_charge c
      LEFT JOIN accounts_client k ON k.id = c.client_id
      LEFT JOIN accounts_posting p ON p.charge_id = c.id
      LEFT JOIN accounts_journalentry e ON e.id = p.entry_id
      LEFT JOIN accounts_payment y ON y.id = p.payment_id
     WHERE c.account_id = %s AND {which}
     GROUP BY c.id, k.id ORDER BY c.service_on DESC, c.id DESC LIMIT %s
"""


def charges(account: Account, limit: int = 500) -> list[ChargeLine]:
    """The account's charges, newest service first."""
    with connection.cursor() as cursor:
        cursor.execute(_CHARGES.format(which="true"), [account.pk, limit])
        return [ChargeLine(*row) for row in cursor.fetchall()]


def charge(row: Charge) -> ChargeLine:
    with connection.cursor() as cursor:
        cursor.execute(_CHARGES.format(which="c.id = %s"), [row.account_id, row.pk, 1])
        return ChargeLine(*cursor.fetchone())


@dataclass(frozen=True)
class Stop:
    """A flag or a hold in force: what it is, since and until when (None: no end), why."""

    source: str  # flag or hold
    id: int
    kind: str
    since: date
    until: date | None
    reason: str
    charge: int | None

    @property
    def words(self) -> str:
        kinds = AccountFlag.Kind if self.source == "flag" else Hold.Kind
        return kinds(self.kind).label


_STOPS = """
    SELECT 'flag', id, kind, since, until, reason, NULL::bigint FROM accounts_accountflag
     WHERE account_id = %(account)s AND (until IS NULL OR until >= %(on)s)
    UNION ALL
    SELECT 'hold', id, kind, since, until, reason, charge_id FROM accounts_hold
     WHERE account_id = %(account)s AND (until IS NULL OR until >= %(on)s)
    ORDER BY 4 DESC
"""


def stops(account: Account, on: date) -> list[Stop]:
    with connection.cursor() as cursor:
        cursor.execute(_STOPS, {"account": account.pk, "on": on})
        return [Stop(*row) for row in cursor.fetchall()]


@dataclass(frozen=True)
class EntryLine:
    """One entry of the account's ledger, with what it did to what is owed and to unapplied money, in cents."""

    id: int
    effective_date: date
    posted_at: datetime
    kind: str
    memo: str
    service: str
    who: str
    receivable: int
    unapplied: int
    reverses: int | None
    reversed_by: int | None
    reversed_on: date | None
    reversed_who: str | None
    reversed_why: str | None
    payers_money: bool

    @property
    def title(self) -> str:
        return Kind(self.kind).label

    @property
    def reversed_short(self) -> str:
        return short_name(self.reversed_who or "")


_ENTRIES = """
    SELECT e.id, e.effective_date, e.posted_at, e.kind, e.memo, coalesce(string_agg(DISTINCT c.description, '; '), ''), u.name,
           coalesce(sum(p.cents) FILTER (WHERE p.book = 'receivable'), 0)::bigint,
           coalesce(-sum(p.cents) FILTER (WHERE p.book = 'unapplied'), 0)::bigint,
           e.reverses_id, r.id, r.effective_date, ru.name, r.memo, coalesce(bool_or(y.payer_id IS NOT NULL), false)
      FROM accounts_journalentry e JOIN accounts_posting p ON p.entry_id = e.id JOIN staff_user u ON u.id = e.posted_by_id
      LEFT JOIN accounts_charge c ON c.id = p.charge_id
      LEFT JOIN accounts_payment y ON y.id = p.payment_id
      LEFT JOIN accounts_journalentry r ON r.reverses_id = e.id
      LEFT JOIN staff_user ru ON ru.id = r.posted_by_id
     WHERE e.account_id = %s GROUP BY e.id, u.name, r.id, ru.name ORDER BY e.id DESC LIMIT %s
"""


def entries(account: Account, limit: int = 500) -> list[EntryLine]:
    """The account's ledger, newest entry first."""
    with connection.cursor() as cursor:
        cursor.execute(_ENTRIES, [account.pk, limit])
        return [EntryLine(*row) for row in cursor.fetchall()]
