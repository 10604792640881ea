"""Days and hours of the office. Rules take dates as arguments; only views, tasks and commands ask these for the clock."""

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import timezone

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
    text = f"{day:%b} {day.day}"
    return text if today and day.year == today.year else f"{text}, {day.year}"


def long(day: date) -> str:
    """`November 23, 2026`, as letters write it; the spaces do not break."""
    return f"{day:%B}\u00a0{day.day},\u00a0{day.year}"


def now() -> datetime:
    """The clock, aware, for views, tasks and commands; rules take it as an argument."""
    return timezone.now()
