"""Verifying coverage: by phone or portal as a person reports it, or by machine, where a worker asks and reads the answer.

A check never takes anything away: what failed is a row of its own, and what earlier ones brought stays, with its age.
"""

import logging
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Blob
from accounts.once import once
from billing_office.audit import acts
from billing_office.lib import dates
from billing_office.outbox import queue

from . import answers, benefits, clearinghouse, exchanges
from .answers import Asked, Outcome
from .edi.parties import DEPENDENT, PAYER, PROVIDER, SUBSCRIBER, Party, Reference
from .edi.values import Days
from .edi.x270 import Inquiry
from .models import Benefit, Coverage, Exchange, PayerProfile, Verification, VerificationBatch

log = logging.getLogger(__name__)

JOB = "verify_coverages"
State, How = Verification.State, Verification.How
AGAIN = timedelta(minutes=5)  # after a payer that did not answer
LOOK = timedelta(seconds=60)  # into the folder of answers
PATIENCE = timedelta(hours=24)  # for an answer by folder
TRIES = 3
RELATION = {Coverage.Relation.SPOUSE: "01", Coverage.Relation.CHILD: "19", Coverage.Relation.OTHER: "G8"}  # INS02


# -- asking by machine -----------------------------------------------------------------------------------------------------


def may_ask(coverage: Coverage) -> str:
    """Why it cannot be checked by machine, "" when it can."""
    profile = getattr(coverage.plan.payer, "profile", None)
    if profile is None or profile.check_by != PayerProfile.Check.ELECTRONIC:
        return _("it is verified by hand")
    if not coverage.plan.payer.electronic_id:
        return _("its payer has no electronic id")
    return "" if coverage.member_number else _("it has no member number")


def ask(wanted: dict[int, date], by) -> VerificationBatch | None:
    """Have a worker check these coverages, by id, each for its day of service.

    Those that wait for an answer already are not asked again: when all of them do, the batch that they wait in is given
    back. None when none of them can be checked by machine.
    """
    with transaction.atomic():
        rows = (
            Coverage.objects.standing()
            .select_for_update(of=("self",), no_key=True)
            .filter(pk__in=wanted)
            .order_by("pk")
        )
        able = [row for row in rows.select_related("plan__payer__profile", "client") if not may_ask(row)]
        asked = dict(
            Verification.objects.filter(coverage__in=able, state=State.WAITING).values_list("coverage", "batch")
        )
        if new := [row for row in able if row.pk not in asked]:
            batch = VerificationBatch.objects.create(made_by=by)
            checks = [
                Verification(
                    coverage=row, service_on=wanted[row.pk], how=How.MACHINE, state=State.WAITING, batch=batch,
                    checked_on=dates.today(), made_by=by,
                )
                for row in new
            ]  # fmt: skip
            Verification.objects.bulk_create(checks)
            queue.put(JOB, batch.pk, f"{JOB}:{batch.pk}")
            return batch
    return VerificationBatch.objects.filter(pk__in=asked.values()).first()


def work(batch: VerificationBatch, now: datetime, alive: Callable[[], None]) -> timedelta | None:
    """Ask what is not answered yet, one after the other; one that fails stops no other. Called outside a transaction.

    Returns after how long to look again, None when all is answered or given up.
    """
    checks = batch.checks.select_related("exchange__sent", "exchange__answer", "made_by", *_NAMED).order_by("pk")
    new = checks.filter(state=State.WAITING).exclude(exchange__state=Exchange.State.SENT)
    failed = checks.filter(state=State.PAYER_DOWN, exchange__state=Exchange.State.FAILED)
    for check in [*new, *(one for one in failed if not _asked_since(one))]:
        alive()
        _each(check, lambda one: _ask(one, now))
    if batch.checks.filter(state=State.WAITING).exists():
        _collect(batch, now)
    if batch.checks.filter(state=State.WAITING).exists():
        return LOOK
    return AGAIN if failed.all().exists() else None  # anew: some of them failed just now


_NAMED = ("coverage__client__account__office", "coverage__plan__payer")


def _asked_since(check: Verification) -> bool:
    return Verification.objects.filter(coverage=check.coverage_id, pk__gt=check.pk).exists()


def _each(check: Verification, act: Callable[[Verification], None]):
    """What one check meets must not hold up the others, nor leave it waiting for good."""
    try:
        act(check)
    except clearinghouse.Misconfigured as error:
        settle(check, Outcome(State.PAYER_DOWN, (str(error),)))
    except Exception:
        log.exception("verification %s failed", check.pk)
        settle(
            check, Outcome(State.NEEDS_INFO, (_("This could not be checked by machine. Verify by phone or portal."),))
        )


def _ask(check: Verification, now: datetime):
    if check.exchange is None:
        with transaction.atomic():
            check.exchange = exchanges.begin(check.coverage.plan.payer, [_inquiry(check)], by=check.made_by, now=now)
            Verification.objects.filter(pk=check.pk).update(exchange=check.exchange)
    exchanges.send(check.exchange)
    _settle_by_exchange(check)


def _collect(batch: VerificationBatch, now: datetime):
    """Answers by folder may be any batch's; each is read to the check that waits for it."""
    with suppress(clearinghouse.Unreachable, clearinghouse.Misconfigured):  # looked into again in a while
        exchanges.collect()
    waiting = Verification.objects.filter(state=State.WAITING).exclude(exchange=None)
    for check in waiting.exclude(exchange__state=Exchange.State.SENT).select_related("exchange__answer", *_NAMED):
        _each(check, _settle_by_exchange)
    if now - batch.made_at > PATIENCE:
        for check in batch.checks.filter(state=State.WAITING):
            settle(check, Outcome(State.PAYER_DOWN, (_("No answer came within a day. Verify by phone or portal."),)))


def _settle_by_exchange(check: Verification):
    exchange = check.exchange
    if exchange.state == Exchange.State.ANSWERED:
        coverage = check.coverage
        asked = Asked(check.service_on, coverage.member_number, coverage.group_number)
        settle(check, answers.read(bytes(exchange.answer.content), f"{exchange.trace}-1", asked))
    elif exchange.state == Exchange.State.FAILED:
        settle(check, Outcome(State.PAYER_DOWN, (exchange.error,)))
    elif exchange.state == Exchange.State.REFUSED:
        settle(check, Outcome(State.NEEDS_INFO, (exchange.error, _("Verify by phone or portal."))))


def settle(check: Verification, outcome: Outcome):
    """Write what came of it, once: what is settled stays, but for a payer that failed and answers at last."""
    with transaction.atomic():
        row = Verification.objects.select_related("made_by", "coverage__client").select_for_update(
            of=("self",), no_key=True
        )
        row = row.get(pk=check.pk)
        if row.state not in (State.WAITING, State.PAYER_DOWN) or row.rows.exists():
            return
        row.state, row.said = outcome.state, [text for text in outcome.said if text]
        row.enrolment, row.benefits, row.other_coverage = outcome.enrolment, outcome.benefits, outcome.other_coverage
        row.checked_on = dates.today()
        row.save(update_fields=["state", "said", "enrolment", "benefits", "other_coverage", "checked_on"])
        Benefit.objects.bulk_create(answers.rows(row, outcome.rows))
        detail = {"state": row.state, "exchange": row.exchange_id, "benefits": len(outcome.rows)}
        acts.record(
            row.made_by, "coverage_checked", row.coverage, account_id=row.coverage.client.account_id, detail=detail
        )


def _inquiry(check: Verification) -> Inquiry:
    coverage = check.coverage
    client, payer, office = coverage.client, coverage.plan.payer, coverage.client.account.office
    group = (Reference("6P", coverage.group_number),) if coverage.group_number else ()
    number = {"id_qualifier": "MI", "id": coverage.member_number}
    dependent = None
    if coverage.relation == Coverage.Relation.SELF:
        subscriber = _person(
            SUBSCRIBER, client.first_name, client.last_name, client.birth_date, references=group, **number
        )
    else:
        subscriber = _person(
            SUBSCRIBER, coverage.holder_first, coverage.holder_last, coverage.holder_birth, references=group, **number
        )
        relation = RELATION[coverage.relation]
        dependent = _person(DEPENDENT, client.first_name, client.last_name, client.birth_date, relationship=relation)
    npi = settings.PROVIDER_NPI
    return Inquiry(
        Party(PAYER, "2", payer.name.upper()[:60], id_qualifier="PI", id=payer.electronic_id),
        Party(PROVIDER, "2", office.name.upper()[:60], id_qualifier="XX" if npi else "", id=npi),
        subscriber,
        dependent,
        days=(Days("291", check.service_on),),
    )


def _person(entity: str, first: str, last: str, born: date | None, **more) -> Party:
    return Party(entity, "1", last.upper()[:60], first.upper()[:35], birth_date=born, **more)


# -- by phone or portal ----------------------------------------------------------------------------------------------------


def report(
    check: Verification, rows: Iterable[Benefit], *, evidence: tuple[bytes, str] | None, form, by
) -> Verification:
    """What a person was told, with the payer's reference; once however often the form is sent."""
    with once(form, "coverage_verified", by) as done:
        if done:
            return Verification.objects.get(pk=done.detail["verification"])
        check.made_by, check.checked_on = by, dates.today()
        if evidence:
            check.evidence_id = Blob.keep(*evidence)
        check.save()
        told = list(rows)
        for row in told:
            row.verification = check
        Benefit.objects.bulk_create(told)
        detail = {"form": str(form), "verification": check.pk, "state": check.state, "how": check.how}
        account = check.coverage.client.account_id
        acts.record(by, "coverage_verified", check.coverage, account_id=account, detail=detail)
    return check


# -- what is known -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Known:
    """What the payer last told of a coverage's benefits. `same_year`: for the benefit year of the day asked about, without
    which what is left of deductibles and limits says nothing of it."""

    check: Verification
    rows: list[Benefit]
    same_year: bool

    @property
    def accumulators(self) -> list[benefits.Accumulator]:
        return benefits.accumulators(self.rows)


def known(coverage: Coverage, on: date) -> Known | None:
    """The benefits in force for a service of that day, from the newest check of its benefit year that brought any, else of
    any year. Two queries. `coverage.plan` is read."""
    checks = list(coverage.verifications.filter(benefits=True).order_by("-pk"))
    if not checks:
        return None
    year = benefit_year(coverage, on)
    best = next((one for one in checks if benefit_year(coverage, one.service_on) == year), checks[0])
    return Known(best, list(best.rows.all()), benefit_year(coverage, best.service_on) == year)


def benefit_year(coverage: Coverage, on: date) -> int:
    """The calendar year in which the benefit year of that day began."""
    return on.year - (on.month < coverage.plan.year_begins)


def before(check: Verification) -> Verification | None:
    """The check before this one that brought benefits."""
    return Verification.objects.filter(coverage=check.coverage_id, benefits=True, pk__lt=check.pk).first()
