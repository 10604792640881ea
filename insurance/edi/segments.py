"""Bytes to segments, whoever wrote them."""

import re
from dataclasses import dataclass

from . import delimiters
from .delimiters import BLANK, ISA_LENGTH, Delimiters
from .findings import Findings, Notes, quoted

IDENTIFIER = re.compile(r"[A-Z][A-Z0-9]{1,2}")
BOM, BOM_16 = b"\xef\xbb\xbf", (b"\xff\xfe", b"\xfe\xff")


class Segment:
    """`number` counts from 1 at the ISA; `elements[0]` is the segment's name, `elements[1]` its first element, untrimmed."""

    __slots__ = ("delimiters", "elements", "number")

    def __init__(self, number: int, elements: list[str], delimiters: Delimiters):
        self.number, self.elements, self.delimiters = number, elements, delimiters

    def __repr__(self):
        return f"<{self.number}: {self.delimiters.element.join(self.elements)}>"

    @property
    def name(self) -> str:
        return self.elements[0]

    def get(self, at: int) -> str:
        """The element without its padding; "" where the segment is shorter."""
        return self.elements[at].strip() if at < len(self.elements) else ""

    def parts(self, at: int) -> tuple[str, ...]:
        """The components of a composite element, the empty ones at its end left off."""
        found = [part.strip() for part in self.get(at).split(self.delimiters.component)]
        while found and not found[-1]:
            found.pop()
        return tuple(found)

    def codes(self, at: int) -> tuple[str, ...]:
        """The repetitions of an element that holds codes of at most two characters.

        Senders who declare a letter or nothing in ISA11 mostly repeat with ^ all the same. A letter is believed only where
        the value is longer than one code can be: there are codes with every letter.
        """
        value, by = self.get(at), self.delimiters.repetition
        if by.isalnum() or not by:
            by = by if by and "^" not in value and len(value) > 2 else "^"
        return tuple(code.strip() for code in value.split(by) if code.strip())


@dataclass
class Chunk:
    """The segments of one interchange, its ISA first (unless the file has none)."""

    number: int
    delimiters: Delimiters
    segments: list[Segment]


def read(data: bytes) -> tuple[list[Chunk], Findings]:
    """The interchanges of a file; none when it is no X12. Line ends count only where they are the terminator."""
    findings = Findings()
    text = _decode(data, findings)
    starts = delimiters.starts(text)
    if not starts:
        return _without_isa(text, findings), findings
    if before := text[: starts[0]].strip(BLANK):
        findings.of(1).warning(1, f"Before the ISA stands {quoted(before)}; it was passed over.")
    chunks = []
    for number, (at, end) in enumerate(zip(starts, [*starts[1:], len(text)], strict=True), 1):
        chunks.append(_interchange(text[at:end], number, findings.of(number)))
    return chunks, findings


def _decode(data: bytes, findings: Findings) -> str:
    if data.startswith(BOM_16):
        return data.decode("utf-16", "replace")
    data = data.removeprefix(BOM)
    try:
        return data.decode()
    except UnicodeDecodeError:
        findings.note("warning", 0, 0, "The file is not UTF-8; it was read as Latin-1.")
        return data.decode("latin-1")


def _without_isa(text: str, findings: Findings) -> list[Chunk]:
    text = text.lstrip(BLANK)
    found = delimiters.without_isa(text)
    if found is None:
        findings.note("error", 0, 0, "This is no X12: no ISA segment was found.")
        return []
    notes = findings.of(1)
    notes.error(1, "The file has no ISA; its delimiters were guessed.")
    return [Chunk(1, found, _split(text, found, 1, notes))]


def _interchange(text: str, number: int, notes: Notes) -> Chunk:
    found, end = delimiters.of_isa(text, 0)
    header = text[:end]
    body = header.rstrip(BLANK).removesuffix(found.segment).rstrip(BLANK).replace("\r", "").replace("\n", "")
    isa = Segment(1, body.split(found.element), found)
    if len(isa.elements) != 17:
        notes.error(1, f"The ISA has {len(isa.elements) - 1} elements instead of 16.")
    elif len(body) + 1 != ISA_LENGTH:
        notes.warning(1, f"The ISA is {len(body) + 1} characters long instead of {ISA_LENGTH}.")
    if found.repetition.isalnum() and isa.get(12) >= "00402":
        notes.warning(1, f"The repetition separator (ISA11) is {quoted(found.repetition)}, which codes may hold.")
    return Chunk(number, found, [isa, *_split(text[end:], found, 2, notes)])


def _split(text: str, by: Delimiters, first: int, notes: Notes) -> list[Segment]:
    by_lines = by.segment in "\r\n"
    text = text.replace("\r", "\n") if by_lines else text.replace("\r", "").replace("\n", "")
    pieces = text.split("\n" if by_lines else by.segment)
    cut_short = bool(pieces[-1].strip(BLANK)) and not by_lines
    found, empty = [], 0
    for piece in pieces if pieces[-1].strip(BLANK) else pieces[:-1]:
        elements = piece.strip(BLANK).split(by.element)
        number = first + len(found)
        if elements == [""]:
            empty += not by_lines
            continue
        if not IDENTIFIER.fullmatch(elements[0]):
            notes.error(number, f"{quoted(elements[0])} is no segment's name.")
        found.append(Segment(number, elements, by))
    if empty:
        notes.warning(0, f"Terminators without a segment before them were passed over: {empty}.")
    if cut_short:
        notes.warning(found[-1].number, "The last segment has no terminator.")
    return found
