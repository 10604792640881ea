"""A wrong charge is voided or posted anew, never edited: its money goes on the new one, or is unapplied, as was shown."""

import re
import uuid
from datetime import timedelta

import pytest
from django.urls import reverse

from accounts import ledger
from accounts.models import Charge, JournalEntry, OpenItem, Reason
from billing_office.approvals.models import Request
from billing_office.lib import dates
from billing_office.staff.models import Role
from invoices import issuing
from tests.accounts.ledger.conftest import sound
from tests.factories import make_charge, make_payment

from .test_corrections import reason
from .test_refunds import SEEN, send

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def books_are_sound(db):
    yield
    assert sound() == []


def corrected(charge, **changes):
    return {
        "once": str(uuid.uuid4()), "service_on": str(charge.service_on), "description": charge.description, "code": charge.code,
        "amount": f"{charge.cents / 100:.2f}", "payer": "", "client": charge.client_id, "reason": reason("ERROR"), "note": "",
    } | changes  # fmt: skip


def correct(browser, charge, **changes):
    return send(browser, reverse("charge_correct", args=[charge.pk]), corrected(charge, **changes))


def void(browser, charge):
    to = reverse("charge_void", args=[charge.pk])
    page = browser.get(to).content.decode()
    seen, once = SEEN.search(page), re.search(r'name="once" value="([^"]+)"', page)[1]
    return browser.post(
        to, {"once": once, "reason": reason("ERROR"), "note": "", "act": "post", "seen": seen[1] if seen else ""}
    )


def items(charge):
    return {item.payer_id: item.cents for item in OpenItem.objects.filter(charge=charge)}


def test_a_wrong_amount_is_posted_anew_and_the_money_goes_on_it(biller, account, by):
    charge = make_charge(account, by, 20000)
    payment = make_payment(account, by, 5000, shares={charge: 5000})
    page = biller.post(
        reverse("charge_correct", args=[charge.pk]), corrected(charge, amount="180.00") | {"act": "show"}
    ).content.decode()
    assert "Open on it at the client then" in page
    assert 'value="180.00"' in page
    assert correct(biller, charge, amount="180.00").status_code == 302
    new = Charge.objects.latest("pk")
    assert (new.cents, items(new), items(charge)) == (18000, {None: 13000}, {None: 0})
    assert (ledger.unapplied(payment), ledger.laid(payment, new)) == (0, 5000)


def test_what_does_not_fit_on_the_new_one_is_unapplied_as_was_shown(biller, account, by):
    charge = make_charge(account, by, 20000)
    payment = make_payment(account, by, 20000, shares={charge: 20000})
    correct(biller, charge, amount="150.00")
    assert (items(Charge.objects.latest("pk")), ledger.unapplied(payment)) == ({None: 0}, 5000)


def test_a_payers_money_goes_home_when_the_client_is_charged(biller, account, payer, by):
    charge = make_charge(account, by, 20000, payer=payer)
    shares = {account.pk: [ledger.Share(charge.pk, 8000)]}
    payment = ledger.receive_payer_payment(
        payer, cents=8000, received_on=dates.today(), method="eft", shares=shares, key="p", by=by
    )
    correct(biller, charge, payer="")
    assert items(Charge.objects.latest("pk")) == {None: 20000}
    assert ledger.unapplied(payment, payer.house_account.pk) == 8000


def test_a_payers_money_goes_on_the_new_charge_of_the_same_payer(biller, account, payer, by):
    charge = make_charge(account, by, 20000, payer=payer)
    shares = {account.pk: [ledger.Share(charge.pk, 8000)]}
    payment = ledger.receive_payer_payment(
        payer, cents=9000, received_on=dates.today(), method="eft", shares=shares, key="p", by=by
    )
    correct(biller, charge, payer=payer.pk, code="99214")
    new = Charge.objects.latest("pk")
    assert (new.code, items(new), ledger.unapplied(payment)) == ("99214", {payer.pk: 12000}, 1000)


def test_what_was_taken_off_and_moved_is_undone_and_shown(biller, account, payer, by):
    charge, on = make_charge(account, by, 20000, payer=payer), dates.today()
    ledger.adjust("contractual_writeoff", charge, 5000, on=on, key="w", by=by, payer=payer)
    ledger.transfer_responsibility(charge, 6000, source=payer, target=None, on=on, key="t", by=by)
    make_payment(account, by, 6000, shares={charge: 6000}, days_ago=0)
    page = biller.get(reverse("charge_void", args=[charge.pk])).content.decode()
    assert "Agreed discount of" in page
    assert "Moved of" in page
    assert void(biller, charge).status_code == 302
    assert items(charge) == {payer.pk: 0, None: 0}
    assert ledger.balance(account) == (0, 6000)


def test_a_void_charge_reads_void_and_is_not_voided_twice(biller, account, by):
    charge = make_charge(account, by)
    void(biller, charge)
    assert "void already" in void(biller, charge).content.decode()
    assert "Voided" in biller.get(reverse("account", args=[account.pk])).content.decode()
    assert JournalEntry.objects.filter(kind="reversal").count() == 1


def test_a_live_invoice_is_voided_first(biller, account, by):
    charge = make_charge(account, by)
    invoice = issuing.issue(account, on=dates.today(), by=by, key="i")
    for answer in (void(biller, charge), correct(biller, charge, amount="1.00")):
        assert reverse("invoice_void", args=[invoice.pk]) in answer.content.decode()
    assert items(charge) == {None: 22400}


def test_an_entry_over_several_charges_is_undone_first(biller, account, by):
    charges = [make_charge(account, by, 500) for _ in range(2)]
    legs = [
        leg
        for charge in charges
        for leg in (
            ledger.Leg("small_balance", 100, charge=charge.pk),
            ledger.Leg("receivable", -100, charge=charge.pk),
        )
    ]
    entry = ledger.post(ledger.Entry(account.pk, "small_balance_writeoff", dates.today(), tuple(legs), "s"), by)
    assert reverse("entry_reverse", args=[entry.pk]) in void(biller, charges[0]).content.decode()


def test_what_says_the_same_is_no_correction(biller, account, by):
    assert "Change what is wrong" in correct(biller, make_charge(account, by)).content.decode()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("amount", "NaN"), ("amount", "-5"), ("amount", "0"), ("amount", "0.001"), ("amount", "٥"), ("amount", "9" * 30),
        ("service_on", "0001-01-01"), ("service_on", "9999-12-31"), ("service_on", "2026-02-30"), ("description", ""),
        ("client", "999999"), ("payer", "x"), ("reason", ""),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_at_the_field(biller, account, by, field, value):
    charge = make_charge(account, by)
    answer = correct(biller, charge, **{field: value})
    assert (answer.status_code, field in answer.context["form"].errors) == (422, True)
    assert Charge.objects.count() == 1


def test_a_charge_of_another_day_waits_for_a_second_person_who_does_the_same(
    biller, signed_in, account, by, monkeypatch
):
    charge, later = make_charge(account, by, 20000), dates.today() + timedelta(days=2)
    monkeypatch.setattr(dates, "today", lambda: later)
    correct(biller, charge, amount="150.00")
    signed_in(Role.SUPERVISOR).post(reverse("approval_approve", args=[Request.objects.get().pk]))
    assert Charge.objects.latest("pk").cents == 15000


def test_the_correction_offers_no_way_round_the_payments_own_undo(biller, account, by):
    """The first receipt laid money on a charge that is void now: undoing it names where the money went."""
    charge = make_charge(account, by, 20000)
    payment = make_payment(account, by, 5000, shares={charge: 5000})
    correct(biller, charge, amount="180.00")
    with pytest.raises(ledger.StillNeeded):
        ledger.reverse(payment.postings.first().entry, on=dates.today(), by=by, memo="x")


def test_without_a_reason_in_use_it_says_so(biller, account, by):
    charge = make_charge(account, by)
    Reason.objects.filter(kind=Reason.Kind.REVERSAL).update(active=False)
    page = biller.get(reverse("charge_void", args=[charge.pk]))
    assert "No reason for reversals is in use" in page.content.decode()
