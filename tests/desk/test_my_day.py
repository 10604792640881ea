"""My day: what waits is there with its money and age, goes when it is done, and one comes after the other."""

from datetime import timedelta

import pytest
from django.urls import reverse

from accounts import contact_log, notes, stops
from accounts.models import ContactMade, Hold, Mention, Message, Snooze
from billing_office.desk.my_day import views
from billing_office.lib import dates
from invoices import issuing
from tests.factories import (
    make_account,
    make_charge,
    make_due,
    make_payment,
    make_recurring,
    make_refund,
    make_request,
    make_user,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def day(client):
    """day(user) → what waits for them: (kind, cents) of each line."""

    def of(user, query=""):
        client.force_login(user)
        answer = client.get(reverse("home") + query)
        assert answer.status_code == 200
        return [(line.source.kind, line.cents) for line in answer.context["lines"]]

    return of


@pytest.fixture
def person(office):
    return make_user("collector", office)


@pytest.fixture
def promise(owing, person):
    def make(days_ago=2, cents=10000):
        promised_on = dates.today() - timedelta(days=days_ago)
        made = ContactMade(client=owing.guarantor, way="call", outcome="promise", cents=cents, promised_on=promised_on)
        at = dates.now() - timedelta(days=days_ago + 5)
        return contact_log.write(owing, made, at=at, on=at.date(), by=person, detail={})

    return make


def test_a_follow_up_waits_from_its_day_with_what_is_owed(owing, person, day, by):
    notes.ask(owing, "Call", dates.today(), by=by, user=person)
    notes.ask(owing, "Call later", dates.today() + timedelta(days=1), by=by, user=person)
    assert day(person) == [("follow_up", 22400)]


@pytest.mark.parametrize("role, waits", [("collector", True), ("clerk", False)])
def test_a_follow_up_of_a_role_waits_for_who_has_it(role, waits, owing, person, day, by):
    notes.ask(owing, "Call", dates.today(), by=by, role=role)
    assert bool(day(person)) is waits


def test_what_is_done_is_gone(owing, person, day, by, client):
    row = notes.ask(owing, "Call", dates.today(), by=by, user=person)
    client.force_login(person)
    client.post(reverse("follow_up_done", args=[row.pk]))
    assert day(person) == []


def test_a_mention_waits_until_it_is_read(owing, person, day, by, client):
    notes.write(owing, "please look", by=by, detail={}, mentioned=[person])
    assert day(person) == [("mention", 22400)]
    client.post(reverse("mention_read", args=[Mention.objects.get().pk]))
    assert day(person) == []


def test_a_broken_promise_waits_with_what_is_missing(owing, person, promise, day, by):
    promise()
    make_payment(owing, by, 4000, days_ago=3)
    assert ("promise", 6000) in day(person)


def test_a_promise_that_was_kept_does_not_wait(owing, person, promise, day, by):
    promise()
    make_payment(owing, by, 10000, days_ago=1)
    assert "promise" not in dict(day(person))


def test_a_promise_waits_no_more_once_somebody_called_about_it(owing, person, promise, day):
    promise()
    made = ContactMade(client=owing.guarantor, way="call", outcome="no_answer")
    contact_log.write(owing, made, at=dates.now(), on=dates.today(), by=person, detail={})
    assert day(person) == []


def test_mail_that_failed_waits_until_it_is_sent_again(owing, day, by, office, settings):
    settings.OUTBOX_HINT = ""
    clerk = make_user("clerk", office)
    issuing.issue(owing, on=dates.today(), by=by, key="x")
    message = Message.objects.get()
    Message.objects.update(state="failed", error="mailbox full")
    assert "failed" in dict(day(clerk))
    message.pk, message.copy, message.message_id, message.state = None, 2, None, "queued"
    message.save()
    assert "failed" not in dict(day(clerk))


@pytest.mark.parametrize(
    "role, kinds",
    [("supervisor", {"refund", "recurring", "unapplied", "hold", "request"}), ("clerk", {"unapplied", "hold"})],
)
def test_each_kind_waits_for_those_who_may_do_it(role, kinds, owing, office, day, by):
    make_payment(owing, by, 5000)
    make_refund(make_payment(owing, by, 6000), by)
    recurring = make_recurring(owing, by)
    recurring.trouble = "The account is closed."
    recurring.save()
    stops.set_stop(owing, Hold(kind="review", since=dates.today(), until=dates.today(), reason="x"), by=by, detail={})
    make_request(owing, by)
    assert set(dict(day(make_user(role, office)))) == kinds


def test_nothing_of_another_office_waits(foreign, person, day, by):
    notes.ask(foreign, "Call", dates.today(), by=by, role="collector")
    make_payment(foreign, by, 5000)
    assert day(person) == []


def test_a_line_is_left_for_later_with_a_reason_and_comes_again(owing, person, day, by, client):
    row = notes.ask(owing, "Call", dates.today(), by=by, user=person)
    client.force_login(person)
    href = reverse("day_later", args=["follow_up", row.pk])
    assert client.post(href, {"until": dates.today().isoformat(), "why": "x"}).status_code == 422
    tomorrow = dates.today() + timedelta(days=1)
    client.post(href, {"until": tomorrow.isoformat(), "why": "He is away"})
    assert day(person) == []
    Snooze.objects.update(until=dates.today())
    assert day(person) == [("follow_up", 22400)]


def test_what_does_not_wait_for_one_cannot_be_put_off(owing, person, client, by, office):
    row = notes.ask(owing, "Call", dates.today(), by=by, user=make_user("clerk", office))
    client.force_login(person)
    assert client.get(reverse("day_later", args=["follow_up", row.pk])).status_code == 404


def test_the_next_comes_by_itself_after_the_act(office, person, by, client):
    for cents, name in [(1, "Ada"), (2, "Ben")]:
        account = make_account(office, by, name)
        notes.ask(account, f"Call {name}", dates.today() - timedelta(days=cents), by=by, user=person)
    client.force_login(person)
    first = client.get(reverse("day_next"))
    row = account.follow_ups.get()
    assert first.url == reverse("account", args=[account.pk])  # the longer wait first
    second = client.post(reverse("follow_up_done", args=[row.pk]), {"next": first.url})
    assert second.url == reverse("day_next")
    assert client.get(second.url).url != first.url
    assert client.get(reverse("day_next")).url == reverse("home")


def test_chips_count_and_narrow(owing, person, promise, day, by, client):
    promise()
    notes.ask(owing, "Call", dates.today(), by=by, user=person)
    client.force_login(person)
    answer = client.get(reverse("home") + "?kind=promise")
    assert [(chip.label, chip.count) for chip in answer.context["chips"]] == [
        ("All", 2), ("Follow-ups", 1), ("Broken promises", 1),
    ]  # fmt: skip
    assert [line.source.kind for line in answer.context["lines"]] == ["promise"]


def test_a_supervisor_sees_anothers_day_and_a_clerk_does_not(owing, person, day, by, office, other_office):
    notes.ask(owing, "Call", dates.today(), by=by, user=person)
    assert day(make_user("supervisor", office), f"?of={person.pk}") == [("follow_up", 22400)]


@pytest.mark.parametrize("role", ["clerk", "supervisor"])
def test_the_day_of_whom_one_does_not_lead_is_not_there(role, person, office, other_office, client):
    far = make_user("clerk", other_office)
    client.force_login(make_user(role, office))
    assert client.get(f"{reverse('home')}?of={far.pk}").status_code == 404


def test_the_past_due_are_counted_and_above_many_only_said_to_be_more(
    owing, person, office, other_office, by, client, monkeypatch
):
    for place in (office, office, other_office):
        make_due(make_charge(make_account(place, by, "Ann", "Late"), by), 3)
    make_due(make_charge(make_account(office, by, "Ann", "Not yet"), by), -3)
    client.force_login(person)
    assert client.get(reverse("home")).context["tiles"][-1]["count"] == 3
    monkeypatch.setattr(views, "MANY", 2)
    assert client.get(reverse("home")).context["tiles"][-1]["count"] == "over 2"


def test_an_empty_day_is_glad(person, client):
    client.force_login(person)
    assert "Nothing waits for you" in client.get(reverse("home")).content.decode()


def test_a_day_of_what_is_no_number_is_not_found(signed_in):
    assert signed_in("supervisor").get(reverse("home"), {"of": "²"}).status_code == 404
