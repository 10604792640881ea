"""Days and hours of the office. Rules take dates as arguments; only views, tasks and commands ask these for the clock."""

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import timezone
from django.utils.dates import MONTHS, MONTHS_3
from django.utils.translation import gettext as _

FIRST, LAST = date(1900, 1, 1), date(2199, 12, 31)  # no day of an office's books lies outside


def office_zone() -> ZoneInfo:
    return ZoneInfo(settings.OFFICE_TZ)


def today() -> date:
    """The office's day, which is not always the server's."""
    return timezone.now().astimezone(office_zone()).date()


def office_time(day: date, hour: int = 10) -> datetime:
    """`day` at `hour` o'clock at the office, aware. A day run by hand for a date takes 10:00 of it as now."""
    return datetime.combine(day, time(hour), office_zone())


def short(day: date, today: date | None = None) -> str:
    """`Nov 23`; with the year when it is not this one's: `Nov 23, 2025`."""
    told = {"month": str(MONTHS_3[day.month]).title(), "day": day.day, "year": day.year}
    return (_("%(month)s %(day)d") if today and day.year == today.year else _("%(month)s %(day)d, %(year)d")) % told


def long(day: date) -> str:
    """`November 23, 2026`, as letters write it; the spaces do not break."""
    told = {"month": MONTHS[day.month], "day": day.day, "year": day.year}
    return _("%(month)s\u00a0%(day)d,\u00a0%(year)d") % told


def month(day: date) -> str:
    """`November 2026`."""
    return _("%(month)s %(year)d") % {"month": MONTHS[day.month], "year": day.year}


def clock(at: datetime) -> str:
    """`1:14 pm`, of a moment in the zone that it is told in. A language may say `13:14` by %(hour24)d."""
    told = {"hour": at.hour % 12 or 12, "hour24": at.hour, "minute": at.minute}
    return (_("%(hour)d:%(minute)02d am") if at.hour < 12 else _("%(hour)d:%(minute)02d pm")) % told


def now() -> datetime:
    """The clock, aware, for views, tasks and commands; rules take it as an argument."""
    return timezone.now()
