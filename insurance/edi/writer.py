"""Data to bytes: one interchange with one group, as the 5010 guides want it."""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from .delimiters import Delimiters

OURS = Delimiters()
CONTROL_LIMIT = 999_999_999

Element = str | tuple[str, ...] | list[str]  # a value; the components of a composite; the repetitions of a code


@dataclass(frozen=True)
class Header:
    """Who writes to whom. `control` (1 to 999,999,999) becomes the number of interchange and group; `at` is local time."""

    sender: str
    receiver: str
    control: int
    at: datetime
    sender_qualifier: str = "ZZ"
    receiver_qualifier: str = "ZZ"
    production: bool = False

    def __post_init__(self):
        if not 0 < self.control <= CONTROL_LIMIT:
            raise ValueError(f"control number {self.control} is not between 1 and {CONTROL_LIMIT}")
        for name in ("sender", "receiver"):
            if not 2 <= len(clean(getattr(self, name))) <= 15:
                raise ValueError(f"the {name}'s id must have 2 to 15 characters")


def interchange(header: Header, group: str, version: str, sets: Iterable[tuple[str, list[list[Element]]]]) -> bytes:
    """`sets` are pairs of a set's number ("270") and its segments without ST and SE; ends of lines are for people."""
    lines = [_isa(header), _gs(header, group, version)]
    count = 0
    for kind, body in sets:
        count += 1
        control = f"{count:04}"
        lines.append(line(["ST", kind, control, version]))
        lines += [line(segment) for segment in body]
        lines.append(line(["SE", str(len(body) + 2), control]))
    lines.append(line(["GE", str(count), str(header.control)]))
    lines.append(line(["IEA", "1", f"{header.control:09}"]))
    return "".join(f"{each}{OURS.segment}\n" for each in lines).encode("ascii")


def acknowledgment(header: Header, control: str, code: str, note: str) -> bytes:
    """A TA1 alone: of the interchange `control` of the other side, `code` A, E or R, with the reason `note` (000: none)."""
    at = header.at
    ta1 = line(["TA1", control, f"{at:%y%m%d}", f"{at:%H%M}", code, note])
    lines = [_isa(header), ta1, line(["IEA", "0", f"{header.control:09}"])]
    return "".join(f"{each}{OURS.segment}\n" for each in lines).encode("ascii")


def line(elements: list[Element]) -> str:
    """One segment without its terminator; empty elements at its end are left off.

    >>> line(["EB", "1", "", ["30", "98"], "", ("HC", "99213"), ""])
    'EB*1**30^98**HC:99213'
    """
    return OURS.element.join(_element(element) for element in elements).rstrip(OURS.element)


def clean(text: str) -> str:
    """Plain characters only, none of them a delimiter: payers' systems know no others.

    >>> clean("José O*Brien")
    'Jose O Brien'
    """
    folded = unicodedata.normalize("NFKD", text)
    kept = (c for c in folded if not unicodedata.combining(c))
    return "".join(" " if c in OURS or c < " " or c == "\x7f" else c if c < "\x7f" else "?" for c in kept).strip()


def _element(element: Element) -> str:
    if isinstance(element, tuple):
        return OURS.component.join(clean(part) for part in element).rstrip(OURS.component)
    if isinstance(element, list):
        return OURS.repetition.join(clean(part) for part in element)
    return clean(element)


def _isa(header: Header) -> str:
    fields = [
        "ISA", "00", " " * 10, "00", " " * 10,
        f"{clean(header.sender_qualifier):2.2}", f"{clean(header.sender):15}",
        f"{clean(header.receiver_qualifier):2.2}", f"{clean(header.receiver):15}",
        f"{header.at:%y%m%d}", f"{header.at:%H%M}", OURS.repetition, "00501", f"{header.control:09}", "0",
        "P" if header.production else "T", OURS.component,
    ]  # fmt: skip
    return OURS.element.join(fields)


def _gs(header: Header, group: str, version: str) -> str:
    at = header.at
    ids = [header.sender, header.receiver]
    return line(["GS", group, *ids, f"{at:%Y%m%d}", f"{at:%H%M}", str(header.control), "X", version])
