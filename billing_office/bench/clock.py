"""Taking the time: a thing and its floor by turns, so that what else the machine does falls on both."""

import re
from collections.abc import Callable
from dataclasses import asdict, dataclass
from statistics import median, quantiles
from time import perf_counter

from django.db import connection

WRITES = re.compile(r'\b(INSERT INTO|DELETE FROM|UPDATE "?[a-z])')  # a WITH may: to explain it would do it twice


@dataclass(frozen=True)
class Row:
    """One line of the result. `floor` is the median of the least that any program must do for it, in the same unit."""

    part: str
    what: str
    value: float
    worst: float  # the 95th percentile
    unit: str = "ms"
    floor_what: str = ""
    floor: float | None = None
    times: int = 1
    queries: int | None = None

    @property
    def ratio(self) -> float | None:
        return round(self.value / self.floor, 2) if self.floor else None

    def stored(self) -> dict:
        return asdict(self) | {"ratio": self.ratio}


def compared(part: str, what: str, act: Callable, floor_what: str, floor: Callable, times: int = 15) -> Row:
    """`act` beside `floor`, by turns, after one of each to warm up. Wall time in ms."""
    act(), floor()
    taken, least, asked = [], [], []
    for _ in range(times):
        with _queries() as queries:
            taken.append(_ms(act))
        asked.append(queries.count)
        least.append(_ms(floor))
    return Row(part, what, *_middle(taken), "ms", floor_what, round(median(least), 3), times, max(asked))


def in_database(part: str, what: str, act: Callable, floor_what: str, floor: Callable, times: int = 15) -> Row:
    """As `compared`, but the time that the server says it planned and ran the queries for: the way there is not in it."""
    act(), floor()
    taken, least = [], []
    for _ in range(times):
        with _queries(explained=True) as queries:
            act()
        taken.append(queries.ms)
        with _queries(explained=True) as fewest:
            floor()
        least.append(fewest.ms)
    return Row(part, what, *_middle(taken), "ms", floor_what, round(median(least), 3), times, queries.count)


def once(act: Callable) -> float:
    """Seconds."""
    return _ms(act) / 1000


class _queries:
    """Counts the queries of a block; with `explained`, sums up in `ms` what the server says each took."""

    def __init__(self, explained=False):
        self.explained, self.ms, self.count = explained, 0.0, 0

    def __enter__(self):
        self._wrapper = connection.execute_wrapper(self._execute)
        self._wrapper.__enter__()
        return self

    def __exit__(self, *error):
        self._wrapper.__exit__(*error)

    def _execute(self, execute, sql, params, many, context):
        asks = sql.lstrip("(\n ").startswith(("SELECT", "WITH"))
        self.count += asks
        if self.explained and asks and not WRITES.search(sql):
            execute(f"EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) {sql}", params, many, context)
            told = context["cursor"].fetchone()[0][0]
            self.ms += told["Planning Time"] + told["Execution Time"]
        return execute(sql, params, many, context)


def _ms(act: Callable) -> float:
    begin = perf_counter()
    act()
    return (perf_counter() - begin) * 1000


def _middle(taken: list[float]) -> tuple[float, float]:
    return round(median(taken), 3), round(quantiles(taken, n=20)[-1] if len(taken) > 1 else taken[0], 3)
