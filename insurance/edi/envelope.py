"""ISA, GS and ST: what a file holds, in which wrappings, and whether their counts and numbers agree."""

from dataclasses import dataclass, field

from . import segments
from .delimiters import Delimiters
from .findings import Findings, Notes, quoted
from .segments import Chunk, Segment

GROUP_OF = {
    "270": "HS", "271": "HB", "276": "HR", "277": "HN", "278": "HI", "820": "RA", "834": "BE", "835": "HP", "837": "HC",
    "997": "FA", "999": "FA",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class InterchangeAcknowledgment:
    """TA1: what the other side says of an interchange of ours, before it looks inside. `code`: A accepted, E with errors, R refused."""

    control: str
    code: str
    note: str  # 000: no error


@dataclass
class Transaction:
    """From ST to SE, both included. `interchange` counts from 1 in the file."""

    set: str
    control: str
    version: str
    interchange: int
    segments: list[Segment] = field(default_factory=list)

    @property
    def ended(self) -> bool:
        return self.segments[-1].name == "SE"


@dataclass
class Group:
    type: str
    version: str
    control: str
    sender: str
    receiver: str
    transactions: list[Transaction] = field(default_factory=list)


@dataclass
class Interchange:
    number: int
    sender: str
    receiver: str
    control: str
    usage: str  # P production, T test
    delimiters: Delimiters
    groups: list[Group] = field(default_factory=list)
    acknowledgments: list[InterchangeAcknowledgment] = field(default_factory=list)


@dataclass
class File:
    interchanges: list[Interchange]
    findings: Findings

    @property
    def transactions(self) -> list[Transaction]:
        groups = [group for interchange in self.interchanges for group in interchange.groups]
        return [transaction for group in groups for transaction in group.transactions]


def read(data: bytes) -> File:
    """Any file. It has no interchanges when it is no X12; its findings then say so."""
    chunks, findings = segments.read(data)
    interchanges = [_Reader(chunk, findings.of(chunk.number)).read() for chunk in chunks]
    seen = set()
    for interchange in interchanges:
        key = (interchange.sender, interchange.control)
        if key in seen:
            findings.note(
                "warning", interchange.number, 1, f"Interchange {interchange.control} stands in the file twice."
            )
        seen.add(key)
    return File(interchanges, findings)


class _Reader:
    """One walk over the segments of an interchange; each opening closes what was left open."""

    def __init__(self, chunk: Chunk, notes: Notes):
        self.segments, self.notes = chunk.segments, notes
        isa = chunk.segments[0] if chunk.segments[:1] and chunk.segments[0].name == "ISA" else None
        get = isa.get if isa else lambda at: ""
        self.interchange = Interchange(chunk.number, get(6), get(8), get(13), get(15), chunk.delimiters)
        self.rest = chunk.segments[1:] if isa else chunk.segments
        self.group: Group | None = None
        self.transaction: Transaction | None = None
        self.controls: set[str] = set()  # of the sets of this group
        self.ended, self.has_isa, self.strays = False, isa is not None, []

    def read(self) -> Interchange:
        openings = {"GS": self._gs, "GE": self._ge, "ST": self._st, "SE": self._se, "IEA": self._iea, "TA1": self._ta1}
        for segment in self.rest:
            verb = openings.get(segment.name)
            if verb is None or self.ended:
                self._content(segment)
            else:
                self._tell_strays()
                verb(segment)
        self._tell_strays()
        last = self.segments[-1].number if self.segments else 0
        self._close_group(last)
        if not self.ended and self.has_isa:
            self.notes.error(last, "The interchange does not end: IEA was expected after this segment.")
        if not self.interchange.groups and not self.interchange.acknowledgments:
            self.notes.error(last, "The interchange holds no group: GS was expected.")
        return self.interchange

    def _content(self, segment: Segment):
        if self.transaction is not None and not self.ended:
            self.transaction.segments.append(segment)
        else:
            self.strays.append(segment)

    def _tell_strays(self):
        if not self.strays:
            return
        first, where = self.strays[0], "after IEA" if self.ended else "outside a transaction set (ST was expected)"
        self.notes.error(
            first.number, f"What stands {where} was left out: {len(self.strays)} from {quoted(first.name)} on."
        )
        self.strays = []

    def _ta1(self, segment: Segment):
        self.interchange.acknowledgments.append(
            InterchangeAcknowledgment(segment.get(1), segment.get(4), segment.get(5))
        )

    def _gs(self, segment: Segment):
        self._close_group(segment.number)
        self.controls = set()
        self.group = Group(segment.get(1), segment.get(8), segment.get(6), segment.get(2), segment.get(3))
        self.interchange.groups.append(self.group)

    def _st(self, segment: Segment):
        self._close_transaction(segment.number)
        if self.group is None:
            self.notes.error(segment.number, "ST stands outside a group: GS was expected before it.")
            self.group = Group("", segment.get(3), "", "", "")
            self.interchange.groups.append(self.group)
        kind, control = segment.get(1), segment.get(2)
        wanted = GROUP_OF.get(kind)
        if wanted and self.group.type and self.group.type != wanted:
            self.notes.warning(
                segment.number, f"Set {kind} belongs into a group {wanted}, not {quoted(self.group.type)}."
            )
        if control in self.controls:
            self.notes.warning(segment.number, f"Transaction set {quoted(control)} stands in its group twice.")
        self.controls.add(control)
        self.transaction = Transaction(kind, control, segment.get(3), self.interchange.number, [segment])
        self.group.transactions.append(self.transaction)

    def _se(self, segment: Segment):
        if self.transaction is None:
            self.notes.error(segment.number, "SE without its ST.")
            return
        self.transaction.segments.append(segment)
        self._count(segment, len(self.transaction.segments), "segments")
        self._same(segment, self.transaction.control, "ST02")
        self.transaction = None

    def _ge(self, segment: Segment):
        self._close_transaction(segment.number)
        if self.group is None:
            self.notes.error(segment.number, "GE without its GS.")
            return
        self._count(segment, len(self.group.transactions), "transaction sets")
        self._same(segment, self.group.control, "GS06")
        self.group = None

    def _iea(self, segment: Segment):
        self._close_group(segment.number)
        self._count(segment, len(self.interchange.groups), "groups")
        if self.has_isa:
            self._same(segment, self.interchange.control, "ISA13")
        self.ended = True

    def _close_transaction(self, at: int):
        if self.transaction is not None:
            self.notes.error(at, f"Transaction set {quoted(self.transaction.control)} does not end: SE was expected.")
        self.transaction = None

    def _close_group(self, at: int):
        self._close_transaction(at)
        if self.group is not None and (self.group.control or self.group.type):
            self.notes.error(at, f"Group {quoted(self.group.control)} does not end: GE was expected.")
        self.group = None

    def _count(self, segment: Segment, found: int, what: str):
        said = segment.get(1)
        if not (said.isascii() and said.isdigit() and len(said) < 12 and int(said) == found):
            self.notes.error(segment.number, f"{segment.name}01 says {quoted(said)}; {what} found: {found}.")

    def _same(self, segment: Segment, opening: str, name: str):
        if segment.get(2) != opening:
            told = f"{segment.name}02 is {quoted(segment.get(2))}, but {name} is {quoted(opening)}."
            self.notes.error(segment.number, told)
