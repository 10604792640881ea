"""What one cell of a practice's books may hold. Text in; a value out, or Broken with the reason. Nothing is guessed."""

import re
import unicodedata
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _

from billing_office.lib import dates, money

_DAY = re.compile(r"(\d{4}-\d{2}-\d{2})(?:[T ]\d{2}:\d{2}.*)?", re.ASCII)
_NOUGHTS = re.compile(r"(\.\d{2})0+$", re.ASCII)  # 12.5000 is 12.50; 12.505 is not ours to round


class Broken(ValueError):
    """The row cannot be taken; the message says why, for the person who keeps the books."""


def text(name: str, cell: str, most: int, *, needed=False) -> str:
    """One line of at most `most` characters, runs of spaces folded."""
    folded = " ".join(cell.split())
    if needed and not folded:
        raise Broken(_("%(name)s is empty") % {"name": name})
    if len(folded) > most:
        raise Broken(_("%(name)s is longer than %(most)d characters") % {"name": name, "most": most})
    if any(unicodedata.category(c) == "Cc" for c in folded):
        raise Broken(_("%(name)s holds control characters") % {"name": name})
    return folded


def key(name: str, cell: str) -> str:
    """An id, as the books write it."""
    return text(name, cell, 100, needed=True)


def number(name: str, cell: str) -> int:
    if not re.fullmatch(r"\d{1,18}", cell, re.ASCII):
        raise Broken(_("%(name)s “%(cell)s” is no whole number") % {"name": name, "cell": cell[:40]})
    return int(cell)


def cents(name: str, cell: str) -> int:
    """An amount from zero up. Noughts beyond two decimals are dropped, other decimals are refused, as are signs."""
    try:
        amount = money.parse(_NOUGHTS.sub(r"\1", cell))
    except money.NotMoney as error:
        why = f"{str(error)[0].lower()}{str(error)[1:]}"
        said = _("%(name)s “%(cell)s” is no amount: %(why)s") % {"name": name, "cell": cell[:40], "why": why}
        raise Broken(said) from error
    if amount < 0:
        raise Broken(_("%(name)s %(cell)s is below zero") % {"name": name, "cell": cell[:40]})
    return amount


def units(name: str, cell: str) -> Decimal:
    if not cell:
        return Decimal(1)
    if not re.fullmatch(r"\d{1,7}(\.\d{1,2}0*)?", cell, re.ASCII) or not Decimal(cell):
        raise Broken(_("%(name)s “%(cell)s” is no number of units") % {"name": name, "cell": cell[:40]})
    return Decimal(cell).quantize(Decimal("0.01"))


def day(name: str, cell: str) -> date:
    """The day that the books write, whatever hour and zone follow it."""
    match = _DAY.fullmatch(cell)
    try:
        found = date.fromisoformat(match[1] if match else "")
    except ValueError as error:
        raise Broken(_("%(name)s “%(cell)s” is no day") % {"name": name, "cell": cell[:40]}) from error
    return within(name, found)


def within(name: str, found: date) -> date:
    if not dates.FIRST <= found <= dates.LAST:
        known = {"name": name, "day": found, "first": dates.FIRST.year, "last": dates.LAST.year}
        raise Broken(_("%(name)s %(day)s lies outside %(first)d to %(last)d") % known)
    return found
