"""271, the payer's answer: who is insured, for what, and how much of it the person pays (005010X279A1).

Every EB and every AAA of a file is in exactly one response, wherever it stands: what names nobody is a response without
a subject.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from . import benefits, eligibility, envelope, levels, parties, writer
from .benefits import Benefit, Rejection
from .eligibility import Trace
from .envelope import Transaction
from .findings import Findings, Notes
from .levels import Level
from .parties import Party
from .values import Days, of_days

ACTIVE, INACTIVE = {"1", "2", "3", "4", "5"}, {"6", "7", "8"}
WHOLE_PLAN = "30"
KNOWN = parties.OF_A_PARTY | {"TRN", "AAA", "DTP", "HI", "MPI", "BHT"}


@dataclass(frozen=True)
class Response:
    """What is said of one person. `interchange` and `transaction` say where in the file."""

    payer: Party | None
    provider: Party | None
    subscriber: Party | None
    dependent: Party | None = None
    reference: str = ""
    traces: tuple[Trace, ...] = ()
    days: tuple[Days, ...] = ()
    rejections: tuple[Rejection, ...] = ()
    benefits: tuple[Benefit, ...] = ()
    interchange: int = field(default=1, compare=False)
    transaction: str = field(default="", compare=False)

    @property
    def subject(self) -> Party | None:
        return self.dependent or self.subscriber

    @property
    def all_rejections(self) -> tuple[Rejection, ...]:
        """Those of the person's levels, then those that stand with single benefits."""
        return self.rejections + tuple(each for benefit in self.benefits for each in benefit.rejections)

    @property
    def active(self) -> bool | None:
        """Whether the plan is in force: True, False, or None when the answer does not say.

        Read from EB01 (1 to 5 active, 6 to 8 inactive) of the benefits for the plan as a whole, service type 30 or none; where
        no such row says it, from the other rows. Active wins: a payer lists former plans beside the present one. A rejection
        of the question itself leaves it unknown; one of a single benefit does not.
        """
        if self.rejections:
            return None
        whole = [each for each in self.benefits if not each.service_types or WHOLE_PLAN in each.service_types]
        for rows in (whole, self.benefits):
            codes = {each.code for each in rows}
            if codes & ACTIVE or codes & INACTIVE:
                return bool(codes & ACTIVE)
        return None


@dataclass
class Answers:
    responses: list[Response]
    findings: Findings
    is_x12: bool = True
    complete: bool = True  # whether each answer came to its end


def read(data: bytes) -> Answers:
    """Every answer of a file, in its order."""
    file = envelope.read(data)
    sets = [transaction for transaction in file.transactions if transaction.set == "271"]
    found = []
    for transaction in sets:
        found += _transaction(transaction, file.findings.of(transaction.interchange))
    if file.interchanges and not sets:
        file.findings.note("error", 0, 0, "The file answers nothing: no 271 was found in it.")
    return Answers(found, file.findings, bool(file.interchanges), all(each.ended for each in sets))


def _transaction(transaction: Transaction, notes: Notes) -> list[Response]:
    those = levels.read(transaction, notes)
    reference = eligibility.reference(those[0].segments)
    found = [_response(level, reference, transaction, notes) for level in those if _answers(level)]
    if not found:
        notes.warning(transaction.segments[0].number, "The 271 answers about nobody.")
    return found


def _answers(level: Level) -> bool:
    """Whoever has an EB or AAA, at any level; and people without dependents, who should have one."""
    if any(segment.name in ("EB", "AAA") for segment in level.segments):
        return True
    return level.name in ("subscriber", "dependent") and not level.children


def _response(level: Level, reference: str, transaction: Transaction, notes: Notes) -> Response:
    own, subscriber = level.own, level.above("subscriber")
    for segment in own:
        if segment.name not in KNOWN:
            notes.warning(segment.number, f"{segment.name} is not expected here; it was left out.")
    branch = (level.above(name) for name in levels.CODE_OF)
    return Response(
        *(each and each.party for each in branch),
        reference=reference,
        # Some payers leave the trace of a dependent with the subscriber.
        traces=eligibility.traces(own) or eligibility.traces(subscriber.own if subscriber else []),
        days=eligibility.all_days(own, notes),
        rejections=tuple(benefits.rejection(each, level.name or "source") for each in own if each.name == "AAA"),
        benefits=benefits.read(level.segments[len(own) :], notes),
        interchange=transaction.interchange,
        transaction=transaction.control,
    )


def write(header: writer.Header, responses: Iterable[Response]) -> bytes:
    """One interchange, a transaction set for each response. Levels that a response does not have are not written."""
    sets = [("271", _set(header, response)) for response in responses]
    return writer.interchange(header, "HB", eligibility.VERSION, sets)


def _set(header: writer.Header, response: Response) -> list[list[writer.Element]]:
    branch = [response.payer, response.provider, response.subscriber, response.dependent]
    branch = [party for party in branch if party is not None]
    lines = [["BHT", "0022", "11", response.reference, f"{header.at:%Y%m%d}", f"{header.at:%H%M}"]]
    for hl, party in zip(levels.write(list(levels.CODE_OF)[: len(branch)]), branch, strict=True):
        lines.append(hl)
        if party is branch[-1]:
            lines += [eligibility.of_trace(trace) for trace in response.traces]
        lines += parties.segments_of(party)
    lines += [benefits.of_rejection(each) for each in response.rejections]
    lines += [of_days(each) for each in response.days]
    for benefit in response.benefits:
        lines += benefits.segments_of(benefit)
    return lines
