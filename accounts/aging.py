"""How old what is owed is: open items laid on the dues in force, gross, by who is responsible. Read from open items, never the ledger.

A part is some cents of one open item with one day: the due date, or, for what is on no due in force, the item's `since`.
Credits (open items below zero) have no day and never age; buckets of 30 days. Every function asks for the day to look from;
with `seen` (past.AsOf) it counts what was owed on a past day, else what is owed now.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date

from django.db import connection
from django.db.models import Count, Sum
from django.utils.translation import gettext_lazy as lazy

from . import past
from .models import Account, Payer
from .past import AsOf

NOT_DUE, CREDIT = "not_due", "credit"
COLUMNS = {
    NOT_DUE: lazy("Not yet due"),
    "a1": "0–30",
    "a2": "31–60",
    "a3": "61–90",
    "a4": lazy("Over 90"),
    CREDIT: lazy("Credits"),
}
AGED = {"a1": (0, 30), "a2": (31, 60), "a3": (61, 90), "a4": (91, None)}  # days past, both included

OWNERS = {
    "insurer": (lazy("Insurers"), [Payer.Class.INSURER]),
    "government": (lazy("Government"), [Payer.Class.GOVERNMENT]),
    "other": (lazy("Employers and others"), [Payer.Class.EMPLOYER, Payer.Class.PERSON, Payer.Class.OTHER]),
    "client": (lazy("Clients"), []),
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
# One window puts the latest version of an item's dues first, so that the running sum over it is that of this version alone,
# and all it comes to stands on its earliest day. What is on no due in force, the whole or a rest, is as old as `since`.
PARTS = """
    WITH laid AS (
        SELECT i.*, d.version, d.due_on, d.cents AS due, max(d.version) OVER w AS latest, (sum(d.cents) OVER w)::bigint AS upto,
               lead(d.version) OVER w IS DISTINCT FROM d.version AS earliest
          FROM (SELECT id, account_id, charge_id, payer_id, cents, since FROM ({items}) AS those WHERE cents <> 0 AND {which}) AS i
          LEFT JOIN accounts_due d ON d.open_item_id = i.id AND i.cents > 0 AND d.in_force_from <= %s AND {known}
        WINDOW w AS (PARTITION BY i.id ORDER BY d.version DESC, d.due_on DESC)
    ), standing AS MATERIALIZED (
        SELECT * FROM laid WHERE version IS NOT DISTINCT FROM latest
    ), part AS (
        SELECT id, account_id, charge_id, payer_id,
               CASE WHEN version IS NOT NULL THEN due_on WHEN cents > 0 THEN since END AS day, version IS NOT NULL AS dated,
               CASE WHEN version IS NULL THEN cents ELSE least(due, greatest(0, cents - (upto - due))) END AS part
          FROM standing
        UNION ALL
        SELECT id, account_id, charge_id, payer_id, since, false, cents - upto FROM standing WHERE earliest AND cents > upto
    )
"""
OF_CLIENTS = "cents > 0 AND payer_id IS NULL"  # all that can be past due


def _owner(say: Callable) -> str:
    """SQL for who owes a part: what `say` says of each of OWNERS. The party is `y`."""
    cases = [f"WHEN y.payer_class = '{payer_class}' THEN {say(owner)}" for payer_class, owner in OWNER_OF.items()]
    return " ".join(["CASE WHEN part.payer_id IS NULL THEN", str(say("client")), *cases, "END"])


def _column(say: Callable) -> str:
    """The same of COLUMNS. One %s, the board's day, for each aged column."""
    ages = [f"WHEN %s::date - day >= {first} THEN {say(name)}" for name, (first, _) in reversed(AGED.items())]
    return " ".join([f"CASE WHEN day IS NULL THEN {say(CREDIT)}", *ages, f"ELSE {say(NOT_DUE)} END"])


_OWNER, _COLUMN = _owner("'{}'".format), _column("'{}'".format)


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


# -- the board ----------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Cell:
    cents: int = 0
    accounts: int = 0


Cells = dict[
    tuple[str, str], Cell
]  # by (owner, column), gross; sums of a row under (owner, "all"), of a column ("all", column)


def board(accounts, on: date, seen: AsOf | None = None) -> Cells:
    """Who owes what, and since when."""
    return board_and_late(accounts, on, seen, 0)[0]


def board_and_late(accounts, on: date, seen: AsOf | None = None, first: int = 25) -> tuple[Cells, Late]:
    """As `board` and `late`, but the parts are walked once for both."""
    rows = _query(_BOARD, accounts, on, seen, [*[on] * len(AGED), on, first])
    told = {kind: [row for of, *row in rows if of == kind] for kind in ("cents", "accounts", "late", "first")}
    [(late_cents, late_accounts, *rest)] = told["late"]
    late = Late(late_accounts, late_cents or 0, [AccountRow(*row) for row in told["first"]])
    return _cells(*({row[0]: row[1] for row in told[kind]} for kind in ("cents", "accounts"))), late


_PLACES = [(owner, name) for owner in OWNERS for name in COLUMNS]
_PLACE = f"{_owner(lambda owner: [*OWNERS].index(owner) * len(COLUMNS))} + {_column([*COLUMNS].index)}"
# An account stands in some of the places; as bits of one number they are few sets, from which all counts of accounts come.
_BOARD = f""", placed AS (
        SELECT account_id, part, day, {_PLACE} AS place, part > 0 AND dated AND payer_id IS NULL AND day <= %s AS late
          FROM part LEFT JOIN accounts_payer y ON y.id = part.payer_id WHERE part <> 0
    ), account AS (
        SELECT account_id, bit_or(1 << place) AS places, sum(part) FILTER (WHERE late) AS late, min(day) FILTER (WHERE late) AS oldest
          FROM placed GROUP BY account_id
    ) SELECT 'cents', place::bigint, sum(part)::bigint, NULL::date FROM placed GROUP BY place
      UNION ALL SELECT 'accounts', places, count(*), NULL FROM account GROUP BY places
      UNION ALL SELECT 'late', sum(late)::bigint, count(late), NULL FROM account
      UNION ALL (SELECT 'first', account_id, late::bigint, oldest FROM account WHERE late > 0
                  ORDER BY late DESC, account_id LIMIT %s)"""


def _cells(sums: dict[int, int], counts: dict[int, int]) -> Cells:
    cents, accounts = Counter(), Counter()
    for place, part in sums.items():
        for key in _around(*_PLACES[place]):
            cents[key] += part
    for places, count in counts.items():
        stood = [_PLACES[place] for place in range(len(_PLACES)) if places >> place & 1]
        for key in {key for owner, name in stood for key in _around(owner, name)}:
            accounts[key] += count
    return {key: Cell(cents[key], count) for key, count in accounts.items()}


def _around(owner: str, name: str) -> list[tuple[str, str]]:
    """A cell, and the sums it is in."""
    return [(owner, name), (owner, "all"), ("all", name), ("all", "all")]


# -- netting --------------------------------------------------------------------------------------------------------------


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
