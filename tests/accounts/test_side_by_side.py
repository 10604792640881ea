"""Two clerks on one record: the later one sees both versions field by field and chooses; nothing of either is lost unseen."""

import pytest
from django.urls import reverse

from accounts.models import Client
from tests.factories import make_client
from tests.fuzz.forms import Forms

pytestmark = pytest.mark.django_db


@pytest.fixture
def emma(account, by) -> Client:
    return make_client(account, by, "Emma", "White", relation="daughter")


def page(client) -> str:
    return reverse("client_edit", args=[client.pk])


def opened(browser, client) -> dict:
    """The form as a browser would send it, untouched."""
    return sent(browser.get(page(client)))


def sent(answer) -> dict:
    (fields,) = (fields for _, fields, _ in Forms(answer.content.decode()).forms if "last_name" in fields)
    return {name: field.value for name, field in fields.items() if field.value}


def choices(answer) -> dict:
    return {one.name: (one.theirs, one.yours, one.keep, one.both) for one in answer.context["form"].theirs}


def test_what_only_the_other_changed_stays_theirs_and_mine_goes_in(clerk, biller, emma):
    mine = opened(clerk, emma)
    biller.post(page(emma), opened(biller, emma) | {"relation": "niece"})
    answer = clerk.post(page(emma), mine | {"first_name": "Emily"})
    assert choices(answer) == {
        "first_name": ("Emma", "Emily", "mine", False), "relation": ("niece", "daughter", "theirs", False),
    }  # fmt: skip
    keep = {"keep-first_name": "mine", "keep-relation": "theirs"}
    assert clerk.post(page(emma), sent(answer) | {"first_name": "Emily"} | keep).status_code == 302
    emma.refresh_from_db()
    assert (emma.first_name, emma.relation) == ("Emily", "niece")


@pytest.mark.parametrize("keep, stands", [("theirs", "niece"), ("mine", "cousin")])
def test_what_both_changed_is_marked_and_chosen(clerk, biller, emma, keep, stands):
    mine = opened(clerk, emma) | {"relation": "cousin"}
    biller.post(page(emma), opened(biller, emma) | {"relation": "niece"})
    answer = clerk.post(page(emma), mine)
    assert choices(answer) == {"relation": ("niece", "cousin", "mine", True)}
    assert "both changed" in answer.content.decode()
    clerk.post(page(emma), sent(answer) | {"relation": "cousin", "keep-relation": keep})
    emma.refresh_from_db()
    assert emma.relation == stands


def test_a_tick_and_a_day_are_chosen_too(clerk, biller, emma):
    mine = opened(clerk, emma)
    theirs = opened(biller, emma) | {"birth_date": "2015-02-03"}
    del theirs["served"]
    biller.post(page(emma), theirs)
    answer = clerk.post(page(emma), mine | {"birth_date": "2015-03-02"})
    assert choices(answer)["served"][2:] == ("theirs", False)
    keep = {"keep-served": "theirs", "keep-birth_date": "theirs"}
    clerk.post(page(emma), sent(answer) | {"first_name": "Emily"} | keep)
    emma.refresh_from_db()
    assert (emma.served, str(emma.birth_date), emma.first_name) == (False, "2015-02-03", "Emily")


def test_a_third_save_meanwhile_is_shown_once_more(clerk, biller, emma):
    mine = opened(clerk, emma) | {"relation": "cousin"}
    biller.post(page(emma), opened(biller, emma) | {"relation": "niece"})
    answer = clerk.post(page(emma), mine)
    biller.post(page(emma), opened(biller, emma) | {"first_name": "Em"})
    again = clerk.post(page(emma), sent(answer) | {"relation": "cousin", "keep-relation": "mine"})
    assert again.status_code == 409
    assert choices(again)["first_name"][0] == "Em"
    emma.refresh_from_db()
    assert (emma.first_name, emma.relation) == ("Em", "niece")


@pytest.mark.parametrize("junk", ["", "[]", "{", "[" * 100_000, '{"relation": 5}', "\x00"])
def test_a_form_that_lost_what_it_was_keeps_what_was_entered(clerk, biller, emma, junk):
    mine = opened(clerk, emma) | {"relation": "cousin", "opened": junk}
    biller.post(page(emma), opened(biller, emma) | {"relation": "niece"})
    answer = clerk.post(page(emma), mine)
    assert answer.status_code == 409
    assert choices(answer)["relation"][:3] == ("niece", "cousin", "mine")
