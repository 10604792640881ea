"""Payers whose invoices are overdue: reminded by their class's ladder, without the clocks of persons, never twice."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from accounts import ledger
from accounts.models import AccountFlag, Hold, Message, Payer
from billing_office import schedule
from billing_office.audit.models import Act
from billing_office.lib import dates
from dunning import notices
from dunning.models import ContactEvent, DunningCycle, Reminder, ReminderLevel
from invoices import issuing, voiding
from invoices.models import Invoice
from tests.accounts.ledger.conftest import sound
from tests.factories import make_account, make_charge, make_payer

pytestmark = pytest.mark.django_db
EMPLOYER = {
    "payer_class": Payer.Class.EMPLOYER, "terms_days": 30, "email": "ap@lonestar.example", "street": "9 Depot Road",
    "city_line": "Austin, TX 78701",
}  # fmt: skip


@pytest.fixture
def today():
    return dates.today()


@pytest.fixture
def late(account, office, by, today, settings):
    """Lone Star Freight, two invoices over two accounts: 224.00 due ten days ago and 50.00 due eight days ago."""
    settings.OUTBOX_HINT = ""
    payer = make_payer(by, "Lone Star Freight", **EMPLOYER)
    payer.charge = make_charge(account, by, 22400, payer=payer)
    issuing.issue_to_payer(payer, office, on=today - timedelta(days=40), by=by, key="first")
    payer.other = make_charge(make_account(office, by, "Bob", "Crew"), by, 5000, payer=payer)
    issuing.issue_to_payer(payer, office, on=today - timedelta(days=38), by=by, key="second")
    return payer


def remind(on, hour=10):
    now = dates.office_time(on, hour)
    return schedule.run_steps(on, now, as_of=now)["reminders"]


def test_one_reminder_lists_every_overdue_invoice_and_names_nobody(late, today):
    assert remind(today) == {"sent": 1}
    reminder = Reminder.objects.get()
    assert (reminder.level, reminder.cents, reminder.cycle.payer, reminder.message.to) == (1, 27400, late, late.email)
    words = str(reminder.message.document.context)
    assert all(number in words for number in Invoice.objects.values_list("number", flat=True))
    assert "White" not in words
    assert "MRI" not in words
    assert sound() == []


def test_the_day_run_twice_sends_once(late, today):
    remind(today)
    assert remind(today) == {}
    assert Message.objects.filter(action="reminder").count() == 1


def test_each_level_once_on_its_day_and_the_last_as_a_letter(late, today):
    due = today - timedelta(days=10)
    for day in range(60):
        remind(due + timedelta(days=day))
    sent = [(r.level, (r.on - due).days, r.message.channel) for r in Reminder.objects.order_by("id")]
    assert sent == [(1, 7, "email"), (2, 21, "email"), (3, 45, "print")]


def test_it_goes_out_and_the_contact_log_names_the_payer(late, today):
    schedule.run_steps(today, dates.now())
    schedule.drain()
    message = Message.objects.get(action="reminder")
    assert message.state == "sent"
    assert ContactEvent.objects.filter(message=message, payer=late, stage="sent").exists()


def test_an_organisation_has_no_hours_and_a_person_has_a_clients(late, by, today):
    aunt = make_payer(by, "Aunt May", **EMPLOYER | {"payer_class": Payer.Class.PERSON, "email_agreed_on": today})
    night = datetime(today.year, today.month, today.day, 3, tzinfo=ZoneInfo("America/Chicago"))
    assert notices.asked(late, night).allow
    assert [reason.rule.id for reason in notices.asked(aunt, night).reasons] == ["HOURS"]


@pytest.mark.parametrize("kind", ["bankruptcy", "attorney", "cease", "do_not_contact"])
def test_a_stop_on_the_payer_sends_nothing_and_says_why(late, today, by, kind):
    AccountFlag.objects.create(account=late.house_account, kind=kind, since=today, reason="told us", set_by=by)
    assert remind(today) == {"waits": 1}
    assert DunningCycle.objects.get().waits_for


def test_a_pause_of_the_payer_holds(late, today, by):
    end = today + timedelta(days=3)
    Hold.objects.create(account=late.house_account, kind="pause", since=today, until=end, reason="asked", set_by=by)
    assert remind(today) == {"waits": 1}
    assert remind(end + timedelta(days=1)) == {"sent": 1}


@pytest.mark.parametrize("whole", [False, True])
def test_what_is_in_dispute_is_left_out(late, today, by, whole):
    charge = None if whole else late.charge
    Hold.objects.create(
        account=late.charge.account, charge=charge, kind="dispute", since=today, reason="wrong", set_by=by
    )
    remind(today)
    assert Reminder.objects.get().cents == 5000


def test_money_that_waits_to_be_laid_counts(late, today, by):
    pay(late, by, 30000)
    assert remind(today) == {"settled": 1}


def test_paid_in_part_it_asks_the_rest_and_paid_in_full_nothing(late, today, by):
    pay(late, by, 22400, {late.charge: 22400})
    remind(today)
    assert Reminder.objects.get().cents == 5000
    pay(late, by, 5000, {late.other: 5000})
    assert remind(today + timedelta(days=20)) == {"closed": 1}


def test_a_void_invoice_is_reminded_of_no_more(late, today, by):
    for invoice in Invoice.objects.all():
        voiding.void(invoice, on=today, by=by, reason="x")
    assert remind(today) == {}


def test_what_was_not_invoiced_is_not_reminded_of(account, by, today):
    make_charge(account, by, days_ago=300, payer=make_payer(by, "Lone Star Freight", **EMPLOYER))
    assert remind(today) == {}


def test_each_office_reminds_of_its_own(late, foreign, other_office, by, today):
    make_charge(foreign, by, 700, payer=late)
    issuing.issue_to_payer(late, other_office, on=today - timedelta(days=40), by=by, key="third")
    assert remind(today) == {"sent": 2}
    assert sorted(Reminder.objects.values_list("cycle__office__code", "cents")) == [("ELM", 27400), ("OAK", 700)]


def test_the_ladder_of_its_class_is_data(late, today):
    ReminderLevel.objects.filter(audience="employer").update(active=False)
    assert remind(today) == {"waits": 1}


def test_it_is_recorded(late, today):
    remind(today)
    assert Act.objects.get(verb="reminder_queued").detail["payer"] == late.pk


def pay(payer, by, cents, shares=None):
    by_account = {}
    for charge, part in (shares or {}).items():
        by_account.setdefault(charge.account_id, []).append(ledger.Share(charge.pk, part))
    ledger.receive_payer_payment(
        payer, cents=cents, received_on=dates.today(), method="eft", key=f"pay{cents}", by=by, shares=by_account
    )
