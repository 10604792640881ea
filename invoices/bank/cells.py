"""Amounts and days as banks write them in files. Pure: text in, cents or a day out, ValueError with a sentence for the clerk."""

import re
from datetime import date, datetime

from django.utils.translation import gettext as _

from billing_office.lib import dates, money

DAYS = {
    "%Y-%m-%d": "2026-11-23",
    "%m/%d/%Y": "11/23/2026",
    "%d/%m/%Y": "23/11/2026",
    "%d.%m.%Y": "23.11.2026",
    "%Y%m%d": "20261123",
    "%m/%d/%y": "11/23/26",
}
POINT, COMMA = "point", "comma"
DECIMALS = {POINT: "1,234.56", COMMA: "1.234,56"}
_COMMA = re.compile(r"-?(?:[0-9]+|[0-9]{1,3}(?:\.[0-9]{3})+)(?:,[0-9]{1,2})?")


def amount(text: str, decimals: str = POINT) -> int:
    """Cents; negative with a minus before or behind, in brackets, or followed by DR.

    >>> amount("(1,234.50)"), amount("12.00-"), amount("1.234,56", COMMA), amount("$80")
    (-123450, -1200, 123456, 8000)

    Raises money.NotMoney for anything else: NaN, 1e9, three decimals, separators of the other style.
    """
    plain = text.strip().replace(money.MINUS, "-").replace("\u00a0", "").removeprefix("+").strip()
    out = False
    for opening, ending in (("(", ")"), ("", "-"), ("", "DR")):
        if plain.startswith(opening) and plain.upper().endswith(ending) and len(plain) > len(ending):
            plain, out = plain[len(opening) : -len(ending)].strip(), True
            break
    plain = plain[:-2].strip() if not out and plain.upper().endswith("CR") else plain
    if out and plain.startswith("-"):
        raise money.NotMoney(_("“%(text)s” says twice that money went out.") % {"text": text[:20]})
    if decimals == COMMA:
        if not _COMMA.fullmatch(plain):
            raise money.NotMoney(
                _("“%(text)s” is no amount like %(example)s.") % {"text": text[:20], "example": DECIMALS[COMMA]}
            )
        plain = plain.replace(".", "").replace(",", ".")
    try:
        cents = money.parse(plain)
    except money.NotMoney as error:
        raise money.NotMoney(
            _("“%(text)s” is no amount like %(example)s.") % {"text": text[:20], "example": DECIMALS[decimals]}
        ) from error
    return -cents if out else cents


def day(text: str, pattern: str) -> date:
    """A day in one of DAYS, within the books' range. Raises ValueError with a sentence."""
    plain = text.strip()
    try:
        found = datetime.strptime(plain, pattern).date() if plain.isascii() else None  # noqa: DTZ007  a day has no zone
    except ValueError:
        found = None
    if found is None:
        raise ValueError(
            _("“%(text)s” is no day like %(example)s.") % {"text": text[:20], "example": DAYS.get(pattern, pattern)}
        )
    if not dates.FIRST <= found <= dates.LAST:
        raise ValueError(_("“%(text)s” lies outside the years 1900 to 2199.") % {"text": text[:20]})
    return found
