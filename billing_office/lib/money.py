"""Money is whole cents in an int. Text only at the edges; a float never.

MAX_CENTS is the largest amount any form, file or command may bring in: 10^10 in the currency's unit, 10^12 cents.
"""

import re
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from django.utils.translation import gettext as _

MAX_CENTS = 10**12
MINUS = "\u2212"

_AMOUNT = re.compile(r"-?(?:[0-9]+|[0-9]{1,3}(?:,[0-9]{3})+)(?:\.[0-9]{1,2})?")


class NotMoney(ValueError):
    """The text is no amount of money; the message says why, for the person who typed it."""


def parse(text: str) -> int:
    """Cents from what a person or a file wrote.

    >>> parse("1,234.5"), parse("$80"), parse("-0.07")
    (123450, 8000, -7)

    Raises NotMoney for anything else: other digits than 0-9, exponents, more than two decimals, misplaced commas,
    amounts beyond MAX_CENTS.
    """
    given = text.strip()
    plain = given.replace(MINUS, "-").replace("$", "", 1).replace("- ", "-").strip()
    if not plain:
        raise NotMoney(_("Enter an amount, for example 224.00."))
    if not plain.isascii() or not _AMOUNT.fullmatch(plain):
        if re.fullmatch(r"-?[0-9,]*\.[0-9]{3,}", plain):
            raise NotMoney(_("An amount has at most two decimals, for example 224.00."))
        raise NotMoney(_("Enter an amount in figures, for example 224.00 or 1,224.00."))
    cents = int(Decimal(plain.replace(",", "")).scaleb(2))
    if abs(cents) > MAX_CENTS:
        raise NotMoney(_("The amount is too large for one entry; the limit is 10,000,000,000.00."))
    return cents


def show(cents: int) -> str:
    """As read on screens and paper, with a true minus sign.

    >>> show(-123450)
    '−1,234.50'
    """
    sign = MINUS if cents < 0 else ""
    return f"{sign}{abs(cents) // 100:,}.{abs(cents) % 100:02d}"


def plain(cents: int) -> str:
    """As machines read it, in CSV, XLSX and JSON.

    >>> plain(-123450)
    '-1234.50'
    """
    sign = "-" if cents < 0 else ""
    return f"{sign}{abs(cents) // 100}.{abs(cents) % 100:02d}"


def rounded(amount: Decimal | Fraction) -> int:
    """The nearest whole number of cents, halves away from zero. `amount` is in cents.

    >>> rounded(Decimal("2.5")), rounded(Fraction(-5, 2))
    (3, -3)
    """
    if isinstance(amount, Fraction):
        whole = (2 * abs(amount.numerator) + amount.denominator) // (2 * amount.denominator)
        return whole if amount >= 0 else -whole
    return int(amount.to_integral_value(ROUND_HALF_UP))


def split(total: int, weights: list[int]) -> list[int]:
    """Parts of `total` in proportion to `weights`, by largest remainder: they sum to the total, each within one cent of
    its exact share, earlier parts first where remainders are equal.

    >>> split(1000, [1, 1, 1]), split(-1106, [1, 1, 1, 1])
    ([334, 333, 333], [-277, -277, -276, -276])

    Raises ValueError when a weight is negative or all are zero.
    """
    if any(w < 0 for w in weights) or not sum(weights):
        raise ValueError("weights must not be negative, nor all zero")
    sign, whole = (-1 if total < 0 else 1), sum(weights)
    shares = [divmod(abs(total) * w, whole) for w in weights]
    parts = [share for share, _ in shares]
    left = abs(total) - sum(parts)
    for i in sorted(range(len(weights)), key=lambda i: -shares[i][1])[:left]:
        parts[i] += 1
    return [sign * part for part in parts]
