"""Issuing: what is asked, once, numbered without a gap, frozen."""

import uuid
from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction
from django.urls import reverse

from accounts import aging, ledger
from accounts.models import Account, Document, Due, Message, OpenItem
from billing_office.audit.models import Act
from billing_office.lib import dates
from billing_office.outbox.models import Job
from invoices import balances, issuing
from invoices.models import Invoice, InvoiceLine
from tests.accounts.ledger.conftest import sound
from tests.factories import make_account, make_address, make_charge, make_payment


def page(account):
    return reverse("invoice_new", args=[account.pk])


def issue(browser, account, key=None):
    return browser.post(page(account), {"key": key or uuid.uuid4().hex})


@pytest.fixture
def charged(account, by):
    account.charge = make_charge(account, by, 22400)
    return account


def test_a_biller_issues_what_is_open(biller, charged):
    response = issue(biller, charged)
    invoice = Invoice.objects.get()
    assert response.headers["Location"] == reverse("invoice", args=[invoice.pk])
    assert (invoice.cents, invoice.number, invoice.issued_by) == (22400, "ELM-INV-000001", biller.user)
    assert invoice.due_on == dates.today() + timedelta(days=30)
    assert sound() == []


def test_it_falls_due_by_the_offices_terms(biller, charged, office):
    office.terms_days = 10
    office.save()
    issue(biller, charged)
    assert Due.objects.get().due_on == dates.today() + timedelta(days=10)
    board = aging.board(Account.objects.filter(pk=charged.pk), dates.today())
    assert board[("client", "not_due")].cents == 22400


def test_it_is_queued_to_be_rendered_and_mailed(biller, charged):
    issue(biller, charged)
    message, job = Message.objects.get(), Job.objects.get()
    assert (message.channel, message.to, message.state) == ("email", "robert@example.org", "queued")
    assert (job.kind, job.object_id) == ("render_document", message.document_id)


def test_without_consent_it_goes_on_the_print_list_and_says_why(biller, office, by):
    account = make_account(office, by, email="no@example.org", consents=False)
    make_charge(account, by)
    issue(biller, account)
    message = Message.objects.get()
    assert (message.channel, message.why_print) == ("print", "No consent to e-mail")
    assert "no consent to e-mail" in biller.get(reverse("print_list")).content.decode().lower()


def test_it_records_the_act(biller, charged):
    issue(biller, charged)
    act = Act.objects.get(verb="invoice_issued")
    assert (act.actor, act.account_id, act.detail["cents"]) == (biller.user, charged.pk, 22400)


@pytest.mark.parametrize("role", ["clerk", "collector", "auditor", "admin"])
def test_other_roles_may_not(signed_in, charged, role):
    assert issue(signed_in(role), charged).status_code == 403
    assert not Invoice.objects.exists()


def test_an_account_of_another_office_is_not_found(biller, foreign, by):
    make_charge(foreign, by)
    assert issue(biller, foreign).status_code == 404
    assert not Invoice.objects.exists()


def test_a_second_press_of_the_button_issues_nothing_more(biller, charged):
    key = uuid.uuid4().hex
    first, second = issue(biller, charged, key), issue(biller, charged, key)
    assert first.headers["Location"] == second.headers["Location"]
    assert Invoice.objects.count() == 1


def test_a_second_page_finds_nothing_left_to_invoice(biller, charged):
    issue(biller, charged)
    response = biller.post(page(charged), {"key": uuid.uuid4().hex}, follow=True)
    assert "Nothing is open at the client that is not on an invoice already." in response.content.decode()
    assert Invoice.objects.count() == 1


@pytest.mark.parametrize("key", ["", "x", "'; --" + "0" * 27, "0" * 33])
def test_a_forged_key_is_not_found(biller, charged, key):
    assert biller.post(page(charged), {"key": key}).status_code == 404


def test_only_what_grew_goes_on_the_next_invoice(biller, account, payer, by):
    """Line 224.00; then 96.00 more become the client's: 96.00 on the next, and a payment of 224.00 settles the first."""
    charge = make_charge(account, by, 32000, payer=payer)
    move = {"source": payer, "target": None, "on": dates.today(), "by": by}
    ledger.transfer_responsibility(charge, 22400, key="t1", **move)
    issue(biller, account)
    ledger.transfer_responsibility(charge, 9600, key="t2", **move)
    issue(biller, account)
    first, second = Invoice.objects.order_by("pk")
    assert (first.cents, second.cents) == (22400, 9600)
    make_payment(account, by, 22400, shares={charge: 22400})
    assert balances.of_invoices([first, second]) == {first.pk: 0, second.pk: 9600}
    assert list(Invoice.objects.still_open()) == [second]
    assert sound() == []


def test_what_a_payer_owes_is_not_asked_of_the_client(biller, account, payer, by):
    make_charge(account, by, payer=payer)
    issue(biller, account)
    assert not Invoice.objects.exists()


def test_the_paper_shows_price_discount_payer_and_share(biller, account, payer, by):
    charge = make_charge(account, by, 50000, payer=payer)
    ledger.adjust("contractual_writeoff", charge, 18000, on=dates.today(), key="co", by=by, payer=payer)
    ledger.receive_payer_payment(
        payer, cents=9600, received_on=dates.today(), method="transfer", key="r", by=by,
        shares={account.pk: [ledger.Share(charge.pk, 9600)]},
    )  # fmt: skip
    ledger.transfer_responsibility(charge, 22400, source=payer, target=None, on=dates.today(), key="t", by=by)
    issue(biller, account)
    words = Document.objects.get().context
    assert words["columns"] == ["Price", "Agreed discount", "Paid by your insurer", "You owe"]
    assert words["visits"][0]["lines"][0]["amounts"] == ["500.00", "−180.00", "−96.00", "224.00"]
    assert words["ask"]["amount"] == "$224.00"


def test_no_document_prints_a_link_that_leads_nowhere(biller, charged):
    issue(biller, charged)
    assert "url" not in Document.objects.get().context["slip"]


def test_an_address_that_changes_later_leaves_the_paper_as_it_was(biller, charged, by):
    point = make_address(charged.guarantor, by)
    issue(biller, charged)
    before = Document.objects.get().context
    point.street = "1 New Road"
    point.save()
    assert Document.objects.get().context == before
    assert "418 Cedar Elm Ln" in before["to"]


@pytest.mark.parametrize(
    "change",
    [
        lambda: Invoice.objects.update(cents=1),
        lambda: Invoice.objects.update(due_on=dates.today()),
        lambda: Invoice.objects.all().delete(),
        lambda: InvoiceLine.objects.update(cents=1),
        lambda: Document.objects.update(context={}),
    ],
)
def test_an_issued_invoice_is_frozen(biller, charged, change):
    issue(biller, charged)
    with (
        pytest.raises((DatabaseError, Exception), match="permission denied|frozen|PROTECT|protected"),
        transaction.atomic(),
    ):
        change()


def test_a_rolled_back_issue_leaves_no_gap(charged, by):
    with transaction.atomic():
        issuing.issue(charged, on=dates.today(), by=by, key="lost")
        transaction.set_rollback(True)
    assert issuing.issue(charged, on=dates.today(), by=by, key="kept").number == "ELM-INV-000001"


def test_a_credit_is_never_invoiced(biller, account, by):
    charge = make_charge(account, by, 5000)
    make_payment(account, by, 9000, shares={charge: 5000})
    issue(biller, account)
    assert not Invoice.objects.exists()
    assert OpenItem.objects.get(charge=charge).cents == 0


def test_the_page_shows_what_would_be_asked_before_it_is(biller, charged):
    text = biller.get(page(charged)).content.decode()
    assert "MRI of the lower back" in text
    assert "Issue $224.00" in text
    assert not Invoice.objects.exists()
