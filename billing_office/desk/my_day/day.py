"""A person's day: every source in one query, less what they left for later; most money and longest wait first."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.conf import settings
from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.urls import reverse
from django.utils.module_loading import import_string

from accounts.models import Account
from accounts.waiting import COLUMNS, Waiting
from billing_office.staff.models import User


def sources() -> dict[str, Waiting]:
    return {source.kind: source for source in map(import_string, settings.DAY_SOURCES)}


@dataclass(frozen=True)
class Line:
    """One thing that waits. `age` in days since the day that counts; less than 0: that day comes."""

    source: Waiting
    of: int
    link: int
    account: int | None
    name: str
    number: str
    cents: int
    day: date
    why: str
    age: int

    @property
    def key(self) -> str:
        return f"{self.source.kind}:{self.of}"

    @property
    def href(self) -> str:
        return reverse("outbox") if self.source.page == "outbox" else reverse(self.source.page, args=[self.link])

    @property
    def done_href(self) -> str:
        return reverse(self.source.done, args=[self.of]) if self.source.done else ""

    @property
    def later_href(self) -> str:
        return reverse("day_later", args=[self.source.kind, self.of])


# Money times days of waiting: a small sum that waits long comes before a large one of this morning only when it weighs more.
# What has no money at stake is asked by somebody, and weighs as much as fifty.
_RANK = "greatest(cents, 5000)::numeric * greatest(age + 2, 1) DESC"
ORDERS = {"": _RANK, "money": "cents DESC", "day": "age DESC"}

_DAY = """
    WITH waits (kind, {columns}) AS ({union})
    SELECT kind, of, link, account, name, number, cents, day, left(why, 300), age
      FROM (SELECT *, %s::date - coalesce(day, %s::date) AS age FROM waits) w
     WHERE NOT EXISTS (SELECT 1 FROM accounts_snooze s
                        WHERE s.user_id = %s AND s.kind = w.kind AND s.of = w.of AND s.until > %s)
"""


class Day:
    """What waits for `user` on a day. `viewer`: whoever looks, where it is another; only accounts that both may know of."""

    def __init__(self, user: User, today: date, viewer: User | None = None):
        self.sources, self.found = sources(), []
        union, given = [], []
        for kind, source in self.sources.items():
            if (rows := source.rows(user, today)) is None:
                continue
            try:
                sql, params = rows.query.sql_with_params()
            except EmptyResultSet:
                continue
            union.append(_one(sql))
            given += [kind, *params]
        self.sql = _DAY.format(columns=", ".join(COLUMNS), union=" UNION ALL ".join(union)) if union else ""
        self.given = [*given, today, today, user.pk, today]
        if viewer:
            sql, params = Account.objects.for_staff(viewer).order_by().values("pk").query.sql_with_params()
            self.sql += f" AND w.account IN ({sql})"
            self.given += params

    def counts(self) -> dict[str, tuple[int, int]]:
        """How many lines of each kind, and their cents. One query."""
        sql = f"SELECT kind, count(*), sum(cents) FROM ({self.sql}) d GROUP BY kind"  # noqa: S608
        rows = self._run(sql, [])
        return {kind: (count, int(cents)) for kind, count, cents in rows}

    def lines(self, *, kind="", order="", limit=60, skip: Iterable[str] = (), of: int | None = None) -> list[Line]:
        """The first lines, of one kind or of all, without those named by their keys. One query."""
        which, given = ["kind || ':' || of <> ALL(%s)"], [list(skip)]
        if kind:
            which, given = [*which, "kind = %s"], [*given, kind]
        if of is not None:
            which, given = [*which, "of = %s"], [*given, of]
        sql = f"SELECT * FROM ({self.sql}) d WHERE {' AND '.join(which)} ORDER BY {ORDERS[order]}, kind, of LIMIT %s"  # noqa: S608
        return [Line(self.sources[kind], *row) for kind, *row in self._run(sql, [*given, limit])]

    def _run(self, sql: str, given: list) -> list[tuple]:
        if not self.sql:
            return []
        with connection.cursor() as cursor:
            cursor.execute(sql, [*self.given, *given])
            return cursor.fetchall()


_TYPES = ("bigint", "bigint", "bigint", "text", "text", "bigint", "date", "text")


def _one(sql: str) -> str:
    """One source as a part of the union: its columns by place, whatever Django calls them."""
    named = ", ".join(f"c{n}::{kind}" for n, kind in enumerate(_TYPES))
    places = ", ".join(f"c{n}" for n in range(len(_TYPES)))
    return f"SELECT %s::text, {named} FROM ({sql}) s ({places})"  # noqa: S608  nothing of it was typed by anybody
