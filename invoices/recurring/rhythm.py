"""On which days a recurring charge falls. Pure.

Days are counted from the first one, never from the last: what begins on January 31 falls on the last day of each
shorter month and is back on the 31st in the next long one.
"""

from calendar import monthrange
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import count

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Rhythm(TextChoices):
    WEEK = "week", _("Every week")
    FORTNIGHT = "fortnight", _("Every two weeks")
    MONTH = "month", _("Every month")
    TWO_MONTHS = "two_months", _("Every two months")
    QUARTER = "quarter", _("Every three months")
    HALF_YEAR = "half_year", _("Every six months")
    YEAR = "year", _("Every year")


_DAYS = {Rhythm.WEEK: 7, Rhythm.FORTNIGHT: 14}
_MONTHS = {Rhythm.MONTH: 1, Rhythm.TWO_MONTHS: 2, Rhythm.QUARTER: 3, Rhythm.HALF_YEAR: 6, Rhythm.YEAR: 12}


def nth(first: date, rhythm: str, n: int) -> date:
    """The day `n` steps after the first.

    >>> nth(date(2027, 1, 31), "month", 1), nth(date(2027, 1, 31), "month", 2), nth(date(2024, 2, 29), "year", 1)
    (datetime.date(2027, 2, 28), datetime.date(2027, 3, 31), datetime.date(2025, 2, 28))
    """
    if days := _DAYS.get(rhythm):
        return first + timedelta(days=n * days)
    months = first.month - 1 + n * _MONTHS[rhythm]
    year, month = first.year + months // 12, months % 12 + 1
    return date(year, month, min(first.day, monthrange(year, month)[1]))


def days(first: date, rhythm: str, since: date, until: date | None) -> Iterator[date]:
    """The days from `since` on, in order, to the last one that is not after `until`; without end where that is None."""
    for n in count():
        day = nth(first, rhythm, n)
        if until and day > until:
            return
        if day >= since:
            yield day
