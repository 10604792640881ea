"""Maker and checker: asked for above a limit, decided once by somebody else, on the figures that were asked on."""

import uuid

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from accounts.models import JournalEntry
from billing_office.approvals.models import Request
from billing_office.audit.models import Act
from billing_office.staff.models import Role
from tests.accounts.ledger.conftest import sound
from tests.accounts.test_corrections import entry_of, given, item_of, send, undo
from tests.factories import make_charge, make_payment


@pytest.fixture
def supervisor(signed_in):
    return signed_in(Role.SUPERVISOR)


@pytest.fixture
def asked(biller, owing):
    """A biller's discount of 100.00, above their limit."""
    send(biller, "account_adjust", owing.pk, given(owing.charge, str(uuid.uuid4()), amount="100.00"))
    return Request.objects.get()


def post(browser, act, asked, **data):
    return browser.post(reverse(f"approval_{act}", args=[asked.pk]), data, follow=True).content.decode()


def test_an_approval_posts_what_was_asked_and_records_both_people(supervisor, biller, owing, asked):
    assert "approved and done" in post(supervisor, "approve", asked)
    assert item_of(owing.charge).cents == 12400
    asked.refresh_from_db()
    assert (asked.decision, asked.decided_by) == ("approved", supervisor.user)
    assert asked.outcome == {"entry": entry_of(owing.charge).pk}
    assert Act.objects.get(verb="request_approved").detail["asked_by"] == biller.user.pk
    assert sound() == []


def test_the_evidence_stands_side_by_side(supervisor, owing, asked, by):
    page = supervisor.get(reverse("approval", args=[asked.pk])).content.decode()
    assert "224.00" in page
    assert "124.00" in page
    make_payment(owing, by, 1000, shares={owing.charge: 1000})
    page = supervisor.get(reverse("approval", args=[asked.pk])).content.decode()
    assert "The books have changed" in page
    assert "214.00" in page
    assert reverse("approval_approve", args=[asked.pk]) not in page


def test_on_other_figures_it_is_not_done_and_says_what_changed(supervisor, owing, asked, by):
    make_payment(owing, by, 1000, shares={owing.charge: 1000})
    assert "224.00 then, 214.00 now" in post(supervisor, "approve", asked)
    assert item_of(owing.charge).cents == 21400
    asked.refresh_from_db()
    assert asked.decision == ""


def test_what_does_not_touch_it_does_not_stop_it(supervisor, owing, asked, by):
    make_payment(owing, by, 1000)
    post(supervisor, "approve", asked)
    assert item_of(owing.charge).cents == 12400


def test_nobody_approves_their_own_not_even_a_supervisor(supervisor, owing, once):
    send(supervisor, "account_adjust", owing.pk, given(owing.charge, once, "SMALL", amount="100.00"))
    asked = Request.objects.get()
    assert "You asked for this yourself" in post(supervisor, "approve", asked)
    assert item_of(owing.charge).cents == 22400


def test_the_database_holds_maker_and_checker_apart(asked):
    values = {"decision": "approved", "decided_by": asked.asked_by, "decided_at": timezone.now()}
    with pytest.raises(IntegrityError, match="request_maker_is_not_checker"), transaction.atomic():
        Request.objects.filter(pk=asked.pk).update(**values)


def test_a_decision_is_made_once(supervisor, signed_in, owing, asked):
    post(supervisor, "approve", asked)
    other = signed_in(Role.SUPERVISOR)
    assert "decided already" in post(other, "approve", asked)
    assert "decided already" in post(other, "refuse", asked, answer="no")
    assert JournalEntry.objects.filter(kind="discount").count() == 1


def test_a_refusal_needs_a_reason_and_who_asked_reads_it(supervisor, biller, owing, asked):
    assert "Fill this in" in post(supervisor, "refuse", asked, answer="")
    post(supervisor, "refuse", asked, answer="Ask for the letter first")
    assert "Ask for the letter first" in biller.get(reverse("approval", args=[asked.pk])).content.decode()
    assert "Ask for the letter first" in biller.get(reverse("home")).content.decode()
    assert item_of(owing.charge).cents == 22400


def test_who_asked_takes_it_back(supervisor, biller, owing, asked):
    post(biller, "withdraw", asked)
    assert "decided already" in post(supervisor, "approve", asked)
    asked.refresh_from_db()
    assert (asked.decision, asked.decided_by) == ("withdrawn", biller.user)


def test_it_is_not_done_for_somebody_who_may_not_ask_any_more(supervisor, biller, owing, asked):
    biller.user.role = Role.COLLECTOR
    biller.user.save()
    assert "may not ask for this any more" in post(supervisor, "approve", asked)
    assert item_of(owing.charge).cents == 22400


def test_it_is_not_done_for_somebody_who_left_the_office(supervisor, biller, owing, asked):
    biller.user.offices.clear()
    assert "may not ask for this any more" in post(supervisor, "approve", asked)
    assert item_of(owing.charge).cents == 22400


def test_another_biller_sees_nothing_of_it(signed_in, asked):
    other = signed_in(Role.BILLER)
    assert other.get(reverse("approval", args=[asked.pk])).status_code == 404
    assert asked.title not in other.get(reverse("approvals") + "?show=all").content.decode()


def test_the_inbox_the_bar_and_my_day_say_how_much_waits(supervisor, biller, asked):
    assert asked.title in supervisor.get(reverse("approvals")).content.decode()
    assert supervisor.get(reverse("approvals_count")).content == b'<span class="count">1</span>'
    assert asked.title in supervisor.get(reverse("home")).content.decode()
    assert asked.title in biller.get(reverse("home")).content.decode()
    post(supervisor, "approve", asked)
    assert supervisor.get(reverse("approvals_count")).content == b""


def test_a_reversal_that_waited_is_done_when_approved(supervisor, biller, account, by):
    charge = make_charge(account, by, 60000)
    undo(biller, entry_of(charge), "DISPUTED", note="letter of Nov 3")
    assert item_of(charge).cents == 60000
    post(supervisor, "approve", Request.objects.get())
    assert item_of(charge).cents == 0
    assert sound() == []


def test_the_list_goes_out_as_a_file(supervisor, asked):
    answer = supervisor.get(reverse("approvals") + "?as=csv")
    assert asked.title in b"".join(answer.streaming_content).decode()
