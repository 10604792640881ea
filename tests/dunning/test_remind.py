"""The day's reminders: whom, when, how often, and never twice."""

from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command

from accounts import ledger
from accounts.models import AccountFlag, ContactPoint, Hold, Message
from billing_office import schedule
from billing_office.lib import dates
from billing_office.outbox.models import Job, Run
from dunning import debtors
from dunning.models import DunningCycle, Reminder, ReminderLevel
from invoices import issuing
from tests.accounts.ledger.conftest import sound
from tests.factories import make_account, make_address, make_charge, make_payment

pytestmark = pytest.mark.django_db


@pytest.fixture
def today():
    return dates.today()


@pytest.fixture
def late(account, by, today, settings):
    """Robert White, 224.00 invoiced so that it fell due ten days ago."""
    settings.OUTBOX_HINT = ""
    make_address(account.guarantor, by)
    account.charge = make_charge(account, by, days_ago=50)
    issuing.issue(account, on=today - timedelta(days=40), by=by, key="late")
    return account


def remind(on):
    return schedule.run_steps(on, dates.office_time(on), as_of=dates.office_time(on))["reminders"]


def levels():
    return list(Reminder.objects.order_by("id").values_list("level", flat=True))


def test_the_day_before_it_is_due_nothing_goes_out(late, today):
    assert remind(today - timedelta(days=11)) == {}
    assert levels() == []


def test_one_reminder_at_the_highest_level_reached(late, today):
    assert remind(today) == {"sent": 1}
    reminder = Reminder.objects.get()
    assert (reminder.level, reminder.cents, reminder.cycle.account) == (2, 22400, late)
    assert reminder.message.document.number == "ELM-REM-000001"


def test_twice_is_once(late, today):
    remind(today)
    assert remind(today) == {}
    assert Message.objects.filter(action="reminder").count() == 1


def test_each_step_goes_out_on_its_day_and_no_day_between(late, today):
    due = today - timedelta(days=10)
    for day in range(60):
        remind(due + timedelta(days=day))
    sent = [(r.on - due).days for r in Reminder.objects.order_by("id")]
    assert (levels(), sent) == ([1, 2, 3, 4], [0, 7, 21, 45])
    assert sound() == []


def test_paid_in_full_ends_the_cycle_and_nothing_more_goes_out(late, today, by):
    remind(today)
    make_payment(late, by, 22400, shares={late.charge: 22400})
    assert remind(today + timedelta(days=11)) == {"closed": 1}
    assert levels() == [2]
    assert DunningCycle.objects.get().closed_on == today + timedelta(days=11)


def test_a_part_payment_is_taken_off_what_is_asked(late, today, by):
    make_payment(late, by, 10000, shares={late.charge: 10000})
    remind(today)
    words = Reminder.objects.get().message.document.context
    assert words["ask"]["amount"] == "$124.00"
    assert words["rows"][0]["amounts"][1:] == ["224.00", "−100.00", "124.00"]


def test_unapplied_money_counts(late, today, by):
    make_payment(late, by, 30000)
    assert remind(today) == {"settled": 1}
    assert levels() == []


def test_a_payment_taken_back_is_reminded_of_again(late, today, by):
    """Nobody looks any more at who has paid, until the ledger says that they owe again."""
    payment = make_payment(late, by, 22400, shares={late.charge: 22400})
    assert remind(today) == {}
    assert debtors._to_look_at(today) == []
    ledger.take_back(payment, on=today, by=by, memo="bounced")
    assert sound() == []
    assert remind(today) == {"sent": 1}


def test_a_later_invoice_is_looked_at_when_it_falls_due(late, today, by):
    make_payment(late, by, 22400, shares={late.charge: 22400})
    remind(today)
    make_charge(late, by, days_ago=1)
    issuing.issue(late, on=today, by=by, key="next")
    assert remind(today + timedelta(days=29)) == {}
    assert sum(remind(today + timedelta(days=60)).values()) == 1


def test_what_was_never_billed_is_not_reminded_of(account, by, today):
    make_charge(account, by, days_ago=200)
    assert remind(today) == {}


@pytest.mark.parametrize("kind", ["bankruptcy", "attorney", "cease", "deceased", "do_not_contact"])
def test_a_stop_sends_nothing_and_says_why(late, today, by, kind):
    AccountFlag.objects.create(account=late, kind=kind, since=today, reason="told us", set_by=by)
    assert remind(today) == {"waits": 1}
    assert levels() == []
    assert DunningCycle.objects.get().waits_for


def test_the_dead_are_not_reminded(late, today):
    late.guarantor.deceased_on = today
    late.guarantor.save()
    remind(today)
    assert levels() == []


def test_a_dispute_of_one_charge_leaves_it_out_and_reminds_of_the_rest(late, today, by):
    other = make_charge(late, by, 5000, days_ago=60)
    issuing.issue(late, on=today - timedelta(days=40), by=by, key="second")
    Hold.objects.create(account=late, charge=late.charge, kind="dispute", since=today, reason="wrong side", set_by=by)
    remind(today)
    assert Reminder.objects.get().cents == other.cents


def test_a_pause_holds_until_its_last_day(late, today, by):
    end = today + timedelta(days=3)
    Hold.objects.create(account=late, kind="pause", since=today, until=end, reason="asked", set_by=by)
    for day in range(4):
        remind(today + timedelta(days=day))
    assert levels() == []
    assert DunningCycle.objects.get().look_on == end + timedelta(days=1)
    assert remind(end + timedelta(days=1)) == {"sent": 1}


def test_without_consent_the_reminder_is_printed(late, today):
    ContactPoint.objects.filter(kind="email").update(consent_on=None)
    remind(today)
    assert Reminder.objects.get().message.channel == "print"


def test_below_the_smallest_amount_nothing_goes_out(late, today, by):
    ReminderLevel.objects.update(least_cents=30000)
    assert remind(today) == {"waits": 1}
    assert levels() == []


def test_the_ladder_is_data(late, today):
    ReminderLevel.objects.filter(level=2).update(active=False)
    remind(today)
    assert levels() == [1]


def test_one_accounts_failure_does_not_stop_the_rest(late, office, by, today, monkeypatch, caplog):
    second = make_account(office, by, "Ann", "Second", email="ann@example.org")
    make_address(second.guarantor, by)
    make_charge(second, by, days_ago=50)
    issuing.issue(second, on=today - timedelta(days=40), by=by, key="second")
    ContactPoint.objects.filter(client=late.guarantor, kind="postal").update(region="x" * 40)
    late.guarantor.time_zone = "Nowhere/At_All"
    late.guarantor.save()
    assert remind(today) == {"failed": 1, "sent": 1}


def test_another_day_than_today_needs_the_local_sink(late, settings):
    settings.MAIL_SINK = ""
    with pytest.raises(CommandError, match="local mail sink only"):
        call_command("run_day", date="2027-01-15")
    assert levels() == []


@pytest.mark.parametrize("text", ["tomorrow", "2026-02-30", "0001-01-01", "9999-12-31"])
def test_a_day_that_is_none_is_refused_in_one_line(text, settings, tmp_path):
    settings.MAIL_SINK = str(tmp_path)
    with pytest.raises(CommandError, match="no day|between 1900 and 2199"):
        call_command("run_day", date=text)


def test_the_clock_starts_a_day_once(db, settings):
    settings.OUTBOX_HINT = ""
    for _ in range(3):
        schedule.today_begins()
    assert (Run.objects.count(), Job.objects.filter(kind="office_day").count()) == (1, 1)
