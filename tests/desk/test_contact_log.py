"""Logging a contact: what was said is kept, what follows from it happens, and the rules of contact count it."""

from datetime import timedelta

import pytest
from django.urls import reverse

from accounts.models import ContactMade, Hold
from billing_office.audit.models import Act
from billing_office.lib import dates
from dunning import facts, rules
from tests.factories import make_account, make_address, make_phone

pytestmark = pytest.mark.django_db


@pytest.fixture
def phone(owing, by):
    make_address(owing.guarantor, by)
    return make_phone(owing.guarantor, by)


@pytest.fixture
def log(owing, phone, once, signed_in):
    def send(outcome, browser=None, **more):
        given = {"once": once, "outcome": outcome, "way": "call", "whom": f"p{phone.pk}"} | more
        browser = browser or signed_in("collector")
        return browser.post(reverse("contact_made_new", args=[owing.pk]), given)

    return send


def test_a_call_is_logged_with_its_number_and_its_act(owing, phone, log):
    assert log("message", note="asked for a call back").status_code == 302
    made = ContactMade.objects.get()
    assert (made.way, made.outcome, made.to, made.note) == ("call", "message", phone.value, "asked for a call back")
    assert Act.objects.get(verb="contact_logged").account_id == owing.pk


def test_a_double_press_logs_once(log, signed_in):
    browser = signed_in("collector")
    log("message", browser)
    log("message", browser)
    assert ContactMade.objects.count() == 1


def test_a_wrong_number_is_marked_bad(phone, log):
    log("wrong_number")
    phone.refresh_from_db()
    assert (phone.bad_since, phone.bad_reason) == (dates.today(), "wrong number")


def test_who_asks_not_to_be_called_is_opted_out(owing, phone, log):
    log("stop")
    phone.refresh_from_db()
    assert phone.opted_out_on == dates.today()
    assert facts.of_channel(owing, "phone", dates.today()).address.opted_out


def test_a_dispute_holds_the_account_once(owing, log, signed_in):
    log("dispute", note="never had this MRI")
    log("dispute", once="00000000-0000-4000-8000-000000000001")
    hold = Hold.objects.get(account=owing)
    assert (hold.kind, hold.reason) == ("dispute", "never had this MRI")


def test_a_promise_needs_amount_and_day(log):
    answer = log("promise")
    assert answer.status_code == 422
    assert "How much was promised?" in answer.content.decode()
    assert not ContactMade.objects.exists()


def test_a_promise_keeps_amount_and_day(log):
    day = dates.today() + timedelta(days=5)
    log("promise", cents="333.33", promised_on=day.isoformat())
    made = ContactMade.objects.get()
    assert (made.cents, made.promised_on) == (33333, day)


def test_the_eighth_call_in_seven_days_is_warned_of_and_logged_all_the_same(owing, phone, log, signed_in):
    for n in range(7):
        owing.contacts_made.create(
            way="call", outcome="no_answer", at=dates.now() - timedelta(hours=n), by=signed_in("clerk").user
        )
    page = signed_in("collector").get(reverse("contact_made_new", args=[owing.pk])).content.decode()
    assert "CALL-7IN7" in page
    log("no_answer")
    assert "CALL-7IN7" in ContactMade.objects.latest("id").refused


@pytest.mark.parametrize("way, counts", [("call", True), ("call_in", False), ("letter_in", False)])
def test_only_our_own_calls_count_for_frequency(way, counts, owing, by):
    owing.contacts_made.create(way=way, outcome="no_answer", at=dates.now(), by=by)
    assert bool(facts.of_channel(owing, "phone", dates.today()).calls) is counts


@pytest.mark.parametrize("days, allowed", [(6, False), (7, True)])
def test_a_week_without_a_call_begins_with_the_day_of_the_talk(days, allowed, owing, phone, by):
    noon = dates.office_time(dates.today(), 12)
    owing.contacts_made.create(way="call_in", outcome="talked", at=noon - timedelta(days=days), by=by)
    read = facts.of_channel(owing, "phone", dates.today())
    verdict = rules.may(rules.Action.CALL, read, noon, facts.policy(dates.today()))
    assert verdict.allow is allowed


def test_the_duplicates_calls_count_for_the_account_that_answers(owing, other_account, by):
    other_account.contacts_made.create(way="call", outcome="no_answer", at=dates.now(), by=by)
    other_account.merged_into = owing
    other_account.save()
    assert len(facts.of_channel(owing, "phone", dates.today()).calls) == 1


def test_so_do_those_of_a_duplicates_own_duplicate(owing, other_account, office, by):
    first = make_account(office, by)
    first.contacts_made.create(way="call", outcome="no_answer", at=dates.now(), by=by)
    for part, whole in ((first, other_account), (other_account, owing)):
        part.merged_into = whole
        part.save()
    assert [len(facts.of_channel(one, "phone", dates.today()).calls) for one in (owing, other_account, first)] == [
        1,
        1,
        1,
    ]


@pytest.fixture
def other_account(office, by):
    return make_account(office, by)


def test_an_auditor_logs_nothing(owing, log, signed_in):
    assert log("message", signed_in("auditor")).status_code == 403


def test_on_the_account_the_line_alone_is_answered(owing, phone, signed_in):
    browser = signed_in("clerk")
    piece = browser.get(reverse("contact_made_new", args=[owing.pk]), headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in piece
    assert phone.value in piece
