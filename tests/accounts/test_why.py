"""Why is this owed? The sentence, the sum, and every figure's entry: on a balance, a charge, an invoice, and on paper."""

import pytest
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from accounts import ledger, why
from accounts.models import JournalEntry, OpenItem
from accounts.why import Part, Step, Story
from billing_office.lib import dates
from invoices import issuing
from tests.factories import make_charge, make_payment

pytestmark = pytest.mark.django_db
TODAY = dates.today


@pytest.fixture
def worked(account, payer, by):
    """Billed 500.00; the payer's agreement takes off 180.00, it pays 96.00 and leaves 224.00 to the client, who paid 24.00."""
    charge = make_charge(account, by, cents=50_000, payer=payer)
    ledger.receive_payer_payment(
        payer, cents=9_600, received_on=TODAY(), method="transfer", key="era", by=by,
        shares={account.pk: [ledger.Share(charge.pk, 9_600)]},
    )  # fmt: skip
    ledger.adjust("contractual_writeoff", charge, 18_000, payer=payer, on=TODAY(), key="co45", by=by, memo="CO-45")
    ledger.transfer_responsibility(
        charge, 22_400, source=payer, target=None, on=TODAY(), key="pr", by=by, memo="deductible"
    )
    make_payment(account, by, cents=2_400, shares={charge: 2_400}, days_ago=0)
    account.charge = charge
    return account


def told(charge) -> Story:
    return why.stories([charge.pk])[charge.pk]


def test_the_sentence_tells_it_in_order(worked, payer):
    assert told(worked.charge).sentence == (
        f"We billed $500.00. {payer.name}’s agreed discount took off $180.00. {payer.name} paid $96.00."
        f" {payer.name} left $224.00 to you. You paid $24.00. That leaves $200.00 for you to pay."
    )


def test_the_charge_on_the_account_page_says_it_and_leads_to_each_entry(biller, worked):
    piece = f"/accounts/{worked.pk}/why/?charge={worked.charge.pk}"
    assert piece in biller.get(f"/accounts/{worked.pk}/?why={worked.charge.pk}").content.decode()
    page = biller.get(piece, headers={"HX-Request": "true"}).content.decode()
    assert told(worked.charge).sentence in page
    for entry in JournalEntry.objects.filter(account=worked):
        assert reverse("entry", args=[entry.pk]) in page


def test_the_balance_says_it_over_all_charges(biller, worked, by):
    make_charge(worked, by, cents=10_000)
    page = biller.get(f"/accounts/{worked.pk}/why/").content.decode()
    assert "We billed $600.00." in page
    assert "That leaves $300.00 for you to pay." in page


def test_money_not_laid_is_told_beside_it(biller, worked, by):
    make_payment(worked, by, cents=5_000)
    assert "with it $150.00 is left" in biller.get(f"/accounts/{worked.pk}/why/").content.decode()


def test_the_invoice_and_its_paper_say_the_same(biller, worked, by):
    sentence = told(worked.charge).sentence
    invoice = issuing.issue(worked, on=TODAY(), by=by, key="one")
    assert invoice.document.context["lead"] == sentence
    assert sentence in biller.get(f"/invoices/{invoice.pk}/why/").content.decode()


def test_what_an_earlier_bill_asked_is_said_on_the_next(account, payer, by):
    charge = make_charge(account, by, cents=30_000, payer=payer)
    for key, cents in (("one", 20_000), ("two", 10_000)):
        ledger.transfer_responsibility(charge, cents, source=payer, target=None, on=TODAY(), key=key, by=by)
        invoice = issuing.issue(account, on=TODAY(), by=by, key=key)
    assert invoice.document.context["lead"].endswith(
        "$200.00 is on an earlier bill. That leaves $100.00 for you to pay."
    )


def test_what_was_undone_is_not_told(biller, worked, by):
    entry = JournalEntry.objects.get(kind="client_payment", account=worked)
    ledger.reverse(entry, on=TODAY(), by=by, memo="bounced")
    assert "You paid" not in told(worked.charge).sentence
    assert told(worked.charge).owed == 22_400


def test_it_is_always_what_is_open_at_the_client(worked, payer, by):
    open_here = OpenItem.objects.get(charge=worked.charge, payer=None).cents
    assert told(worked.charge).owed == open_here == 20_000


def test_an_entry_says_who_posted_what_in_which_books(biller, worked):
    entry = JournalEntry.objects.get(kind="contractual_writeoff", account=worked)
    page = biller.get(f"/entries/{entry.pk}/").content.decode()
    assert "CO-45" in page
    assert "180.00" in page
    assert entry.posted_by.name in page


@pytest.mark.parametrize("address", ["/accounts/{}/why/", "/accounts/{}/"])
def test_whoever_may_not_read_services_is_told_the_sums_alone(signed_in, worked, address):
    page = signed_in("collector").get(address.format(worked.pk)).content.decode()
    assert worked.charge.description not in page


STEPS = st.lists(
    st.builds(
        Step, st.sampled_from([Part.BILLED, Part.OFF, Part.PAYER, Part.CLIENT, Part.ELSEWHERE]),
        st.sampled_from(["charge", "discount", "late_fee"]), st.sampled_from(["", "Aetna", "Blue Cross"]), st.integers(-10**9, 10**9),
    )
)  # fmt: skip


@given(STEPS)
def test_summing_like_terms_changes_no_sum(steps):
    assert sum(step.cents for step in Story(steps).sums) == Story(steps).owed
