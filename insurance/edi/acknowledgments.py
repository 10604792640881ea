"""999 (and the older 997): what the other side says of our groups, and what we say of theirs. TA1 is in envelope.py."""

from collections.abc import Iterable
from dataclasses import dataclass

from . import envelope, writer
from .envelope import InterchangeAcknowledgment, Transaction
from .findings import Findings, Notes, quoted
from .segments import Segment

VERSION = "005010X231A1"
# 997 names for the same things.
OLD = {"AK3": "IK3", "AK4": "IK4", "AK5": "IK5"}


@dataclass(frozen=True)
class ElementError:
    """IK4: `at` is the element's place, with component and repetition as the file gives them ("3:1:2")."""

    at: str
    code: str
    reference: str = ""
    value: str = ""


@dataclass(frozen=True)
class SegmentError:
    """IK3: `position` counts from 1 at ST."""

    segment: str
    position: int
    loop: str
    code: str
    elements: tuple[ElementError, ...] = ()


@dataclass(frozen=True)
class SetAcknowledgment:
    """AK2 to IK5. `code`: A accepted, E accepted with errors, R refused …; `reasons` are IK502 to IK506."""

    set: str
    control: str
    version: str = ""
    code: str = ""
    reasons: tuple[str, ...] = ()
    errors: tuple[SegmentError, ...] = ()


@dataclass(frozen=True)
class GroupAcknowledgment:
    """AK1 to AK9: of the group `type` `control`. `code`: A accepted, P partly, E with errors, R refused; "" when cut short."""

    type: str
    control: str
    version: str = ""
    sets: tuple[SetAcknowledgment, ...] = ()
    code: str = ""
    included: int = 0
    received: int = 0
    accepted: int = 0
    reasons: tuple[str, ...] = ()


@dataclass
class Acknowledgments:
    groups: list[GroupAcknowledgment]
    interchanges: list[InterchangeAcknowledgment]
    findings: Findings


def read(data: bytes) -> Acknowledgments:
    """All 999, 997 and TA1 of a file."""
    file = envelope.read(data)
    found = [
        _group(transaction, file.findings.of(transaction.interchange))
        for transaction in file.transactions
        if transaction.set in ("997", "999")
    ]
    interchanges = [each for interchange in file.interchanges for each in interchange.acknowledgments]
    return Acknowledgments(found, interchanges, file.findings)


def _group(transaction: Transaction, notes: Notes) -> GroupAcknowledgment:
    head, last = {"type": "", "control": "", "version": ""}, {}
    loops: list[list[Segment]] = []
    for segment in transaction.segments:
        match OLD.get(segment.name, segment.name):
            case "AK1":
                head = {"type": segment.get(1), "control": segment.get(2), "version": segment.get(3)}
            case "AK2":
                loops.append([segment])
            case "IK3" | "IK4" | "IK5" if loops:
                loops[-1].append(segment)
            case "AK9":
                counts = [_whole(segment, at, notes) for at in (2, 3, 4)]
                last = dict(zip(("included", "received", "accepted"), counts, strict=True))
                last |= {"code": segment.get(1), "reasons": _filled(segment, 5)}
            case "ST" | "SE" | "CTX":
                pass
            case name:
                notes.warning(segment.number, f"{name} is not expected in an acknowledgment; it was left out.")
    if not last:
        notes.error(transaction.segments[-1].number, "The acknowledgment gives no verdict: AK9 was expected.")
    return GroupAcknowledgment(**head, sets=tuple(_set(loop, notes) for loop in loops), **last)


def _set(loop: list[Segment], notes: Notes) -> SetAcknowledgment:
    opening, code, reasons = loop[0], "", ()
    errors: list[tuple[Segment, list[Segment]]] = []
    for segment in loop[1:]:
        match OLD.get(segment.name, segment.name):
            case "IK3":
                errors.append((segment, []))
            case "IK4" if errors:
                errors[-1][1].append(segment)
            case "IK5":
                code, reasons = segment.get(1), _filled(segment, 2)
    found = tuple(_error(segment, elements, notes) for segment, elements in errors)
    return SetAcknowledgment(opening.get(1), opening.get(2), opening.get(3), code, reasons, found)


def _error(segment: Segment, elements: list[Segment], notes: Notes) -> SegmentError:
    found = tuple(ElementError(":".join(each.parts(1)), each.get(3), each.get(2), each.get(4)) for each in elements)
    return SegmentError(segment.get(1), _whole(segment, 2, notes), segment.get(3), segment.get(4), found)


def _whole(segment: Segment, at: int, notes: Notes) -> int:
    given = segment.get(at)
    if given.isascii() and given.isdigit() and len(given) <= 10:
        return int(given)
    notes.error(segment.number, f"{segment.name}{at:02} is {quoted(given)}; a whole number was expected.")
    return 0


def _filled(segment: Segment, first: int) -> tuple[str, ...]:
    return tuple(value for at in range(first, first + 5) if (value := segment.get(at)))


def write(header: writer.Header, groups: Iterable[GroupAcknowledgment]) -> bytes:
    """One interchange with a 999 for each group."""
    return writer.interchange(header, "FA", VERSION, [("999", _lines(group)) for group in groups])


def _lines(group: GroupAcknowledgment) -> list[list[writer.Element]]:
    lines: list[list[writer.Element]] = [["AK1", group.type, group.control, group.version]]
    for each in group.sets:
        lines.append(["AK2", each.set, each.control, each.version])
        for error in each.errors:
            lines.append(["IK3", error.segment, str(error.position), error.loop, error.code])
            for element in error.elements:
                lines.append(["IK4", tuple(element.at.split(":")), element.reference, element.code, element.value])
        lines.append(["IK5", each.code, *each.reasons])
    counts = (str(group.included), str(group.received), str(group.accepted))
    lines.append(["AK9", group.code, *counts, *group.reasons])
    return lines
