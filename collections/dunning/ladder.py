"""The ladder of reminders: which step is due on a day. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True)
class Step:
    """One level as data: so many days after the due date of the oldest overdue item."""

    level: int
    days_after_due: int


def reached(steps: Iterable[Step], oldest_due: date, on: date) -> Step | None:
    """The highest step whose day has come."""
    come = [step for step in steps if oldest_due + timedelta(days=step.days_after_due) <= on]
    return max(come, key=lambda step: step.days_after_due, default=None)


def next_step(steps: Iterable[Step], sent: Iterable[int], oldest_due: date, on: date) -> Step | None:
    """The step to take now: the highest reached, unless it or a higher one went out in this cycle.

    >>> ladder = [Step(1, 0), Step(2, 7), Step(3, 21)]
    >>> next_step(ladder, [1], date(2026, 11, 1), date(2026, 11, 9))
    Step(level=2, days_after_due=7)
    """
    steps = list(steps)
    step, done = reached(steps, oldest_due, on), set(sent)
    if step is None:
        return None
    gone = [s.days_after_due for s in steps if s.level in done]
    return None if step.level in done or any(days > step.days_after_due for days in gone) else step


def look_on(steps: Iterable[Step], oldest_due: date, on: date) -> date | None:
    """When the next step's day comes, after `on`; None when there is none left."""
    days = [oldest_due + timedelta(days=step.days_after_due) for step in steps]
    return min((day for day in days if day > on), default=None)
