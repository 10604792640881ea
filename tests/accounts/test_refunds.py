"""Money goes back to whoever paid it: never more than is unapplied, approved first, paid out once, with a letter."""

import re
import uuid
from datetime import timedelta

import pytest
from django.urls import reverse

from accounts import credits, ledger
from accounts.models import Document, JournalEntry, Message, MoneyRule, OpenItem, Payer, Payout, Reason, Refund
from billing_office import schedule
from billing_office.approvals.models import Request
from billing_office.lib import dates
from billing_office.staff.models import Role
from tests.accounts.ledger.conftest import sound
from tests.factories import make_account, make_charge, make_payer, make_payment

from .test_corrections import reason, undo

pytestmark = pytest.mark.django_db

SEEN = re.compile(r'name="seen" value="([0-9a-f]+)"')


@pytest.fixture(autouse=True)
def books_are_sound(db):
    yield
    assert sound() == []


def given(code="OVERPAID", **changes):
    return {"once": str(uuid.uuid4()), "reason": reason(code), "note": "n", "amount": "", "way": "cheque"} | changes


def send(browser, to, data):
    shown = browser.post(to, data | {"act": "show"})
    seen = SEEN.search(shown.content.decode())
    if shown.status_code != 200 or not seen:
        return shown
    return browser.post(to, data | {"act": "post", "seen": seen[1]})


def refund(browser, payment, at=None, **changes):
    to = reverse("payment_refund", args=[payment.pk]) + (f"?at={at}" if at else "")
    return send(browser, to, given(**changes))


def pay_out(browser, row, **changes):
    data = {"way": "cheque", "reference": "4417", "paid_on": str(dates.today())} | changes
    return browser.post(reverse("refund_pay", args=[row.pk]), data)


def test_a_refund_is_approved_then_paid_out_with_a_letter(biller, account, by):
    payment = make_payment(account, by, 8000)
    to = refund(biller, payment, amount="30.00")["Location"]
    row = Refund.objects.get()
    assert (row.cents, row.to, row.state[0], to) == (
        3000,
        account.name,
        "To be paid out",
        reverse("refund", args=[row.pk]),
    )
    assert ledger.unapplied(payment) == 5000
    assert pay_out(biller, row).status_code == 302
    assert Payout.objects.get().reference == "4417"
    assert Document.objects.get().kind == "refund"
    schedule.drain()
    assert Document.objects.get().blob_id
    assert Message.objects.get().state == "sent"
    page = biller.get(to).content.decode()
    assert "Paid out" in page
    assert "Undone" not in biller.get(reverse("payment", args=[payment.pk])).content.decode()


def test_more_than_is_unapplied_is_refused(biller, account, by):
    charge = make_charge(account, by)
    payment = make_payment(account, by, 8000, shares={charge: 7000})
    assert "Only 10.00 is unapplied" in refund(biller, payment, amount="10.01").content.decode()
    assert not Refund.objects.exists()


@pytest.mark.parametrize("amount", ["NaN", "1e9", "-5", "0", "0.001", "٥", "9" * 30])
def test_what_cannot_be_is_refused_at_the_field(biller, account, by, amount):
    answer = refund(biller, make_payment(account, by), amount=amount)
    assert (answer.status_code, "amount" in answer.context["form"].errors) == (422, True)


def test_above_the_limit_another_person_approves_and_it_is_looked_at_again(biller, signed_in, account, by):
    payment, supervisor = make_payment(account, by, 20000), signed_in(Role.SUPERVISOR)
    refund(biller, payment)
    asked = Request.objects.get()
    make = make_charge(account, by, 5000)
    ledger.allocate(payment, account, [ledger.Share(make.pk, 5000)], on=dates.today(), key="a", by=by)
    answer = supervisor.post(reverse("approval_approve", args=[asked.pk]), follow=True)
    assert "Only 150.00 of the payment is unapplied" in answer.content.decode()
    assert not Refund.objects.exists()


def test_one_payment_is_not_refunded_in_parts_over_accounts_to_stay_below_the_limit(biller, account, office, by):
    limit, other = Reason.objects.get(code="OVERPAID").biller_cents, make_account(office, by, last_name="Other")
    payment = make_payment(account, by, 2 * limit)
    ledger.transfer_unapplied(payment, account, other, limit, on=dates.today(), key="m", by=by)
    refund(biller, payment, amount=f"{limit / 100:.2f}")
    refund(biller, payment, at=other.pk, amount=f"{limit / 100:.2f}")
    assert [(row.account, row.cents) for row in Refund.objects.all()] == [(account, limit)]
    assert Request.objects.get().cents == limit


def test_an_approved_request_is_the_refund(biller, signed_in, account, by):
    refund(biller, make_payment(account, by, 20000))
    signed_in(Role.SUPERVISOR).post(reverse("approval_approve", args=[Request.objects.get().pk]))
    assert Refund.objects.get().cents == 20000


def test_a_payers_money_goes_back_to_the_payer(biller, signed_in, payer, office, by):
    payment = ledger.receive_payer_payment(
        payer, cents=9000, received_on=dates.today(), method="eft", shares={}, key="p", by=by
    )
    refund(biller, payment, way="transfer")
    row = Refund.objects.get()
    assert (row.to, row.account) == (payer.name, payer.house_account)
    pay_out(biller, row, way="transfer")
    assert Document.objects.get().payer == payer


def test_a_refund_goes_back_to_a_card_only_where_a_card_paid(biller, account, by):
    assert refund(biller, make_payment(account, by), way="card").status_code == 422


def test_paid_out_twice_is_paid_out_once(biller, account, by):
    refund(biller, make_payment(account, by))
    row = Refund.objects.get()
    pay_out(biller, row)
    assert (
        "nothing was done twice"
        in biller.post(
            reverse("refund_pay", args=[row.pk]),
            {"way": "cheque", "reference": "9", "paid_on": "2026-01-01"},
            follow=True,
        ).content.decode()
    )
    assert Payout.objects.count() == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"paid_on": str(dates.today() + timedelta(days=1))},
        {"paid_on": "0001-01-01"},
        {"paid_on": "2020-01-01"},
        {"reference": ""},
    ],
)
def test_a_payout_needs_a_day_that_can_be_and_a_reference(biller, account, by, changes):
    refund(biller, make_payment(account, by))
    assert pay_out(biller, Refund.objects.get(), **changes).status_code == 422
    assert not Payout.objects.exists()


def test_a_check_that_came_back_is_paid_out_anew(biller, account, by):
    refund(biller, make_payment(account, by))
    row = Refund.objects.get()
    pay_out(biller, row)
    undo(biller, Payout.objects.get().entry)
    assert Refund.objects.to_pay().get() == row
    pay_out(biller, row, reference="4418")
    assert Refund.objects.get().payout.reference == "4418"
    assert Document.objects.count() == 2


def test_a_refund_that_was_paid_out_is_not_undone_before_its_payout(biller, account, by):
    payment = make_payment(account, by)
    refund(biller, payment)
    row = Refund.objects.get()
    pay_out(biller, row)
    answer = undo(biller, row.entry)
    assert reverse("entry_reverse", args=[row.payouts.get().entry_id]) in answer.content.decode()
    undo(biller, row.payouts.get().entry)
    undo(biller, row.entry)
    assert ledger.unapplied(payment) == 5000
    assert pay_out(biller, row).status_code == 422


def test_a_payment_is_not_undone_while_its_refund_stands(biller, account, by):
    payment = make_payment(account, by)
    refund(biller, payment)
    answer = undo(biller, payment.postings.first().entry)
    assert reverse("entry_reverse", args=[Refund.objects.get().entry_id]) in answer.content.decode()


def test_money_of_another_office_is_not_there(biller, foreign, by):
    payment = make_payment(foreign, by)
    assert biller.get(reverse("payment_refund", args=[payment.pk])).status_code == 404


# -- credits ----------------------------------------------------------------------------------------------------------------


def test_a_refund_from_an_account_of_another_office_is_not_there(biller, account, foreign, by):
    payment = make_payment(account, by, 5000)
    ledger.transfer_unapplied(payment, account, foreign, 2000, on=dates.today(), key="m", by=by)
    facts = {"way": "cheque", "on": dates.today(), "by": by}
    there = ledger.refund(payment, foreign, 2000, key="r1", **facts)
    here = ledger.refund(payment, account, 1000, key="r2", **facts)
    assert [biller.get(reverse("refund", args=[row.pk])).status_code for row in (there, here)] == [404, 200]
    assert foreign.number not in biller.get(reverse("refunds")).content.decode()


def overpaid(account, by):
    """A charge of 50.00, paid, then 20.00 of it taken off: a credit of 20.00 on the charge."""
    charge = make_charge(account, by, 5000)
    payment = make_payment(account, by, 5000, shares={charge: 5000})
    with ledger.locked([account.pk]):
        legs = (ledger.Leg("discount", 2000, charge=charge.pk), ledger.Leg("receivable", -2000, charge=charge.pk))
        ledger.post(ledger.Entry(account.pk, "discount", dates.today(), legs, "over"), by)
    return charge, payment


def test_a_credit_on_a_charge_is_brought_to_unapplied_and_refunded(biller, account, by):
    charge, payment = overpaid(account, by)
    to = reverse("charge_release", args=[charge.pk])
    assert send(biller, to, given(payment=payment.pk)).status_code == 302
    assert (OpenItem.objects.get(charge=charge).cents, ledger.unapplied(payment)) == (0, 2000)
    refund(biller, payment)
    assert Refund.objects.get().cents == 2000


def test_no_more_than_the_credit_is_taken_off(biller, account, by):
    charge, payment = overpaid(account, by)
    answer = send(biller, reverse("charge_release", args=[charge.pk]), given(payment=payment.pk, amount="20.01"))
    assert "Only 20.00 of the credit" in answer.content.decode()


def test_what_was_taken_off_keeps_its_payment_from_being_undone(biller, account, by):
    charge, payment = overpaid(account, by)
    send(biller, reverse("charge_release", args=[charge.pk]), given(payment=payment.pk))
    answer = undo(biller, payment.postings.first().entry)
    released = JournalEntry.objects.get(kind="allocation")
    assert reverse("entry_reverse", args=[released.pk]) in answer.content.decode()


def test_the_list_names_every_credit_its_age_its_clock_and_the_next_step(biller, account, payer, by):
    charge, _ = overpaid(account, by)
    left = make_payment(account, by, 1000, days_ago=70)
    public = make_payer(by, "Medicare", Payer.Class.GOVERNMENT)
    ledger.receive_payer_payment(
        public, cents=700, received_on=dates.today() - timedelta(days=61), method="eft", shares={}, key="g", by=by
    )
    found = {(c.cents, c.charge): c for c in credits.of_staff(biller.user, dates.today())}
    assert set(found) == {(2000, charge.pk), (1000, None), (700, None)}
    assert found[2000, charge.pk].since == dates.today()
    assert found[700, None].by == dates.today() - timedelta(days=1)
    page = biller.get(reverse("credits")).content.decode()
    for href in (reverse("charge_release", args=[charge.pk]), reverse("payment_refund", args=[left.pk])):
        assert href in page
    assert "1320a-7k" in page
    assert "is-bad" in page


def test_the_clock_of_a_credit_is_data(biller, account, by):
    make_payment(account, by, 1000, days_ago=70)
    MoneyRule.objects.filter(kind="credit_client").update(days=60)
    credit = credits.of_staff(biller.user, dates.today())[0]
    assert credit.by == dates.today() - timedelta(days=10)


def test_a_credit_is_first_laid_on_what_the_same_party_owes(biller, account, by):
    payment = make_payment(account, by, 1000)
    make_charge(account, by)
    page = biller.get(reverse("credits")).content.decode()
    assert reverse("payment_allocate", args=[payment.pk]) in page


@pytest.mark.parametrize("query", ["?as=csv", "?owner=payer", "?show=all", "?show=paid"])
def test_lists_and_files_answer(biller, account, by, query):
    refund(biller, make_payment(account, by, 1000), amount="5.00")
    for name in ("credits", "refunds"):
        assert biller.get(reverse(name) + query).status_code == 200


@pytest.mark.parametrize(
    "name, by_what", [("credits", "owner"), ("unapplied", "owner"), ("refunds", "show"), ("approvals", "show")]
)
def test_a_filter_that_nobody_knows_is_no_error_in_a_file_either(signed_in, account, by, name, by_what):
    make_payment(account, by, 1000)
    assert signed_in(Role.SUPERVISOR).get(f"{reverse(name)}?{by_what}=%00x&as=csv").status_code == 200
