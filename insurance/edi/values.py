"""The values of elements: amounts, numbers, days. None where an element is empty or cannot be read; then a finding says so."""

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from .findings import Notes, quoted
from .segments import Segment

NUMBER = re.compile(r"-?(?:[0-9]{1,18}\.?[0-9]{0,18}|\.[0-9]{1,18})")
MAX_CENTS = 10**15


@dataclass(frozen=True)
class Days:
    """DTP: a day or, with `last`, a span of days, both inclusive; `qualifier` says of what (291 plan, 346 begins, 472 service …)."""

    qualifier: str
    first: date
    last: date | None = None


def cents(segment: Segment, at: int, notes: Notes) -> int | None:
    """X12 writes amounts without zeros at their end: 10, 10.5, .25."""
    given = segment.get(at)
    if not given:
        return None
    if NUMBER.fullmatch(given):
        exact = Decimal(given) * 100
        if exact == exact.to_integral_value() and abs(exact) <= MAX_CENTS:
            return int(exact)
    notes.error(segment.number, f"{segment.name}{at:02} is {quoted(given)}; an amount was expected, like 25 or 25.50.")
    return None


def number(segment: Segment, at: int, notes: Notes) -> str:
    """A percentage or quantity as it was written, known to be a decimal number; "" when there is none."""
    given = segment.get(at)
    if not given or NUMBER.fullmatch(given):
        return given
    notes.error(segment.number, f"{segment.name}{at:02} is {quoted(given)}; a number was expected.")
    return ""


def amount(cents: int | None) -> str:
    """As X12 writes it.

    >>> amount(2550), amount(-1000), amount(5), amount(None)
    ('25.5', '-10', '0.05', '')
    """
    if cents is None:
        return ""
    sign, whole, part = "-" if cents < 0 else "", abs(cents) // 100, f"{abs(cents) % 100:02}"
    return f"{sign}{whole}.{part}".rstrip("0").rstrip(".") if part != "00" else f"{sign}{whole}"


def day(text: str) -> date | None:
    """CCYYMMDD.

    >>> day("20261101"), day("20261131")
    (datetime.date(2026, 11, 1), None)
    """
    if not re.fullmatch(r"[0-9]{8}", text, re.ASCII):
        return None
    try:
        return date(int(text[:4]), int(text[4:6]), int(text[6:]))
    except ValueError:
        return None


def days(segment: Segment, notes: Notes) -> Days | None:
    """A DTP: format D8 (a day) or RD8 (first-last)."""
    given = segment.get(3)
    first, _, last = given.partition("-") if segment.get(2) == "RD8" else (given, "", "")
    found, end = day(first), day(last) if last else None
    if found is None or (last and end is None):
        notes.error(
            segment.number, f"DTP03 is {quoted(given)}; a date was expected, like 20261101 or 20260101-20261231."
        )
        return None
    if end and end < found:
        notes.warning(segment.number, f"DTP03 {quoted(given)} ends before it begins.")
    return Days(segment.get(1), found, end)


def of_days(days: Days) -> list[str]:
    if days.last is None:
        return ["DTP", days.qualifier, "D8", plain(days.first)]
    return ["DTP", days.qualifier, "RD8", f"{plain(days.first)}-{plain(days.last)}"]


def plain(day: date | None) -> str:
    """CCYYMMDD, also before the year 1000, which strftime leaves unpadded."""
    return day.isoformat().replace("-", "") if day else ""
