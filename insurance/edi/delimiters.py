"""Which four characters divide an interchange: read from where they stand in its ISA, since each sender has his own.

The ISA has sixteen elements of fixed width, so by the book its terminator is the 106th character. Senders pad wrongly,
wrap lines and leave elements out; so the sixteenth separator is counted instead, and what follows is tried: a GS, TA1
or IEA must begin there. Where it does not, the terminator is what stands before the first of them.
"""

import re
from typing import NamedTuple

PLACES = (3, 6, 17, 20, 31, 34, 50, 53, 69, 76, 81, 83, 89, 99, 101, 103)  # of the separators in an ISA by the book
ISA_LENGTH = 106
FAR = 400  # no ISA, however padded, is longer
NOT_A_SEPARATOR = r"A-Za-z0-9 \t\r\n"
BLANK = " \t\r\n\0\x1a\ufeff"
BEGINS = re.compile(rf"ISA([^{NOT_A_SEPARATOR}])")


class Delimiters(NamedTuple):
    """`repetition` is as ISA11 gives it: none ("") in old versions, and in some files a letter."""

    element: str = "*"
    repetition: str = "^"
    component: str = ":"
    segment: str = "~"


def starts(text: str) -> list[int]:
    """Where each interchange of the text begins."""
    return [found.start() for found in BEGINS.finditer(text) if _is_start(text, found.start(), found[1])]


def _is_start(text: str, at: int, separator: str) -> bool:
    """Not every ISA is one: somebody may be called Isa. One by the book is believed anywhere."""
    if all(text[at + place : at + place + 1] == separator for place in PLACES):
        return True
    if at < FAR and not text[:at].strip(BLANK):
        return True
    before = text[at - 1 : at]
    return not before.isalnum() and before != separator and text.count(separator, at, at + ISA_LENGTH + 20) >= 14


def of_isa(text: str, at: int) -> tuple[Delimiters, int]:
    """The delimiters of the ISA at `at`, and where the segment after it begins."""
    separator = text[at + 3]
    last = at
    for _ in range(16):
        last = text.find(separator, last + 1, at + FAR)
        if last < 0:
            break
    found = _after_the_sixteenth(text, last, separator) if last > 0 else None
    component, terminator, end = found or _before_the_next(text, at, separator)
    elements = text[at:end].split(separator)
    repetition = elements[11].strip(BLANK) if len(elements) > 11 else ""
    usable = len(repetition) == 1 and repetition != separator
    return Delimiters(separator, repetition if usable else "", component, terminator), end


def _after_the_sixteenth(text: str, last: int, separator: str) -> tuple[str, str, int] | None:
    """ISA16 is one character, the next is the terminator; None when no segment follows there."""
    at = _past_newlines(text, last + 1)
    component, at = text[at : at + 1], at + 1
    if not component or component.isalnum():
        return None
    over = _past_newlines(text, at)
    if over > at and (_opens(text, over, separator) or over == len(text)):
        return component, text[at], over
    terminator, end = text[over : over + 1], over + 1
    if not terminator or not (_opens(text, end, separator) or not text[end:].strip(BLANK)):
        return None
    return component, terminator, end


def _before_the_next(text: str, at: int, separator: str) -> tuple[str, str, int]:
    next_segment = re.compile(rf"([^{NOT_A_SEPARATOR}]|[\r\n])\s*(?:GS|TA1|IEA){re.escape(separator)}")
    found = next_segment.search(text, at + 3, at + FAR)
    if found is None or found[1] == separator:
        rest = text[at : at + FAR]
        terminator = "~" if "~" in rest and separator != "~" else "\n"
        end = text.find(terminator, at)
        return ":", terminator, end + 1 if end >= 0 else len(text)
    component = text[found.start() - 1]
    alone = not component.isalnum() and text[found.start() - 2] == separator and component != separator
    return component if alone else ":", found[1], found.start() + 1


def _past_newlines(text: str, at: int) -> int:
    while text[at : at + 1] in ("\r", "\n"):
        at += 1
    return at


def _opens(text: str, at: int, separator: str) -> bool:
    """Whether a segment that may follow an ISA begins here."""
    while text[at : at + 1] and text[at] in BLANK:
        at += 1
    return text.startswith((f"GS{separator}", f"TA1{separator}", f"IEA{separator}", f"ISA{separator}"), at)


def without_isa(text: str) -> Delimiters | None:
    """Of a file that begins with its group or its transaction set, as payers' guides print them; None: no X12 at all."""
    opening = re.match(rf"(?:GS|ST)([^{NOT_A_SEPARATOR}])", text)
    if opening is None:
        return None
    separator = opening[1]
    known = re.compile(rf"([^{NOT_A_SEPARATOR}]|[\r\n])\s*(?:ST|BPR|BHT|BGN|SE){re.escape(separator)}")
    following = known.search(text, 3, FAR)
    if following is None or following[1] == separator:
        return None
    return Delimiters(separator, "^", ":", following[1])
