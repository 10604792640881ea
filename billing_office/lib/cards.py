"""Card numbers in text: found, so that no form, kept form or record holds one.

A number counts as a card's when all of these hold, since each alone also fits account, claim, member and phone numbers:
13 to 19 digits; Luhn's check digit (ISO/IEC 7812-1), which one number in ten has by chance; and a length and first digits that
a card issuer uses (the ranges each network publishes). What a "+" stands before is a phone number. Numbers of other
lengths, and of ranges that no network issues, pass.
"""

import re
import unicodedata
from collections.abc import Iterator

from django.utils.translation import gettext as _

_GROUPS = re.compile(r"(?<![+\d])\d+(?:[ \-\u2010-\u2015.]?\d+)*")
_SHORTEST, _LONGEST = 13, 19
_NETWORKS = [  # first digits, and the lengths they come in
    (re.compile(r"4"), {13, 16, 19}),  # Visa
    (re.compile(r"5[1-5]|222[1-9]|22[3-9]|2[3-6]|27[01]|2720"), {16}),  # Mastercard
    (re.compile(r"3[47]"), {15}),  # American Express
    (re.compile(r"6011|64[4-9]|65"), {16, 17, 18, 19}),  # Discover
    (re.compile(r"30[0-5]|309|36|3[89]"), {14, 15, 16, 17, 18, 19}),  # Diners Club
    (re.compile(r"352[89]|35[3-8]"), {16, 17, 18, 19}),  # JCB
    (re.compile(r"62"), {16, 17, 18, 19}),  # UnionPay
    (re.compile(r"5018|5020|5038|5893|6304|6759|676[1-3]"), set(range(13, 20))),  # Maestro
]


def holds_number(text: str) -> bool:
    """Whether the text holds what may be a payment card's number, also in groups parted by single spaces, dots or dashes."""
    return next(_found(_plain(text)), None) is not None


def masked(text: str) -> str:
    """The text with each card number cut down to its last four digits; a text without one comes back as it is.

    >>> masked("paid by 4111-1111-1111-1111 today")
    'paid by [card ending 1111] today'
    """
    plain = _plain(text)
    spans = list(_found(plain))
    for start, end in reversed(spans):
        last4 = "".join(c for c in plain[start:end] if c.isdigit())[-4:]
        plain = plain[:start] + _("[card ending %(last)s]") % {"last": last4} + plain[end:]
    return plain if spans else text


def _plain(text: str) -> str:
    """Full-width and other digits as 0 to 9."""
    folded = unicodedata.normalize("NFKC", text)
    return "".join(str(unicodedata.digit(c)) if c.isdigit() else c for c in folded)


def _found(plain: str) -> Iterator[tuple[int, int]]:
    """(start, end) of each number, the longest first where several begin at the same group; they do not overlap."""
    for row in _GROUPS.finditer(plain):
        groups = [(row.start() + m.start(), row.start() + m.end()) for m in re.finditer(r"\d+", row.group())]
        first = 0
        while first < len(groups):
            last = next((at for at in _windows(groups, first) if _is_card(plain, groups[first : at + 1])), None)
            if last is not None:
                yield groups[first][0], groups[last][1]
            first = first + 1 if last is None else last + 1


def _windows(groups: list[tuple[int, int]], first: int) -> range:
    """The groups that a number beginning at `first` may end with, the farthest first. Each group has a digit at least."""
    return range(min(len(groups), first + _LONGEST) - 1, first - 1, -1)


def _is_card(plain: str, groups: list[tuple[int, int]]) -> bool:
    digits = "".join(plain[start:end] for start, end in groups)
    if not (_SHORTEST <= len(digits) <= _LONGEST and luhn(digits)):
        return False
    return any(len(digits) in lengths and first.match(digits) for first, lengths in _NETWORKS)


def luhn(digits: str) -> bool:
    """Whether the last digit is the check digit of those before it.

    >>> luhn("4111111111111111"), luhn("4111111111111112")
    (True, False)
    """
    doubled = "0246813579"
    values = (int(doubled[int(d)]) if at % 2 else int(d) for at, d in enumerate(reversed(digits)))
    return sum(values) % 10 == 0
