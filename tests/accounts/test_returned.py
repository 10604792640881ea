"""A check that came back: undone in one press wherever it was laid, the fee by the office's rule, a warning next time."""

import re

import pytest
from django.urls import reverse

from accounts import ledger
from accounts.models import AccountFlag, JournalEntry, MoneyRule, OpenItem, Refund
from billing_office.lib import dates
from tests.accounts.ledger.conftest import sound
from tests.factories import make_account, make_charge, make_payment

from .test_anew import correct, void
from .test_corrections import reason, undo
from .test_refunds import SEEN, refund

pytestmark = pytest.mark.django_db


@pytest.fixture
def fee(db):
    MoneyRule.objects.filter(kind="returned_cheque").update(active=True)


def come_back(browser, payment, **changes):
    to = reverse("payment_returned", args=[payment.pk])
    page = browser.get(to).content.decode()
    seen, once = SEEN.search(page), re.search(r'name="once" value="([^"]+)"', page)[1]
    ticked = {"charge_fee": "on"} if 'name="charge_fee"' in page else {}
    data = {"once": once, "reason": reason("NSF"), "note": "", "act": "post", "seen": seen[1] if seen else ""}
    return browser.post(to, data | ticked | changes)


def item(charge) -> int:
    return OpenItem.objects.get(charge=charge).cents


def test_one_press_undoes_it_wherever_it_was_laid(biller, office, account, by):
    charges = [make_charge(one, by) for one in (account, account, make_account(office, by, last_name="Other"))]
    payment = make_payment(account, by, 9000, shares={charges[0]: 1000})
    for n, charge in enumerate(charges[1:]):
        share = [ledger.Share(charge.pk, 2000)]
        ledger.allocate(payment, charge.account, share, on=dates.today(), key=f"a{n}", by=by)
    assert come_back(biller, payment).status_code == 302
    assert [item(charge) for charge in charges] == [22400] * 3
    assert ledger.unapplied(payment) == 0
    assert AccountFlag.objects.get().kind == "returned_cheque"
    assert sound() == []


def test_the_fee_is_shown_first_and_is_a_charge_of_its_own(biller, owing, by, fee):
    payment = make_payment(owing, by, 5000, shares={owing.charge: 5000})
    assert "Returned check fee" in biller.get(reverse("payment_returned", args=[payment.pk])).content.decode()
    come_back(biller, payment)
    assert owing.charges.get(kind="bank_fee").cents == 2500
    assert ledger.balance(owing) == (24900, 0)
    assert sound() == []


def test_without_a_rule_there_is_no_fee(biller, owing, by):
    come_back(biller, make_payment(owing, by))
    assert not owing.charges.filter(kind="bank_fee").exists()


def test_the_next_check_is_taken_with_a_warning(biller, clerk, owing, by, once):
    come_back(biller, make_payment(owing, by))
    data = {"once": once, "amount": "10.00", "method": "cheque", "received_on": str(dates.today()), "reference": "9"}
    to = reverse("payment_new", args=[owing.pk])
    assert "A check of theirs came back" in clerk.post(to, data).content.decode()
    assert "A check of theirs came back" not in clerk.post(to, data | {"method": "cash"}).content.decode()


def test_twice_is_once(biller, owing, by):
    payment = make_payment(owing, by)
    come_back(biller, payment)
    assert "undone already" in come_back(biller, payment).content.decode()
    assert JournalEntry.objects.filter(kind="reversal").count() == 1


def test_while_a_refund_stands_it_is_named(biller, account, by):
    payment = make_payment(account, by)
    refund(biller, payment, amount="5.00")
    answer = come_back(biller, payment)
    assert reverse("entry_reverse", args=[Refund.objects.get().entry_id]) in answer.content.decode()


def test_cash_does_not_come_back(biller, account, by):
    payment = ledger.receive_client_payment(
        account, cents=500, received_on=dates.today(), method="cash", shares=[], key="c", by=by
    )
    assert "does not come back" in biller.get(reverse("payment_returned", args=[payment.pk])).content.decode()


def test_a_check_comes_back_also_after_its_charge_was_voided_or_corrected(biller, account, by):
    voided, wrong = make_charge(account, by, 5000), make_charge(account, by, 8000)
    payment = make_payment(account, by, 9000, shares={voided: 5000, wrong: 4000})
    void(biller, voided)
    correct(biller, wrong, amount="60.00")
    assert come_back(biller, payment).status_code == 302
    assert ledger.balance(account) == (6000, 0)
    assert sound() == []


def test_cash_is_undone_in_one_step_after_its_charge_was_voided(biller, account, by):
    """Money that left a void charge has none to go back to: the payment is undone as a whole, as a returned check is."""
    charge = make_charge(account, by, 5000)
    payment = ledger.receive_client_payment(
        account,
        cents=5000,
        received_on=dates.today(),
        method="cash",
        shares=[ledger.Share(charge.pk, 5000)],
        key="c",
        by=by,
    )
    void(biller, charge)
    assert ledger.unapplied(payment) == 5000
    assert undo(biller, JournalEntry.objects.get(kind="client_payment")).status_code == 302
    assert (ledger.unapplied(payment), ledger.balance(account)) == (0, (0, 0))
    assert sound() == []


def test_a_payers_check_comes_back_after_its_charge_was_corrected(biller, account, by, payer):
    charge = make_charge(account, by, 8000, payer=payer)
    payment = ledger.receive_payer_payment(
        payer, cents=8000, received_on=dates.today(), method="cheque", shares={account.pk: [ledger.Share(charge.pk, 8000)]},
        key="p", by=by,
    )  # fmt: skip
    correct(biller, charge, amount="60.00", payer=payer.pk)
    assert come_back(biller, payment).status_code == 302
    assert ledger.balance(account) == (6000, 0) and ledger.unapplied(payment) == 0
    assert sound() == []
