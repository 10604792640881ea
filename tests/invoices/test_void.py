"""Void: it asks nothing, keeps its number, is taken back on paper, and what it asked is free to be asked anew."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction
from django.urls import reverse

from accounts import aging, ledger
from accounts.models import Account, Message
from billing_office.audit.models import Act
from billing_office.lib import dates
from invoices import balances, issuing, voiding
from invoices.models import CreditNote, Invoice
from tests.accounts.ledger.conftest import sound
from tests.accounts.ledger.test_concurrency import at_once
from tests.factories import make_charge, make_payment

pytestmark = pytest.mark.django_db


@pytest.fixture
def invoice(account, by):
    account.charge = make_charge(account, by, 22400)
    return issuing.issue(account, on=dates.today(), by=by, key="first")


def void(browser, invoice, reason="Wrong client"):
    return browser.post(reverse("invoice_void", args=[invoice.pk]), {"reason": reason})


def test_a_biller_voids_it_with_a_credit_note_that_goes_out(biller, invoice):
    assert void(biller, invoice)["Location"] == reverse("invoice", args=[invoice.pk])
    note = CreditNote.objects.get()
    assert (note.number, note.cents, note.reason) == ("ELM-CRN-000001", -22400, "Wrong client")
    words = note.document.context
    assert (words["ask"]["amount"], words["totals"]["amounts"]) == ("−$224.00", ["−224.00", "−224.00"])
    assert words["slip"] is None
    assert Message.objects.get(document=note.document).channel == "email"
    assert "Void since" in biller.get(reverse("invoice", args=[invoice.pk])).content.decode()
    assert sound() == []


def test_it_asks_nothing_and_falls_due_never(biller, invoice, account):
    void(biller, invoice)
    assert balances.of_invoices([invoice]) == {invoice.pk: 0}
    parts = aging.parts(Account.objects.filter(pk=account.pk), dates.today() + timedelta(days=60))
    assert [(part.dated, part.cents) for part in parts] == [(False, 22400)]


def test_its_lines_are_free_to_be_invoiced_anew_under_a_new_number(biller, invoice, account, by):
    void(biller, invoice)
    second = issuing.issue(account, on=dates.today(), by=by, key="second")
    assert (second.number, second.cents) == ("ELM-INV-000002", 22400)
    assert sound() == []


def test_money_that_was_paid_stays(biller, invoice, account, by):
    make_payment(account, by, 10000, shares={account.charge: 10000}, days_ago=0)
    void(biller, invoice)
    assert issuing.issue(account, on=dates.today(), by=by, key="second").cents == 12400
    assert sound() == []


def test_of_two_invoices_on_one_item_the_other_still_asks_its_own(biller, account, payer, by):
    """80.00, then 60.00 more: with the newer void 80.00 stay due, with the older void 60.00."""
    charge = make_charge(account, by, 14000, payer=payer)
    for cents in (8000, 6000):
        move = {"source": payer, "target": None, "on": dates.today(), "by": by, "key": f"t{cents}"}
        ledger.transfer_responsibility(charge, cents, **move)
        issuing.issue(account, on=dates.today(), by=by, key=f"i{cents}")
    newer = Invoice.objects.latest("pk")
    make_payment(account, by, 4000, shares={charge: 4000}, days_ago=0)
    void(biller, newer)
    parts = aging.parts(Account.objects.filter(pk=account.pk), dates.today())
    assert sorted((part.dated, part.cents) for part in parts if part.payer is None) == [(False, 2000), (True, 8000)]
    assert sound() == []


def test_twice_is_once(biller, invoice):
    void(biller, invoice)
    assert (
        "was void already"
        in biller.post(reverse("invoice_void", args=[invoice.pk]), {"reason": "again"}, follow=True).content.decode()
    )
    assert CreditNote.objects.count() == 1
    assert Act.objects.filter(verb="invoice_voided").count() == 1


def test_it_needs_a_reason(biller, invoice):
    assert void(biller, invoice, " ").status_code == 422
    assert not CreditNote.objects.exists()


@pytest.mark.parametrize("role", ["clerk", "collector", "auditor", "admin"])
def test_other_roles_may_not(signed_in, invoice, role):
    assert void(signed_in(role), invoice).status_code == 403


def test_one_of_another_office_is_not_found(biller, foreign, by):
    make_charge(foreign, by)
    assert void(biller, issuing.issue(foreign, on=dates.today(), by=by, key="k")).status_code == 404


def test_a_credit_note_is_never_changed(invoice, by):
    voiding.void(invoice, on=dates.today(), by=by, reason="x")
    for change in (lambda: CreditNote.objects.update(cents=-1), lambda: CreditNote.objects.all().delete()):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()


def test_every_invariant_of_void_can_fail(invoice, by):
    Invoice.objects.filter(pk=invoice.pk).update(voided_at=dates.now())
    assert {name for name, _ in sound()} == {
        "A void invoice has its credit note, and no other invoice has one",
        "A void invoice asks nothing: what fell due by invoices is on live ones",
    }


# -- at once ------------------------------------------------------------------------------------------------------------------


def race(account, by, turns) -> Iterator:
    """So many times: an item grows beyond its invoice; one voids the invoice while another issues the next. What is unsound."""
    for turn in range(turns):
        charge = make_charge(account, by, 10000, payer=account.insurer)
        move = {"source": account.insurer, "target": None, "on": dates.today(), "by": by}
        ledger.transfer_responsibility(charge, 6000, key=f"a{turn}", **move)
        first = issuing.issue(account, on=dates.today() - timedelta(days=1), by=by, key=f"first{turn}")
        ledger.transfer_responsibility(charge, 4000, key=f"b{turn}", **move)
        acts = [
            lambda first=first: voiding.void(first, on=dates.today(), by=by, reason="race"),
            lambda turn=turn: issuing.issue(account, on=dates.today(), by=by, key=f"next{turn}"),
        ]
        done = at_once(2, lambda n, acts=acts: acts[n]())
        yield from (result for result in done if isinstance(result, DatabaseError))
        yield from sound()


@pytest.mark.django_db(transaction=True)
def test_issue_against_void_leaves_sound_books(account, payer, by):
    account.insurer = payer
    assert list(race(account, by, 10)) == []


@pytest.mark.django_db(transaction=True)
def test_without_the_lock_it_does_not(account, payer, by, monkeypatch):
    def slowly(item, parts, **facts):
        time.sleep(0.2)
        return fall_due(item, parts, **facts)

    @contextmanager
    def unlocked(account_ids):
        with transaction.atomic():
            yield Account.objects.in_bulk(list(account_ids))

    fall_due = ledger.fall_due
    account.insurer = payer
    monkeypatch.setattr(ledger, "fall_due", slowly)
    monkeypatch.setattr(ledger, "locked", unlocked)
    assert next(race(account, by, 20), None) is not None  # by chance a turn goes well; not twenty
