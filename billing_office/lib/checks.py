"""A check is one query that returns the rows that offend; no rows pass."""

import time
from dataclasses import dataclass

from django.db import connection

SHOWN = 20  # offending rows shown of each check; the count is of all


@dataclass(frozen=True)
class Check:
    """`sql` selects offending rows; its column names say what is shown of each."""

    name: str
    sql: str


@dataclass(frozen=True)
class Result:
    """`rows` are the first SHOWN of the `count` that offend; `ms` is how long the question took."""

    name: str
    rows: list[dict]
    count: int
    group: str = ""
    ms: float = 0

    @property
    def ok(self) -> bool:
        return self.count == 0


def run(check: Check, group: str = "") -> Result:
    began = time.perf_counter()
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT *, count(*) OVER () AS _count FROM ({check.sql}) AS offending LIMIT {SHOWN}")  # noqa: S608
        names = [column.name for column in cursor.description]
        rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    count = rows[0]["_count"] if rows else 0
    rows = [{name: value for name, value in row.items() if name != "_count"} for row in rows]
    return Result(check.name, rows, count, group, round((time.perf_counter() - began) * 1000, 1))
