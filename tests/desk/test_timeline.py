"""The timeline: everything in one order, narrowed by kind and words, earlier by keyset, as a file, for who may read it."""

from datetime import timedelta

import pytest
from django.urls import reverse

from accounts import contact_log, notes
from accounts.models import ContactMade
from billing_office.audit import acts
from billing_office.lib import dates
from tests.factories import make_account, make_attachment, make_coverage, make_payer, make_payment

pytestmark = pytest.mark.django_db


@pytest.fixture
def lived(owing, by):
    """An account on which something of each kind happened."""
    make_payment(owing, by, 5000)
    made = ContactMade(client=owing.guarantor, way="call", outcome="promise", cents=7700, promised_on=dates.today())
    contact_log.write(owing, made, at=dates.now(), on=dates.today(), by=by, detail={})
    first = notes.write(owing, "Pays on Fridays", by=by, detail={})
    notes.write(owing, "Pays on Mondays", by=by, detail={}, corrects=first)
    notes.ask(owing, "Send the brochure", dates.today() + timedelta(days=2), by=by, role="clerk")
    make_attachment(owing, by)
    acts.record(by, "coverage_added", make_coverage(owing.guarantor, make_payer(by), by), account_id=owing.pk)
    return owing


@pytest.fixture
def page(lived, signed_in):
    def read(query="", role="clerk", account=lived):
        answer = signed_in(role).get(reverse("account_timeline", args=[account.pk]) + query)
        body = b"".join(answer.streaming_content) if answer.streaming else answer.content
        return body.decode("utf-8", "replace")

    return read


SAID = {
    "money": "Client payment",
    "contact": "Call, promise to pay",
    "note": "Pays on Mondays",
    "file": "Hardship letter",
    "insurance": "Coverage added",
}


def test_everything_stands_in_one_order(page):
    said = page()
    assert [word for word in [*SAID.values(), "To follow up: any clerk", "$77.00 by"] if word not in said] == []


@pytest.mark.parametrize("show", SAID)
def test_a_chip_shows_its_kind_alone(show, page):
    said = page(f"?show={show}")
    assert SAID[show] in said
    assert not any(word in said for other, word in SAID.items() if other != show)


@pytest.mark.parametrize("words, found", [("mondays", True), ("Pays 77.00", False), ("$77", True), ("%", False)])
def test_words_and_amounts_are_looked_for(words, found, page):
    answer = page(f"?q={words.replace('%', '%25')}")
    assert ("Nothing here says" not in answer) is found


def test_a_note_that_was_corrected_is_struck_and_stays(page):
    assert "<s>Pays on Fridays</s>" in page("?show=note")


def test_a_collector_sees_no_service_and_no_file_and_finds_none(page):
    said = page(role="collector") + page("?q=MRI", role="collector")
    assert "MRI of the lower back" not in said
    assert SAID["file"] not in said
    assert "Nothing here says" in page("?q=MRI", role="collector")


@pytest.mark.parametrize(("role", "reads"), [("clerk", True), ("collector", False)])
def test_why_a_bill_may_exceed_its_estimate_is_about_the_service(role, reads, page, lived, by):
    acts.record(by, "good_faith_reviewed", lived, account_id=lived.pk, reason="A second tear of the tendon")
    assert ("tendon" in page(role=role)) is reads
    assert ("Nothing here says" not in page("?q=tendon", role=role)) is reads


def test_earlier_follows_without_a_gap(page, lived, by, clerk):
    for n in range(120):
        notes.write(lived, f"Note no {n:03}.", by=by, detail={})
    first = clerk.get(reverse("account_timeline", args=[lived.pk]) + "?show=note")
    second = clerk.get(first.context["earlier_href"])
    titles = [item.detail for answer in (first, second) for item in answer.context["timeline"]]
    assert len(titles) == len(set(titles)) == 123
    assert second.context["earlier"] is False


def test_a_forged_mark_is_the_newest_page(page):
    assert SAID["note"] in page("?before=x")


@pytest.mark.parametrize("kind", ["csv", "print"])
def test_what_is_on_screen_is_a_file(kind, page):
    said = page(f"?show=note&as={kind}")
    assert "Pays on Mondays" in said
    assert "Client payment" not in said


def test_a_survivor_shows_what_happened_on_its_duplicate(lived, office, by, page):
    survivor = make_account(office, by)
    lived.merged_into = survivor
    lived.save()
    assert "Pays on Mondays" in page(account=survivor)
