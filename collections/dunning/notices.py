"""The day's reminders: SQL picks whom to look at, Python decides each under the locks, the mailroom sends."""

import logging
from collections import Counter
from datetime import date, datetime, timedelta

from accounts import ledger, sending
from accounts.models import Account, Document, Payer
from accounts.models.number import take
from billing_office.audit import acts
from billing_office.lib import dates
from billing_office.staff.models import Office, User
from invoices.issuing import addressed

from . import documents, facts, ladder, rules
from .debtors import Debt, Debtor, candidates, ladder_of, pass_over
from .models import DunningCycle, Reminder, ReminderLevel

log = logging.getLogger(__name__)


def remind(on: date, now: datetime, *, as_of: datetime | None = None) -> Counter:
    """Send what the ladders say for `on`: one message a debtor, each level once in a cycle; a second run sends nothing.

    `now` is the clock for the contact rules. Returns counts of "sent", "waits", "closed", "settled" (by unapplied money) and
    "failed". One debtor's failure does not stop the rest.
    """
    counts, by, levels = Counter(), User.objects.service(), list(ReminderLevel.objects.filter(active=True))
    for debtor in candidates(on):
        try:
            counts[_look(debtor, levels, on, now, as_of, by)] += 1
        except Exception:
            log.exception("reminding %s failed", debtor)
            counts["failed"] += 1
    pass_over(on)
    return counts


def _look(debtor: Debtor, levels: list[ReminderLevel], on: date, now: datetime, as_of, by) -> str:
    with ledger.locked(debtor.locks(on)):
        to, office = debtor.known()
        owed = debtor.debt(to, on)
        cycle = DunningCycle.objects.filter(closed_on=None, **debtor.cycle).first()
        if owed is None:
            return _close(cycle, on)
        cycle = cycle or DunningCycle.objects.create(opened_on=on, look_on=on, **debtor.cycle)
        theirs = [level for level in levels if level.audience == ladder_of(to)]
        steps = [ladder.Step(level.level, level.days_after_due) for level in theirs]
        step = ladder.next_step(steps, cycle.reminders.values_list("level", flat=True), owed.oldest, on)
        level = next((level for level in theirs if step and level.level == step.level), None)
        if level is None or owed.cents < level.least_cents:
            return _wait(cycle, ladder.look_on(steps, owed.oldest, on) or on + timedelta(days=30), "")
        verdict = asked(to, now, on_paper=level.on_paper)
        if not verdict.allow and not _later_today(verdict, on):
            return _wait(
                cycle, max(verdict.earliest.date() if verdict.earliest else on, on + timedelta(days=1)), verdict.words
            )
        _send(cycle, to, office, level, owed, on, as_of, by)
        _wait(cycle, ladder.look_on(steps, owed.oldest, on) or on + timedelta(days=30), "")
        return "sent"


def asked(to: Account | Payer, now: datetime, *, on_paper: bool = False) -> rules.Verdict:
    """May we remind them at all? The hour is judged again, and alone, when the message leaves."""
    day = now.date()
    channel = "email" if not on_paper and sending.by_email(to)[0] else "print"
    return rules.may(rules.Action.REMINDER, facts.of_channel(to, channel, day), now, facts.policy(day))


def _later_today(verdict: rules.Verdict, on: date) -> bool:
    """Refused only until an hour of this very day: it may be queued, and leaves then. What waits longer is written anew."""
    return verdict.earliest is not None and verdict.earliest.astimezone(dates.office_zone()).date() <= on


def _close(cycle: DunningCycle | None, on: date) -> str:
    if cycle is None:
        return "settled"
    DunningCycle.objects.filter(pk=cycle.pk).update(closed_on=on)
    return "closed"


def _wait(cycle: DunningCycle, until: date, why: str) -> str:
    DunningCycle.objects.filter(pk=cycle.pk).update(look_on=until, waits_for=why[:200])
    if cycle.account_id:
        ledger.look_on(cycle.account_id, until)
    return "waits"


def _send(
    cycle: DunningCycle, to: Account | Payer, office: Office, level: ReminderLevel, owed: Debt, on: date, as_of, by
) -> Reminder:
    number = f"{office.code}-REM-{take('reminder', office)[0]:06d}"
    document = Document.objects.create(
        kind=Document.Kind.REMINDER, number=number, template="reminder", paper=office.paper,
        context=documents.reminder(to, office, number, level, owed, on=on), **addressed(to, office),
    )  # fmt: skip
    message = sending.queue(document, to, action=rules.Action.REMINDER, as_of=as_of, on_paper=level.on_paper)
    reminder = Reminder.objects.create(
        cycle=cycle, level=level.level, level_name=level.name, on=on, cents=owed.cents, message=message
    )
    detail = {"number": number, "level": level.level, "cents": owed.cents}
    detail |= {"payer": to.pk} if isinstance(to, Payer) else {}
    acts.record(by, "reminder_queued", reminder, account_id=cycle.account_id, detail=detail)
    return reminder
