"""Questions to payers and their answers, matched by the trace and control numbers that come back."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Blob, Payer, number
from billing_office.lib import dates

from . import clearinghouse
from .clearinghouse import LARGEST_ANSWER, Folder, Refused, Unreachable
from .edi import acknowledgments, x270, x271
from .edi.acknowledgments import Acknowledgments
from .edi.eligibility import Trace
from .edi.writer import Header
from .edi.x270 import Inquiry
from .models import Exchange

X12 = "application/edi-x12"
PAYLOAD_TYPES = {Exchange.Kind.ELIGIBILITY: "X12_270_Request_005010X279A1"}
REFUSALS = {"R", "M", "W", "X"}  # of TA1, 999 and 997


def begin(payer: Payer, inquiries: Sequence[Inquiry], *, by, now: datetime) -> Exchange:
    """Write the question with a control number of its own; nothing is sent yet. `now` is the moment written into it.

    Each inquiry gets our trace: `<exchange.trace>-<n>`, n from 1 in their order; answers bring it back.
    """
    with transaction.atomic():
        control = number.take("interchange").start
        at = now.astimezone(dates.office_zone())
        trace = f"{at:%y%m%d}{control:09}"
        traced = [
            replace(inquiry, reference=f"{trace}-{n}", traces=(Trace("1", f"{trace}-{n}", _company()),))
            for n, inquiry in enumerate(inquiries, 1)
        ]
        data = x270.write(_header(control, at), traced)
        return Exchange.objects.create(
            kind=Exchange.Kind.ELIGIBILITY, payer=payer, control=control, trace=trace, sent_id=Blob.keep(data, X12), by=by
        )  # fmt: skip


def _header(control: int, at: datetime) -> Header:
    sender, receiver = settings.CLEARINGHOUSE_SENDER, settings.CLEARINGHOUSE_RECEIVER
    return Header(sender, receiver, control, at, production=settings.PRODUCTION)


def _company() -> str:
    """TRN03 is ten characters: a 9 and a number of ours."""
    digits = "".join(c for c in settings.CLEARINGHOUSE_SENDER if c.isdigit())
    return f"9{digits[-9:]:0>9}"


def send(exchange: Exchange) -> Exchange:
    """Send it, again after a failure, always the same bytes. Called outside a transaction: it waits for the network.

    Afterwards the exchange is answered, refused, failed (send it again later) or, by folder, sent. One that is answered or
    refused is left alone. Raises clearinghouse.Misconfigured when there is nobody to send it to.
    """
    by = clearinghouse.transport()
    data = bytes(exchange.sent.content)
    for _attempt in range(settings.CLEARINGHOUSE_ATTEMPTS):
        moment = timezone.now()
        if not _change(exchange, attempts=F("attempts") + 1, sent_at=moment):
            break
        try:
            answer = by.ask(f"{exchange.control:09}.270", PAYLOAD_TYPES[exchange.kind], data, moment)
        except Unreachable as error:
            _change(exchange, state=Exchange.State.FAILED, error=str(error))
        except Refused as error:
            _change(exchange, state=Exchange.State.REFUSED, error=str(error))
        else:
            if answer is None:
                _change(exchange, state=Exchange.State.SENT, error="")
            else:
                _Answer(answer).settle(exchange)
            break
    exchange.refresh_from_db()
    return exchange


def _change(exchange: Exchange, **fields) -> bool:
    """Whether it was still awaited: what is answered or refused stays so, whoever comes late."""
    return bool(Exchange.objects.awaited().filter(pk=exchange.pk).update(**fields))


class _Answer:
    """What came back, read once: the answers in it, whose they are, and what was refused instead of answered."""

    def __init__(self, data: bytes):
        self.data = data
        self.found = x271.read(data)
        told = acknowledgments.read(data)
        self.traces = _traces(self.found)
        self.refusals = _refusals(told)
        self.controls = {_control(each.control) for each in (*told.interchanges, *told.groups)} - {0}

    def settle(self, exchange: Exchange):
        """Record it as this exchange's; nothing changes for one that is only told that its file arrived."""
        if refusal := self.refusals.get(exchange.control):
            state, error = Exchange.State.REFUSED, refusal
        elif not self.found.responses:
            if exchange.control in self.controls:
                return
            state, error = Exchange.State.FAILED, _("The answer could not be read.")
        elif self.traces and exchange.trace not in self.traces:
            state, error = Exchange.State.FAILED, _("The answer belongs to another question.")
        elif not self.found.complete:
            state, error = Exchange.State.FAILED, _("The answer was cut short.")
        else:
            state, error = Exchange.State.ANSWERED, ""
        _change(exchange, state=state, error=error, answer_id=Blob.keep(self.data, X12), answered_at=timezone.now())


def _traces(answers: x271.Answers) -> set[str]:
    """Our traces that a 271 brings back: what stands before the last dash of each BHT03 and TRN02."""
    found = [response.reference for response in answers.responses]
    found += [trace.number for response in answers.responses for trace in response.traces if trace.kind == "2"]
    return {each.rpartition("-")[0] or each for each in found} - {""}


def _refusals(told: Acknowledgments) -> dict[int, str]:
    """What TA1, 999 and 997 refuse, by control number."""
    verdicts = [(each.control, each.code, f"note {each.note}") for each in told.interchanges]
    verdicts += [(each.control, each.code, " ".join(each.reasons)) for each in told.groups]
    return {
        _control(control): _("The clearinghouse could not use our file (%(why)s).")
        % {"why": " ".join(filter(None, [code, why]))}
        for control, code, why in verdicts
        if code in REFUSALS
    }


def _control(text: str) -> int:
    """A control number as it came; 0, which none of ours is, when it is no such number."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


@dataclass
class Collected:
    """What one look into the folder brought: exchanges with news, and names of files that belong to nothing."""

    exchanges: list[Exchange] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)


def collect(settled: float = 2) -> Collected:
    """Take the answers that came by folder. An answer is recorded before its file is moved, so a crash between loses nothing."""
    folder, found = clearinghouse.transport(), Collected()
    if not isinstance(folder, Folder):
        return found
    for path in folder.waiting(settled):
        matched = _match(path)
        if matched is None:
            found.unknown.append(path.name)
        else:
            found.exchanges += matched
        folder.put_away(path, known=matched is not None)
    return found


def _match(path: Path) -> list[Exchange] | None:
    """The exchanges that a file answers; None when it belongs to none of ours. One file may answer many."""
    if path.stat().st_size > LARGEST_ANSWER:
        return None
    answer = _Answer(path.read_bytes())
    ours = list(Exchange.objects.filter(Q(trace__in=answer.traces) | Q(control__in=answer.controls)))
    for exchange in ours:
        answer.settle(exchange)
        exchange.refresh_from_db()
    return ours or None
