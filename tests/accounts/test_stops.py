"""Flags, holds and notes by form."""

from datetime import timedelta

import pytest
from django.urls import reverse

from accounts.models import AccountFlag, Hold, Note
from billing_office.audit.models import Act
from billing_office.lib import dates
from billing_office.staff.models import Role
from tests.factories import make_account, make_charge


def given(once, **changes):
    return {"once": once, "kind": "attorney", "since": dates.today().isoformat(), "reason": "letter of Nov 3"} | changes


def test_a_flag_is_set_with_its_reason_and_recorded(clerk, account, once):
    clerk.post(reverse("flag_new", args=[account.pk]), given(once))
    flag = account.flags.get()
    assert (flag.kind, flag.since, flag.until, flag.set_by) == ("attorney", dates.today(), None, clerk.user)
    act = Act.objects.get(verb="flag_set")
    assert (act.object_id, act.account_id, act.detail["kind"]) == (flag.pk, account.pk, "attorney")


def test_a_hold_of_one_charge_is_set(clerk, owing, once):
    clerk.post(reverse("hold_new", args=[owing.pk]), given(once, kind="dispute", charge=owing.charge.pk))
    assert owing.holds.get().charge == owing.charge


def test_a_hold_never_takes_another_accounts_charge(clerk, office, account, by, once):
    other = make_charge(make_account(office, by, "Luis", "Ortega"), by)
    answer = clerk.post(reverse("hold_new", args=[account.pk]), given(once, kind="dispute", charge=other.pk))
    assert answer.status_code == 422
    assert not Hold.objects.exists()


def test_a_collector_chooses_charges_by_day_and_not_by_what_was_done(signed_in, owing):
    page = signed_in(Role.COLLECTOR).get(reverse("hold_new", args=[owing.pk])).content.decode()
    assert "Service" in page
    assert owing.charge.description not in page


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"kind": "pause"}, "A pause needs a last day"),
        ({"reason": ""}, "Fill this in"),
        ({"kind": "holiday"}, "Select a valid choice"),
        ({"reason": "card 4111 1111 1111 1111"}, "Do not write card numbers here."),
        ({"since": "0001-01-01"}, "between 1900"),
        ({"until": "2026-01-01"}, "The last day lies before the first"),
        ({"reason": "x" * 5000}, "at most 200"),
    ],
)
def test_what_cannot_be_is_refused_in_words(clerk, account, once, changes, words):
    answer = clerk.post(reverse("hold_new", args=[account.pk]), given(once, kind="dispute") | changes)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not Hold.objects.exists()


@pytest.fixture(params=[(AccountFlag, "attorney", "flag_end"), (Hold, "dispute", "hold_end")])
def stop(request, account, by):
    model, kind, name = request.param
    row = model.objects.create(account=account, kind=kind, since=dates.today(), reason="letter", set_by=by)
    row.end_page, row.verb = reverse(name, args=[row.pk]), name.replace("_end", "_ended")
    return row


def test_a_stop_is_ended_and_stays_on_file(clerk, stop):
    assert stop.reason in clerk.get(stop.end_page).content.decode()
    clerk.post(stop.end_page, {"until": dates.today().isoformat()})
    stop.refresh_from_db()
    assert stop.until == dates.today()
    assert Act.objects.get(verb=stop.verb).object_id == stop.pk


def test_ending_twice_is_ending_once(clerk, stop):
    for days in [0, 3]:
        clerk.post(stop.end_page, {"until": (dates.today() + timedelta(days=days)).isoformat()})
    stop.refresh_from_db()
    assert stop.until == dates.today()
    assert Act.objects.filter(verb=stop.verb).count() == 1


def test_a_stop_does_not_end_before_it_began(clerk, stop):
    answer = clerk.post(stop.end_page, {"until": "2020-01-01"})
    assert answer.status_code == 422
    assert "It began on" in answer.content.decode()


def test_a_note_is_written_and_recorded(clerk, account, once):
    clerk.post(
        reverse("note_new", args=[account.pk]), {"once": once, "text": "Prefers calls after 1 pm.\nSpeaks Spanish."}
    )
    note = account.notes.get()
    assert note.author == clerk.user
    assert note.text.splitlines() == ["Prefers calls after 1 pm.", "Speaks Spanish."]
    assert Act.objects.get(verb="note_written").object_id == note.pk


def test_a_double_click_writes_one_note(clerk, account, once):
    for _ in range(2):
        clerk.post(reverse("note_new", args=[account.pk]), {"once": once, "text": "Once."})
    assert Note.objects.count() == 1


@pytest.mark.parametrize("text", ["", "   ", "x" * 5000, "a\x00b", "card 4111-1111-1111-1111"])
def test_what_is_no_note_is_refused_and_kept(clerk, account, once, text):
    answer = clerk.post(reverse("note_new", args=[account.pk]), {"once": once, "text": text})
    assert answer.status_code == 422
    assert not Note.objects.exists()
    assert text.strip("\x00")[:1] in answer.content.decode()
