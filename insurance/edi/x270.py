"""270, the question to a payer: is this person insured on that day, and for what (005010X279A1)."""

from collections.abc import Iterable
from dataclasses import dataclass

from . import eligibility, envelope, levels, parties, writer
from .eligibility import Procedure, Trace
from .envelope import Transaction
from .findings import Findings, Notes
from .levels import Level
from .parties import Party
from .segments import Segment
from .values import Days, of_days


@dataclass(frozen=True)
class Question:
    """EQ: service types (30: the plan as a whole) or one procedure."""

    service_types: tuple[str, ...] = ()
    procedure: Procedure | None = None
    level: str = ""
    insurance_type: str = ""


@dataclass(frozen=True)
class Inquiry:
    """One question about one person; `dependent` is None when the subscriber is meant. `days` holds 291, the day of service."""

    payer: Party | None
    provider: Party | None
    subscriber: Party | None
    dependent: Party | None = None
    reference: str = ""
    traces: tuple[Trace, ...] = ()
    days: tuple[Days, ...] = ()
    questions: tuple[Question, ...] = (Question(("30",)),)

    @property
    def subject(self) -> Party | None:
        return self.dependent or self.subscriber


@dataclass
class Inquiries:
    inquiries: list[Inquiry]
    findings: Findings


def read(data: bytes) -> Inquiries:
    """Every question of a file, in its order."""
    file = envelope.read(data)
    found = []
    for transaction in file.transactions:
        if transaction.set == "270":
            found += _transaction(transaction, file.findings.of(transaction.interchange))
    if file.interchanges and not found:
        file.findings.note("error", 0, 0, "The file asks nothing: no 270 with a person in it was found.")
    return Inquiries(found, file.findings)


def _transaction(transaction: Transaction, notes: Notes) -> list[Inquiry]:
    head, *those = levels.read(transaction, notes)
    reference = eligibility.reference(head.segments)
    asked = (level for level in those if level.name in ("subscriber", "dependent") and _asks(level))
    return [_inquiry(level, reference, notes) for level in asked]


def _asks(level: Level) -> bool:
    """A subscriber with dependents under him is asked about only when there is an EQ of his own."""
    return not level.children or any(segment.name == "EQ" for segment in level.segments)


def _inquiry(level: Level, reference: str, notes: Notes) -> Inquiry:
    branch = (level.above(name) for name in levels.CODE_OF)
    return Inquiry(
        *(each and each.party for each in branch),
        reference=reference,
        traces=eligibility.traces(level.segments),
        days=eligibility.all_days(level.segments, notes),
        questions=tuple(_question(segment) for segment in level.segments if segment.name == "EQ"),
    )


def _question(segment: Segment) -> Question:
    return Question(segment.codes(1), eligibility.procedure(segment, 2), segment.get(3), segment.get(4))


def write(header: writer.Header, inquiries: Iterable[Inquiry]) -> bytes:
    """One interchange, a transaction set for each question.

    Raises ValueError when a question lacks payer, provider or subscriber.
    """
    sets = [("270", _set(header, inquiry)) for inquiry in inquiries]
    return writer.interchange(header, "HS", eligibility.VERSION, sets)


def _set(header: writer.Header, inquiry: Inquiry) -> list[list[writer.Element]]:
    branch = [inquiry.payer, inquiry.provider, inquiry.subscriber]
    if None in branch:
        raise ValueError("a question needs payer, provider and subscriber")
    branch += [inquiry.dependent] if inquiry.dependent else []
    lines = [["BHT", "0022", "13", inquiry.reference, f"{header.at:%Y%m%d}", f"{header.at:%H%M}"]]
    for hl, party in zip(levels.write(list(levels.CODE_OF)[: len(branch)]), branch, strict=True):
        lines.append(hl)
        if party is branch[-1]:
            lines += [eligibility.of_trace(trace) for trace in inquiry.traces]
        lines += parties.segments_of(party)
    lines += [of_days(each) for each in inquiry.days]
    for question in inquiry.questions:
        procedure = eligibility.of_procedure(question.procedure)
        lines.append(["EQ", list(question.service_types), procedure, question.level, question.insurance_type])
    return lines
