"""Money that stands on no charge: listed with its age, laid on charges later, moved to another account; never twice."""

import uuid

import pytest
from django.test import Client as Browser
from django.urls import reverse

from accounts import ledger
from accounts.models import JournalEntry, Kind, Payment, Posting
from billing_office.audit.models import Act
from billing_office.lib import dates
from billing_office.staff.models import Role
from tests.accounts.ledger.conftest import sound
from tests.accounts.ledger.test_concurrency import at_once
from tests.factories import make_account, make_charge, make_payment

from .test_receipts import as_shown, pays

TODAY = dates.today()


@pytest.fixture
def money(owing, by):
    """100.00 of the client, nine days old, on no charge; 224.00 are owed."""
    return make_payment(owing, by, 10000, days_ago=9)


@pytest.fixture
def page(money):
    return reverse("payment_allocate", args=[money.pk])


@pytest.fixture
def luis(office, by):
    account = make_account(office, by, "Luis", "Ortega")
    account.charge = make_charge(account, by, 8000)
    return account


def payer_money(payer, by, cents=10000) -> Payment:
    return ledger.receive_payer_payment(
        payer, cents=cents, received_on=TODAY, method="eft", shares={}, key=f"t:{uuid.uuid4()}", by=by
    )


# -- the list ---------------------------------------------------------------------------------------------------------------


def test_what_stands_unapplied_is_listed_with_its_age(clerk, owing, money):
    text = clerk.get(reverse("unapplied")).content.decode()
    assert "Robert White" in text and "100.00" in text and "9 d" in text


def test_payers_money_is_listed_for_those_who_may_lay_it(clerk, biller, payer, by):
    payer_money(payer, by)
    theirs, ours = (one.get(reverse("unapplied")).content.decode() for one in (clerk, biller))
    assert "Blue Cross TX" not in theirs and "Blue Cross TX" in ours
    assert "Blue Cross TX" not in biller.get(reverse("unapplied") + "?owner=client").content.decode()


def test_money_of_another_office_is_not_listed(clerk, foreign, by):
    make_payment(foreign, by)
    assert b"Luis Ortega" not in clerk.get(reverse("unapplied")).content
    assert b"Luis Ortega" not in b"".join([clerk.get(reverse("unapplied") + "?as=csv").getvalue()])


def test_what_was_laid_on_charges_is_listed_no_more(clerk, owing, by):
    make_payment(owing, by, 5000, shares={owing.charge: 5000})
    assert b"All money received is on charges" in clerk.get(reverse("unapplied")).content


def test_the_list_is_a_file_too_and_that_is_recorded(clerk, money):
    assert b"Robert White" in clerk.get(reverse("unapplied") + "?as=csv").getvalue()
    assert Act.objects.filter(verb="unapplied_exported", actor=clerk.user).exists()


def test_the_list_takes_few_queries_however_long(clerk, owing, by, django_assert_max_num_queries):
    for n in range(12):
        make_payment(owing, by, 100 + n)
    with django_assert_max_num_queries(6):
        clerk.get(reverse("unapplied"))


# -- laid later ---------------------------------------------------------------------------------------------------------------


def test_it_is_proposed_at_once_and_laid_with_one_press(clerk, owing, money, page):
    shown = clerk.get(page)
    assert pays(shown) == {owing.charge.pk: "100.00"}
    answer = clerk.post(page, as_shown(shown), follow=True)
    assert "$100.00 laid on charges." in answer.content.decode()
    assert ledger.balance(owing) == (12400, 0)
    act = Act.objects.get(verb="payment_allocated")
    assert (act.object_id, act.account_id, act.actor) == (money.pk, owing.pk, clerk.user)


def test_a_part_may_be_laid_and_the_rest_stays(clerk, owing, page):
    clerk.post(page, as_shown(clerk.get(page), **{f"pay_{owing.charge.pk}": "30"}))
    assert ledger.balance(owing) == (19400, 7000)


def test_a_payers_money_is_laid_on_what_it_owes_wherever_it_is_named(biller, luis, owing, payer, by):
    theirs = make_charge(luis, by, 6000, payer=payer)
    make_charge(owing, by, 6000, payer=payer)
    money = payer_money(payer, by)
    page = reverse("payment_allocate", args=[money.pk])
    shown = biller.post(page, as_shown(biller.get(page), stub=f"C-{theirs.pk}", act="show"))
    assert pays(shown) == {theirs.pk: "60.00"}
    biller.post(page, as_shown(shown))
    assert (ledger.unapplied(money), ledger.balance(luis), ledger.balance(payer.house_account)) == (
        4000,
        (8000, 0),
        (0, 4000),
    )
    assert sound() == []


def test_nothing_laid_is_told(clerk, owing, page):
    answer = clerk.post(page, as_shown(clerk.get(page), **{f"pay_{owing.charge.pk}": ""}))
    assert answer.status_code == 422
    assert "Lay some of the money on a charge first" in answer.content.decode()


@pytest.mark.parametrize("part", ["NaN", "1e9", "-5", "0.001", "١٠٠", "9" * 30, "100.01"])
def test_what_is_no_part_of_it_is_refused(clerk, owing, page, part):
    answer = clerk.post(page, as_shown(clerk.get(page), **{f"pay_{owing.charge.pk}": part}))
    assert answer.status_code == 422
    assert ledger.balance(owing) == (22400, 10000)


def test_a_form_that_is_stale_is_shown_anew(clerk, owing, money, page):
    sent = as_shown(clerk.get(page))
    ledger.allocate(money, owing, [ledger.Share(owing.charge.pk, 4000)], on=TODAY, key="t:else", by=clerk.user)
    answer = clerk.post(page, sent)
    assert "Nothing is posted yet" in answer.content.decode()
    assert pays(answer) == {owing.charge.pk: "60.00"}
    assert ledger.balance(owing) == (18400, 6000)


def test_the_same_form_twice_lays_once(clerk, owing, page):
    sent = as_shown(clerk.get(page), **{f"pay_{owing.charge.pk}": "30"})
    clerk.post(page, sent)
    second = clerk.post(page, sent, follow=True)
    assert "nothing was posted twice" in second.content.decode()
    assert ledger.balance(owing) == (19400, 7000)


def test_a_clerk_does_not_lay_a_payers_money(clerk, owing, payer, by):
    charge = make_charge(owing, by, 6000, payer=payer)
    money = ledger.receive_payer_payment(
        payer, cents=9000, received_on=TODAY, method="eft", shares={owing.pk: [ledger.Share(charge.pk, 6000)]}, key="t", by=by
    )  # fmt: skip
    assert clerk.get(reverse("payment", args=[money.pk])).status_code == 200
    assert clerk.get(reverse("payment_allocate", args=[money.pk])).status_code == 403


@pytest.mark.parametrize("name", ["payment", "payment_allocate", "payment_move"])
def test_a_payment_of_another_office_is_not_there(biller, foreign, by, name):
    theirs = make_payment(foreign, by)
    assert biller.get(reverse(name, args=[theirs.pk])).status_code == 404


@pytest.mark.django_db(transaction=True)
def test_the_same_money_laid_by_two_at_once_is_laid_once(clerk, biller, owing, by, money, page):
    make_charge(owing, by, 50000)
    forms = [as_shown(one.get(page)) for one in (clerk, biller)]

    def press(n):
        browser = Browser()
        browser.cookies = (clerk, biller)[n].cookies
        return browser.post(page, forms[n]).status_code

    at_once(2, press)
    assert ledger.unapplied(money) == 0
    assert JournalEntry.objects.filter(kind=Kind.ALLOCATION).count() == 1
    assert sound() == []


# -- moved ----------------------------------------------------------------------------------------------------------------------


def moving(money, browser, **changes):
    page = reverse("payment_move", args=[money.pk])
    form = browser.get(page).context["form"]
    given = {"once": form["once"].value(), "amount": "40", "to": "A-10002", "reason": "Wrong stub"} | changes
    return page, given


def test_whose_account_it_is_is_shown_before_anything_is_moved(biller, owing, luis, money):
    page, given = moving(money, biller)
    answer = biller.post(page, given)
    assert "To Luis Ortega, A-10002?" in answer.content.decode()
    assert ledger.balance(luis) == (8000, 0)


def test_it_is_moved_with_its_reason_in_both_ledgers_and_can_be_laid_there(biller, owing, luis, money):
    page, given = moving(money, biller, to=luis.number)
    shown = biller.post(page, given)
    biller.post(page, given | {"seen": shown.context["form"]["seen"].value()})
    assert (ledger.balance(owing), ledger.balance(luis)) == ((22400, 6000), (8000, 4000))
    entries = JournalEntry.objects.filter(kind=Kind.ACCOUNT_TRANSFER)
    assert {(e.account_id, e.memo) for e in entries} == {(owing.pk, "Wrong stub"), (luis.pk, "Wrong stub")}
    assert len({e.created_txid for e in entries}) == 1
    acts = Act.objects.filter(verb="money_moved")
    assert {(a.account_id, a.reason) for a in acts} == {(owing.pk, "Wrong stub"), (luis.pk, "Wrong stub")}
    there = reverse("payment_allocate", args=[money.pk]) + f"?at={luis.pk}"
    laid = biller.get(there)
    assert pays(laid) == {luis.charge.pk: "40.00"}
    biller.post(there, as_shown(laid))
    assert ledger.balance(luis) == (4000, 0)
    assert sound() == []


def test_moving_is_undone_on_both_accounts(biller, owing, luis, money):
    page, given = moving(money, biller, to=luis.number)
    biller.post(page, given | {"seen": str(luis.pk)})
    entry = JournalEntry.objects.filter(kind=Kind.ACCOUNT_TRANSFER).first()
    ledger.reverse(entry, on=TODAY, by=biller.user, memo="test")
    assert (ledger.balance(owing), ledger.balance(luis)) == ((22400, 10000), (8000, 0))
    assert sound() == []


@pytest.mark.parametrize(
    "changes, field",
    [
        ({"amount": "100.01"}, "amount"), ({"amount": "NaN"}, "amount"), ({"amount": "0"}, "amount"), ({"to": "A-99999"}, "to"),
        ({"to": "A-10001"}, "to"), ({"reason": ""}, "reason"), ({"reason": "card 4111 1111 1111 1111"}, "reason"),
    ],
)  # fmt: skip
def test_what_cannot_be_moved_is_refused_at_its_field(biller, owing, luis, money, changes, field):
    page, given = moving(money, biller, seen=str(luis.pk), **changes)
    answer = biller.post(page, given)
    assert answer.status_code == 422
    assert answer.context["form"][field].errors
    assert not Posting.objects.filter(account=luis, book="unapplied").exists()


def test_to_an_account_of_another_office_nothing_is_moved(biller, foreign, money):
    page, given = moving(money, biller, to=foreign.number, seen=str(foreign.pk))
    assert biller.post(page, given).context["form"]["to"].errors


def test_the_same_press_twice_moves_once(biller, owing, luis, money):
    page, given = moving(money, biller, to=luis.number, seen=str(luis.pk))
    biller.post(page, given)
    answer = biller.post(page, given, follow=True)
    assert "nothing was posted twice" in answer.content.decode()
    assert ledger.balance(luis) == (8000, 4000)


@pytest.mark.parametrize("role", [Role.CLERK, Role.COLLECTOR, Role.AUDITOR])
def test_other_roles_move_nothing(signed_in, money, role):
    assert signed_in(role).get(reverse("payment_move", args=[money.pk])).status_code == 403


@pytest.mark.django_db(transaction=True)
def test_the_same_money_laid_and_moved_at_once_goes_one_way(clerk, biller, owing, luis, money, page):
    laid = as_shown(clerk.get(page))
    there, moved = moving(money, biller, to=luis.number, seen=str(luis.pk), amount="100")

    def press(n):
        browser = Browser()
        browser.cookies = (clerk, biller)[n].cookies
        return browser.post((page, there)[n], (laid, moved)[n]).status_code

    at_once(2, press)
    assert sorted([ledger.unapplied(money, owing.pk), ledger.unapplied(money, luis.pk)]) in ([0, 0], [0, 10000])
    assert (ledger.balance(owing)[0] == 12400) != (ledger.balance(luis)[1] == 10000)
    assert sound() == []
