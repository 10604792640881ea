"""How old what is owed is: open items laid on the dues in force, gross, by who is responsible. Read from open items, never the ledger.

A part is some cents of one open item with one day: the due date, or, for what is on no due in force, the item's `since`.
Credits (open items below zero) have no day and never age; buckets of 30 days. Every function asks for the day to look from;
with `seen` (past.AsOf) it counts what was owed on a past day, else what is owed now.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from django.db import connection
from django.db.models import Count, Sum

from . import past
from .models import Account, Payer
from .past import AsOf

NOT_DUE, CREDIT = "not_due", "credit"
COLUMNS = {NOT_DUE: "Not yet due", "a1": "0–30", "a2": "31–60", "a3": "61–90", "a4": "Over 90", CREDIT: "Credits"}
AGED = {"a1": (0, 30), "a2": (31, 60), "a3": (61, 90), "a4": (91, None)}  # days past, both included

OWNERS = {
    "insurer": ("Insurers", [Payer.Class.INSURER]),
    "government": ("Government", [Payer.Class.GOVERNMENT]),
    "other": ("Employers and others", [Payer.Class.EMPLOYER, Payer.Class.PERSON, Payer.Class.OTHER]),
    "client": ("Clients", []),
}
OWNER_OF = {payer_class: owner for owner, (_, classes) in OWNERS.items() for payer_class in classes}


def column(day: date | None, on: date) -> str:
    """The board's column for a part with this day, seen on `on`.

    >>> column(date(2026, 11, 1), date(2026, 12, 2))
    'a2'
    """
    if day is None:
        return CREDIT
    age = (on - day).days
    if age < 0:
        return NOT_DUE
    return next(name for name, (_, last) in AGED.items() if last is None or age <= last)


@dataclass(frozen=True)
class Part:
    """Some cents of one open item that are as old as `day`; `dated` when a due says so. No day: a credit, cents below zero.

    `party` is the payer's name, empty for the client.
    """

    open_item: int
    account: int
    charge: int
    payer: int | None
    day: date | None
    dated: bool
    cents: int
    payer_class: str = ""
    party: str = ""

    def age(self, on: date) -> int | None:
        return (on - self.day).days if self.day else None

    def column(self, on: date) -> str:
        return column(self.day, on)


# {items}: the open items as they stand or stood; {which} of them; {known}: a condition on dues that were written by then.
# One window puts the latest version first, so that the running sum over it is that of this version alone.
PARTS = """
    WITH item AS MATERIALIZED (
        SELECT id, account_id, charge_id, payer_id, cents, since FROM ({items}) AS those WHERE cents <> 0 AND {which}
    ), known AS (
        SELECT d.open_item_id, d.version, d.due_on, d.cents, max(d.version) OVER w AS latest, (sum(d.cents) OVER w)::bigint AS upto
          FROM accounts_due d JOIN item i ON i.id = d.open_item_id WHERE d.in_force_from <= %s AND {known}
        WINDOW w AS (PARTITION BY d.open_item_id ORDER BY d.version DESC, d.due_on DESC)
    ), due AS (
        SELECT open_item_id, due_on, cents, upto FROM known WHERE version = latest
    ), dated AS (
        SELECT open_item_id, sum(cents) AS cents FROM due GROUP BY open_item_id
    ), part AS (
        SELECT i.*, d.due_on AS day, true AS dated, least(d.cents, greatest(0, i.cents - (d.upto - d.cents)))::bigint AS part
          FROM item i JOIN due d ON d.open_item_id = i.id WHERE i.cents > 0
        UNION ALL
        SELECT i.*, i.since, false, greatest(0, i.cents - coalesce(t.cents, 0))::bigint
          FROM item i LEFT JOIN dated t ON t.open_item_id = i.id WHERE i.cents > 0
        UNION ALL
        SELECT i.*, NULL, false, i.cents FROM item i WHERE i.cents < 0
    )
"""
OF_CLIENTS = "cents > 0 AND payer_id IS NULL"  # all that can be past due


_OWNER = (
    "CASE WHEN part.payer_id IS NULL THEN 'client' "
    + " ".join(f"WHEN y.payer_class = '{payer_class}' THEN '{owner}'" for payer_class, owner in OWNER_OF.items())
    + " END"
)
# One %s, the board's day, for each aged column.
_COLUMN = (
    f"CASE WHEN day IS NULL THEN '{CREDIT}' "
    + " ".join(f"WHEN %s::date - day >= {first} THEN '{name}'" for name, (first, _) in reversed(AGED.items()))
    + f" ELSE '{NOT_DUE}' END"
)


def _query(tail: str, accounts, on: date, seen: AsOf | None, params: Iterable = (), which="true"):
    inner, inner_params = accounts.order_by().values("pk").query.sql_with_params()
    if seen is None:
        items, items_params = f"SELECT * FROM accounts_openitem WHERE account_id IN ({inner})", inner_params
        known, known_params = "true", []
    else:
        items, items_params = seen.items(inner, inner_params)
        known, known_params = seen.known("posted_at")
    with connection.cursor() as cursor:
        sql = PARTS.format(items=items, which=which, known=known) + tail
        cursor.execute(sql, [*items_params, on, *known_params, *params])
        return cursor.fetchall()


def parts(accounts, on: date, seen: AsOf | None = None) -> list[Part]:
    """Every part of these accounts (a queryset), oldest first within an account."""
    tail = """SELECT part.id, account_id, charge_id, payer_id, day, dated, part, coalesce(y.payer_class, ''), coalesce(y.name, '')
                FROM part LEFT JOIN accounts_payer y ON y.id = part.payer_id WHERE part <> 0
               ORDER BY account_id, day NULLS LAST, part.id"""
    return [Part(*row) for row in _query(tail, accounts, on, seen)]


@dataclass(frozen=True)
class Cell:
    cents: int = 0
    accounts: int = 0


def board(accounts, on: date, seen: AsOf | None = None) -> dict[tuple[str, str], Cell]:
    """Sums by (owner, column), gross; sums of a row over columns under (owner, "all"), of a column under ("all", column)."""
    # Each account once for each sum: counting them so is hashing, where count(DISTINCT) over grouping sets sorts four times.
    tail = f""", single AS (
        SELECT account_id, {_OWNER} AS owner, {_COLUMN} AS "column", sum(part)::bigint AS cents
          FROM part LEFT JOIN accounts_payer y ON y.id = part.payer_id WHERE part <> 0 GROUP BY 1, 2, 3
    ) SELECT owner, "column", sum(cents)::bigint, count(*) FROM single GROUP BY 1, 2
      UNION ALL SELECT owner, 'all', sum(cents)::bigint, count(DISTINCT account_id) FROM single GROUP BY 1
      UNION ALL SELECT 'all', "column", sum(cents)::bigint, count(DISTINCT account_id) FROM single GROUP BY 2
      UNION ALL SELECT 'all', 'all', sum(cents)::bigint, count(DISTINCT account_id) FROM single"""
    rows = _query(tail, accounts, on, seen, [on] * len(AGED))
    return {(owner, name): Cell(cents or 0, count) for owner, name, cents, count in rows}


@dataclass(frozen=True)
class AccountRow:
    """One account of a cell: what of it stands there, and the day of its oldest part."""

    account: int
    cents: int
    oldest: date | None


def cell_accounts(accounts, on: date, owner: str, name: str, seen: AsOf | None = None) -> list[AccountRow]:
    """The accounts behind one figure of the board ("all" for a row's or column's sum), most money first."""
    tail = f"""SELECT account_id, sum(part)::bigint, min(day) FROM part LEFT JOIN accounts_payer y ON y.id = part.payer_id
                WHERE part <> 0 AND (%s = 'all' OR {_OWNER} = %s) AND (%s = 'all' OR {_COLUMN} = %s)
                GROUP BY account_id ORDER BY abs(sum(part)) DESC, account_id"""
    params = [owner, owner, name, *[on] * len(AGED), name]
    return [AccountRow(*row) for row in _query(tail, accounts, on, seen, params)]


def of_payer(accounts, payer: Payer, on: date) -> list[Part]:
    """Every part that a payer owes on these accounts today, oldest first; credits last."""
    theirs = accounts.filter(pk__in=payer.open_items.exclude(cents=0).values("account"))
    tail = """SELECT part.id, account_id, charge_id, payer_id, day, dated, part FROM part
               WHERE part <> 0 AND payer_id = %s ORDER BY day NULLS LAST, part.id"""
    return [Part(*row) for row in _query(tail, theirs, on, None, [payer.pk])]


@dataclass(frozen=True)
class PayerRow:
    """One payer of a cell: what of it stands there, on how many accounts, and the day of its oldest part."""

    payer: int
    cents: int
    accounts: int
    oldest: date | None


def cell_payers(accounts, on: date, owner: str, name: str, seen: AsOf | None = None) -> list[PayerRow]:
    """The payers behind one figure of the board, as `cell_accounts` gives the accounts; clients are left out."""
    tail = f"""SELECT payer_id, sum(part)::bigint, count(DISTINCT account_id), min(day)
                 FROM part JOIN accounts_payer y ON y.id = part.payer_id
                WHERE part <> 0 AND (%s = 'all' OR {_OWNER} = %s) AND (%s = 'all' OR {_COLUMN} = %s)
                GROUP BY payer_id ORDER BY abs(sum(part)) DESC, payer_id"""
    params = [owner, owner, name, *[on] * len(AGED), name]
    return [PayerRow(*row) for row in _query(tail, accounts, on, seen, params)]


def past_due(accounts, on: date, seen: AsOf | None = None) -> list[AccountRow]:
    """Accounts whose client owes something on a due in force that has come, most money first: whom reminders concern."""
    rows = _query(f"{_PAST_DUE} ORDER BY sum(part) DESC, account_id", accounts, on, seen, [on], OF_CLIENTS)
    return [AccountRow(*row) for row in rows]


_PAST_DUE = """SELECT account_id, sum(part)::bigint, min(day) FROM part
                WHERE part > 0 AND dated AND payer_id IS NULL AND day <= %s GROUP BY account_id"""


@dataclass(frozen=True)
class Late:
    """How many accounts are past due, with how much, and the first of `past_due`."""

    accounts: int
    cents: int
    first: list[AccountRow]


def late(accounts, on: date, seen: AsOf | None = None, first: int = 25) -> Late:
    """As `past_due`, but only the sums and the `first` rows leave the database."""
    tail = f""", late (account_id, cents, oldest) AS ({_PAST_DUE})
               SELECT *, count(*) OVER (), (sum(cents) OVER ())::bigint FROM late ORDER BY cents DESC, account_id LIMIT %s"""
    rows = _query(tail, accounts, on, seen, [on, first], OF_CLIENTS)
    count, cents = rows[0][3:] if rows else (0, 0)
    return Late(count, cents, [AccountRow(*row[:3]) for row in rows])


@dataclass(frozen=True)
class Netted:
    """One account's debts after its unapplied money was laid on the oldest of them."""

    parts: list[Part]
    credit: int


def net(parts: list[Part], credit: int) -> Netted:
    """Lay unapplied money on the oldest parts first; for one account's view and for dunning, never for sums over accounts."""
    left, still = credit, []
    for part in sorted((p for p in parts if p.cents > 0), key=lambda p: (p.day, p.open_item)):
        used = min(left, part.cents)
        left -= used
        if part.cents > used:
            still.append(replace(part, cents=part.cents - used))
    return Netted(still, left)


def unapplied(accounts, seen: AsOf | None = None) -> dict[str, Cell]:
    """Money on no charge yet, by owner: clients' on these accounts, payers' on their house accounts, which no office owns."""
    clients = Account.objects.filter(pk__in=accounts.order_by().values("pk"))
    houses = Account.objects.filter(kind=Account.Kind.HOUSE, payer__isnull=False)
    cells = {"client": _held(clients, seen)}
    for owner, (_, classes) in OWNERS.items():
        if classes:
            cells[owner] = _held(houses.filter(payer__payer_class__in=classes), seen)
    return cells


def _held(accounts, seen: AsOf | None) -> Cell:
    if seen:
        held = [unapplied for _, unapplied in past.balances(accounts, seen).values() if unapplied > 0]
        return Cell(sum(held), len(held))
    sums = accounts.filter(balance__unapplied_cents__gt=0).aggregate(
        cents=Sum("balance__unapplied_cents"), n=Count("pk")
    )
    return Cell(sums["cents"] or 0, sums["n"])
