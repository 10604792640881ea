"""Notes that call colleagues, are corrected and never edited; what is to be followed up is done once."""

from datetime import timedelta

import pytest
from django.urls import reverse

from accounts import notes
from accounts.models import FollowUp, Mention, Note
from billing_office.audit.models import Act
from billing_office.lib import dates
from tests.factories import make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def tran(office):
    return make_user("collector", office, username="j.tran", name="Jo Tran")


@pytest.fixture
def write(account, clerk, once):
    def send(text, **more):
        return clerk.post(reverse("note_new", args=[account.pk]), {"once": once, "text": text} | more)

    return send


def test_a_note_calls_a_colleague(write, tran, clerk):
    write("@J.Tran please look before Friday. Write to bob@example.org.")
    mention = Mention.objects.get()
    assert (mention.user, mention.read_at) == (tran, None)


def test_who_is_not_of_the_office_cannot_be_called(write, other_office):
    make_user("collector", other_office, username="far.away")
    answer = write("@far.away please look")
    assert answer.status_code == 422
    assert "Nobody of this office is called @far.away" in answer.content.decode()
    assert not Note.objects.exists()


def test_who_answers_on_the_account_has_read(account, tran, write):
    write("@j.tran please look")
    notes.write(account, "Looked.", by=tran, detail={})
    assert not Mention.objects.waiting(tran).exists()


def test_who_says_so_has_read_and_nobody_else_can(write, tran, client, clerk):
    write("@j.tran please look")
    href = reverse("mention_read", args=[Mention.objects.get().pk])
    assert clerk.post(href).status_code == 404
    client.force_login(tran)
    client.post(href)
    assert not Mention.objects.waiting(tran).exists()


@pytest.mark.parametrize("chosen, role", [("", ""), ("rcollector", "collector")])
def test_a_note_asks_for_a_follow_up(chosen, role, write, clerk):
    day = dates.today() + timedelta(days=3)
    write("Call again", follow_on=day.isoformat(), follow_for=chosen)
    row = FollowUp.objects.get()
    assert (row.on, row.for_role, row.for_user) == (day, role, None if role else clerk.user)


def test_two_take_the_same_follow_up_and_the_second_is_told_who_did_it(account, clerk, tran, client):
    row = notes.ask(account, "Call again", dates.today(), by=clerk.user, role="clerk")
    stale = FollowUp.objects.get(pk=row.pk)
    client.force_login(tran)
    client.post(reverse("follow_up_done", args=[row.pk]))
    answer = clerk.post(reverse("follow_up_done", args=[row.pk]), follow=True)
    assert "J. Tran has done this already" in answer.content.decode()
    assert not notes.done(stale, by=clerk.user, now=dates.now())
    assert Act.objects.filter(verb="follow_up_done").count() == 1


def test_a_note_is_corrected_by_another_once(account, write, clerk):
    write("He pays on Fridays.")
    first = Note.objects.get()
    href = reverse("note_correct", args=[first.pk])
    clerk.post(href, {"once": "00000000-0000-4000-8000-000000000001", "text": "He pays on Mondays."})
    answer = clerk.post(href, {"once": "00000000-0000-4000-8000-000000000002", "text": "Never."}, follow=True)
    assert "corrected this note already" in answer.content.decode()
    assert [note.text for note in Note.objects.order_by("pk")] == ["He pays on Fridays.", "He pays on Mondays."]
    assert Note.objects.latest("pk").corrects == first


@pytest.mark.parametrize("to", ["https://evil.example/", "//evil.example", "-1", ""])
def test_nothing_leads_out_of_the_office(to, account, clerk):
    row = notes.ask(account, "Call again", dates.today(), by=clerk.user, user=clerk.user)
    answer = clerk.post(reverse("follow_up_done", args=[row.pk]), {"next": to})
    assert answer.url == reverse("home")
