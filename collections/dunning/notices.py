"""The day's reminders: SQL picks whom to look at, Python decides each under the account's lock, the mailroom sends."""

import logging
from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Q

from accounts import aging, ledger, sending
from accounts.models import Account, Document
from accounts.models.number import take
from billing_office.audit import acts
from billing_office.lib import dates
from billing_office.staff.models import User
from invoices import balances
from invoices.models import Invoice

from . import documents, facts, ladder, rules
from .models import DunningCycle, Reminder, ReminderLevel

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Debt:
    """What the client of one account owes on dues that have come, after unapplied money, without what is in dispute."""

    cents: int
    oldest: date


def remind(on: date, now: datetime, *, as_of: datetime | None = None) -> Counter:
    """Send what the ladder says for `on`: one message an account, each level once in a cycle; a second run sends nothing.

    `now` is the clock for the contact rules. Returns counts of "sent", "waits", "closed", "settled" (by unapplied money) and
    "failed". One account's failure does not stop the rest.
    """
    counts, by, levels = Counter(), User.objects.service(), list(ReminderLevel.objects.filter(active=True))
    for account in candidates(on):
        try:
            counts[_look(account, levels, on, now, as_of, by)] += 1
        except Exception:
            log.exception("reminding account %s failed", account)
            counts["failed"] += 1
    return counts


def candidates(on: date) -> list[int]:
    """Accounts past due without a cycle, and open cycles whose day to look has come."""
    looking = DunningCycle.objects.filter(closed_on=None)
    asleep = looking.filter(look_on__gt=on).values("account")
    clients = Account.objects.for_staff(User.objects.service()).filter(merged_into=None)
    overdue = {row.account for row in aging.past_due(clients.exclude(pk__in=asleep), on)}
    return sorted(overdue | set(looking.filter(look_on__lte=on).values_list("account", flat=True)))


def debt(account: Account, on: date) -> Debt | None:
    """What may be reminded of, or None: only what fell due by a due, not what was never billed."""
    disputed = set(account.holds.on(on).exclude(charge=None).values_list("charge", flat=True))
    parts = [
        p
        for p in aging.parts(Account.objects.filter(pk=account.pk), on)
        if p.payer is None and p.charge not in disputed
    ]
    netted = aging.net([p for p in parts if p.dated and p.day <= on], ledger.balance(account)[1])
    cents = sum(part.cents for part in netted.parts)
    return Debt(cents, min(part.day for part in netted.parts)) if cents else None


def _look(account_id: int, levels: list[ReminderLevel], on: date, now: datetime, as_of, by) -> str:
    with ledger.locked([account_id]) as accounts:
        account = accounts[account_id]
        owed = debt(account, on)
        cycle = DunningCycle.objects.filter(account=account, closed_on=None).first()
        if owed is None:
            return _close(cycle, on)
        cycle = cycle or DunningCycle.objects.create(account=account, opened_on=on, look_on=on)
        steps = [ladder.Step(level.level, level.days_after_due) for level in levels]
        step = ladder.next_step(steps, cycle.reminders.values_list("level", flat=True), owed.oldest, on)
        level = next((level for level in levels if step and level.level == step.level), None)
        if level is None or owed.cents < level.least_cents:
            return _wait(cycle, ladder.look_on(steps, owed.oldest, on) or on + timedelta(days=30), "")
        verdict = asked(account, now)
        if not verdict.allow and not _later_today(verdict, on):
            return _wait(
                cycle, max(verdict.earliest.date() if verdict.earliest else on, on + timedelta(days=1)), verdict.words
            )
        _send(cycle, account, level, owed, on, as_of, by)
        _wait(cycle, ladder.look_on(steps, owed.oldest, on) or on + timedelta(days=30), "")
        return "sent"


def asked(account: Account, now: datetime) -> rules.Verdict:
    """May we remind this account at all? The hour is judged again, and alone, when the message leaves."""
    day = now.date()
    channel = "email" if sending.by_email(account)[0] else "print"
    return rules.may(rules.Action.REMINDER, facts.of_channel(account, channel, day), now, facts.policy(day))


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
    return "waits"


def _send(cycle: DunningCycle, account: Account, level: ReminderLevel, owed: Debt, on: date, as_of, by) -> Reminder:
    office = account.office
    invoices = overdue_invoices(account, on)
    number = f"{office.code}-REM-{take('reminder', office)[0]:06d}"
    words = documents.reminder(account, office, number, level, owed, invoices, on=on)
    document = Document.objects.create(
        account=account,
        kind=Document.Kind.REMINDER,
        number=number,
        template="reminder",
        paper=office.paper,
        context=words,
    )
    message = sending.queue(document, account, action=rules.Action.REMINDER, as_of=as_of)
    reminder = Reminder.objects.create(
        cycle=cycle, level=level.level, level_name=level.name, on=on, cents=owed.cents, message=message
    )
    detail = {"number": number, "level": level.level, "cents": owed.cents}
    acts.record(by, "reminder_queued", reminder, account_id=account.pk, detail=detail)
    return reminder


def overdue_invoices(account: Account, on: date) -> list[tuple[Invoice, int]]:
    """Live invoices whose day has come, each with what is still open of it, oldest first."""
    live = list(Invoice.objects.live().filter(Q(account=account), due_on__lte=on).order_by("due_on", "id"))
    open_now = balances.of_invoices(live)
    return [(invoice, open_now[invoice.pk]) for invoice in live if open_now[invoice.pk]]
