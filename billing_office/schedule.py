"""The office's day: what runs by itself, in order, and who works off the outbox."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache

from django.db import transaction

from accounts import sending as queued
from accounts.runs import running
from billing_office.audit.acting import acting
from billing_office.desk import proof_page, sealing
from billing_office.desk.bulk import running as bulk
from billing_office.intake.lists import taking as lists
from billing_office.lib import dates
from billing_office.mailroom import rendering, sending
from billing_office.outbox import queue
from billing_office.outbox.queue import Claim
from billing_office.staff.models import User
from dunning import notices
from insurance import verification
from insurance.codes import loading
from insurance.models import VerificationBatch
from invoices.bank import posting as bank_posting
from invoices.models import BankImport
from invoices.recurring import billing as recurring

log = logging.getLogger(__name__)

DAY = "office_day"
PROOF = "proof"


@dataclass(frozen=True)
class Step:
    """One thing the office's day does, in the order of the table: `run(on, now, as_of)` returns counts by word."""

    name: str
    words: str
    run: Callable[[date, datetime, datetime | None], dict]


STEPS = [
    Step("recurring", "Recurring charges", lambda on, now, as_of: recurring.bill(on, now, as_of=as_of)),
    Step("reminders", "Reminders by the ladder", lambda on, now, as_of: notices.remind(on, now, as_of=as_of)),
]


def run_steps(on: date, now: datetime, *, as_of: datetime | None = None) -> dict[str, dict]:
    """Run the day `on`. Every step is harmless when repeated. `as_of` is given when the day stands for another than today."""
    return {step.name: dict(step.run(on, now, as_of)) for step in STEPS}


def start_day(on: date):
    """Queue the office's day once, however many clocks tick: the outbox sees it through a worker's death."""
    with transaction.atomic():
        if queue.first_run(DAY, on.isoformat()):
            queue.put(DAY, on.toordinal(), f"{DAY}:{on.isoformat()}")


def _day(claim: Claim):
    run_steps(date.fromordinal(claim.object_id), claim.now)
    queue.done(claim)


def _prove(claim: Claim):
    """A proof that somebody asked for, in their name."""
    sealing.prove(User.objects.get(pk=claim.object_id), alive=lambda: queue.renew(claim))
    queue.done(claim)


def _load_codes(claim: Claim):
    loading.work(claim.object_id)
    queue.done(claim)


def _import_accounts(claim: Claim):
    lists.work(claim.object_id)
    queue.done(claim)


def _verify_coverages(claim: Claim):
    """Ask payers by machine; again later for what they did not answer, as often as it makes sense."""
    batch = VerificationBatch.objects.get(pk=claim.object_id)
    again = verification.work(batch, claim.now, alive=lambda: queue.renew(claim))
    if again is None or (again == verification.AGAIN and claim.attempts >= verification.TRIES):
        queue.done(claim)
    else:
        waits = again == verification.LOOK  # nothing went wrong: an answer by folder takes its time
        queue.later(claim, claim.now + again, "Not all payers have answered.", counts=not waits)


def _post_run(claim: Claim):
    running.post(claim.object_id, alive=lambda: queue.renew(claim))
    queue.done(claim)


def _bulk_run(claim: Claim):
    bulk.work(claim.object_id, alive=lambda: queue.renew(claim))
    queue.done(claim)


def _undo_run(claim: Claim):
    running.undo(claim.object_id, dates.today(), alive=lambda: queue.renew(claim))
    queue.done(claim)


def _post_bank_lines(claim: Claim):
    """Lines of a bank's file that somebody ticked, in the name of each who did."""
    person = cache(lambda pk: User.objects.get(pk=pk))
    file = BankImport.objects.get(pk=claim.object_id)
    bank_posting.post_chosen(file, today=dates.today(), person=person, alive=lambda: queue.renew(claim))
    queue.done(claim)


# Who works each kind of outbox job; hints.py says on which Celery queue.
HANDLERS: dict[str, Callable[[Claim], None]] = {
    queued.RENDER: rendering.render,
    queued.SEND: sending.send,
    DAY: _day,
    proof_page.PROVE: _prove,
    bank_posting.POST: _post_bank_lines,
    running.POST: _post_run,
    running.UNDO: _undo_run,
    bulk.JOB: _bulk_run,
    loading.JOB: _load_codes,
    lists.JOB: _import_accounts,
    verification.JOB: _verify_coverages,
}


def work(claim: Claim):
    """Do one claimed job. What a handler does not foresee is written on the job and tried again later; a lost lease is left alone."""
    with acting(cache(lambda: User.objects.service().pk)):
        try:
            HANDLERS[claim.kind](claim)
        except queue.Fenced:
            raise
        except Exception as error:
            queue.fail(claim, f"{type(error).__name__}: {error}")
            raise


def today_begins():
    """The clock's part: the day of the office's own calendar, whatever the server's."""
    start_day(dates.today())


def seal():
    """Each minute: what was written since the last one comes under a seal."""
    sealing.seal_all(dates.now())


def prove_today():
    """Once in the office's day, the first time that a clock asks. One transaction: a proof that dies is asked for again."""
    with transaction.atomic():
        if queue.first_run(PROOF, dates.today().isoformat()):
            sealing.prove(User.objects.service())


def drain(limit: int = 10_000) -> int:
    """Work off what is due, here and now, beside whatever workers run; the count of jobs worked. Needs neither clock nor broker."""
    worked = 0
    while worked < limit and (claims := queue.claim_due(list(HANDLERS), 1)):
        for claim in claims:
            try:
                work(claim)
            except Exception:
                log.exception("job %s (%s) failed", claim.id, claim.kind)
            worked += 1
    return worked
