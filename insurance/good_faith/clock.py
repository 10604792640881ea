"""Until when a good-faith estimate is due: pure, in business days of the office. 45 CFR 149.610(b)(1)(vi)."""

from collections.abc import Container
from datetime import date, timedelta

NEAR, NEAR_DUE = 3, 1  # scheduled at least so many business days ahead: due within so many of scheduling
FAR, FAR_DUE = 10, 3
ASKED_DUE = 3  # of being asked
DAY = timedelta(days=1)


def is_business_day(day: date, holidays: Container[date]) -> bool:
    return day.weekday() < 5 and day not in holidays


def after(day: date, count: int, holidays: Container[date]) -> date:
    """The business day that is `count` after `day`.

    >>> after(date(2026, 11, 25), 1, {date(2026, 11, 26)})
    datetime.date(2026, 11, 27)
    """
    while count:
        day += DAY
        count -= is_business_day(day, holidays)
    return day


def between(first: date, last: date, holidays: Container[date]) -> int:
    """How many business days `last` lies after `first`; below zero when it lies before.

    >>> between(date(2026, 11, 23), date(2026, 11, 30), {date(2026, 11, 26)})
    4
    """
    if last < first:
        return -between(last, first, holidays)
    return sum(is_business_day(first + DAY * at, holidays) for at in range(1, (last - first).days + 1))


def due_on(service_on: date, holidays: Container[date], *, scheduled_on: date | None, asked_on: date | None) -> date | None:  # fmt: skip
    """The last day to give it, the earlier of both clocks; None where neither runs: scheduled nearer than that, not asked.

    >>> due_on(date(2026, 12, 3), (), scheduled_on=date(2026, 11, 30), asked_on=None)
    datetime.date(2026, 12, 1)
    """
    found = [after(asked_on, ASKED_DUE, holidays)] if asked_on else []
    ahead = between(scheduled_on, service_on, holidays) if scheduled_on else 0
    if ahead >= NEAR:
        found.append(after(scheduled_on, FAR_DUE if ahead >= FAR else NEAR_DUE, holidays))
    return min(found, default=None)
