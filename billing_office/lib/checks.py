"""A check is one query that returns the rows that offend; no rows pass."""

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
    name: str
    rows: list[dict]
    count: int

    @property
    def ok(self) -> bool:
        return self.count == 0


def run(check: Check) -> Result:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT *, count(*) OVER () AS _count FROM ({check.sql}) AS offending LIMIT {SHOWN}")  # noqa: S608
        names = [column.name for column in cursor.description]
        rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    count = rows[0]["_count"] if rows else 0
    return Result(check.name, [{k: v for k, v in row.items() if k != "_count"} for row in rows], count)
