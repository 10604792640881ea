"""Closing an account: what is in the way is named; afterwards the books take nothing, and what a client tells us still goes in."""

import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.urls import reverse

from accounts import closing, ledger
from accounts.ledger import Refused
from accounts.models import Account
from billing_office.audit.models import Act
from billing_office.lib import dates
from tests.factories import make_account, make_charge, make_payment, make_refund, make_request

pytestmark = pytest.mark.django_db


def page(account, act="close"):
    return reverse(f"account_{act}", args=[account.pk])


def filled(**changes):
    return {"on": dates.today().isoformat(), "reason": "Moved away"} | changes


def closed(account) -> Account:
    closing.close(account, dates.today(), "Moved away", by=Act.objects.first().actor)
    account.refresh_from_db()
    return account


def test_a_settled_account_is_closed_and_reopened_and_both_say_why(clerk, account):
    clerk.post(page(account), filled())
    account.refresh_from_db()
    assert (account.closed_on, account.closed_why) == (dates.today(), "Moved away")
    clerk.post(page(account, "reopen"), {"reason": "Came back"})
    account.refresh_from_db()
    assert (account.closed_on, account.closed_why) == (None, "")
    acts = Act.objects.filter(verb__in=["account_closed", "account_reopened"]).order_by("id")
    assert list(acts.values_list("verb", "reason")) == [
        ("account_closed", "Moved away"),
        ("account_reopened", "Came back"),
    ]
    told = clerk.get(reverse("account_timeline", args=[account.pk])).content.decode()
    assert "Account closed <small>Moved away</small>" in told


def test_twice_is_once(clerk, account):
    clerk.post(page(account), filled())
    clerk.post(page(account), filled(reason="Again"))
    account.refresh_from_db()
    assert (account.closed_why, Act.objects.filter(verb="account_closed").count()) == ("Moved away", 1)
    clerk.post(page(account, "reopen"), {"reason": "x"})
    clerk.post(page(account, "reopen"), {"reason": "x"})
    assert Act.objects.filter(verb="account_reopened").count() == 1


def test_all_that_is_in_the_way_is_named_with_what_to_do(clerk, biller, owing, payer, by):
    make_charge(owing, by, 9000, payer=payer)
    payment = make_payment(owing, by, 5000)
    make_refund(payment, by, 700)
    make_request(owing, by)
    text = clerk.get(page(owing)).content.decode()
    for words in ["224.00 is still open at the client", "90.00 is still open at payers", "43.00 is unapplied",
                  "1 request waits for approval", "A refund is not paid out yet"]:  # fmt: skip
        assert words in text
    clerk.post(page(owing), filled())
    owing.refresh_from_db()
    assert owing.closed_on is None


def test_what_was_settled_may_be_closed(clerk, account, by):
    charge = make_charge(account, by, 1000)
    make_payment(account, by, 1000, shares={charge: 1000})
    assert clerk.post(page(account), filled()).status_code == 302
    account.refresh_from_db()
    assert account.closed_on


@pytest.mark.parametrize("days", [1, -4000])
def test_it_is_closed_neither_in_the_future_nor_before_it_was_opened(clerk, account, days):
    day = dates.today() + timedelta(days=days)
    assert clerk.post(page(account), filled(on=day.isoformat())).status_code == 422


def test_without_a_reason_it_stays_open(clerk, account):
    assert clerk.post(page(account), filled(reason=" ")).status_code == 422
    account.refresh_from_db()
    assert account.closed_on is None


def test_the_head_of_a_closed_account_says_so_and_why(clerk, account):
    closed(account)
    text = clerk.get(reverse("account", args=[account.pk])).content.decode()
    assert "Closed on" in text
    assert "Moved away" in text


def test_the_books_take_neither_a_charge_nor_money_nor_an_undoing(account, by):
    charge = make_charge(account, by, 1000)
    payment = make_payment(account, by, 1000, shares={charge: 1000})
    closed(account)
    with pytest.raises(Refused, match="Reopen it"):
        make_charge(account, by)
    with pytest.raises(Refused, match="Reopen it"):
        make_payment(account, by)
    with pytest.raises(Refused, match="Reopen it"):
        ledger.reverse(ledger.of_payment(payment)[0], on=dates.today(), by=by, memo="x")


@pytest.mark.parametrize("name", ["account_edit", "client_new"])
def test_its_fields_are_read_only(clerk, account, name):
    closed(account)
    answer = clerk.get(reverse(name, args=[account.pk]), follow=True)
    assert "is closed. Reopen it first." in answer.content.decode()


def test_what_the_client_tells_us_is_still_recorded(clerk, account, once):
    closed(account)
    flag = {"once": once, "kind": "cease", "since": dates.today().isoformat(), "until": "", "reason": "Letter"}
    clerk.post(reverse("flag_new", args=[account.pk]), flag)
    assert account.flags.get().kind == "cease"


def test_an_auditor_closes_nothing(signed_in, account):
    auditor = signed_in("auditor")
    assert auditor.post(page(account), filled()).status_code == 403
    assert auditor.post(page(account, "reopen"), {"reason": "x"}).status_code == 403


def test_apps_above_may_stand_in_the_way(account, settings):
    settings.ACCOUNT_OBSTACLES = ["tests.accounts.test_closing.a_plan"]
    closing._finders.cache_clear()
    try:
        assert [one.words for one in closing.obstacles(account)] == ["A plan is under way."]
    finally:
        closing._finders.cache_clear()


def a_plan(account):
    return [closing.Obstacle("A plan is under way.", "End it first.")]


@pytest.mark.django_db(transaction=True)
def test_money_and_closing_at_once_leave_no_money_on_a_closed_account(office, by):
    """Whoever gets the account first wins; the other is told. Without the lock both would succeed."""
    for _ in range(3):
        account = make_account(office, by)
        start, said = threading.Barrier(2), []

        def one(do, start=start, said=said):
            try:
                start.wait(5)
                do()
            except (Refused, closing.Obstructed) as refused:
                said.append(refused)
            finally:
                connection.close()

        pay = threading.Thread(target=one, args=[lambda account=account: make_payment(account, by)])
        shut = threading.Thread(
            target=one, args=[lambda account=account: closing.close(account, dates.today(), "x", by=by)]
        )
        for thread in (pay, shut):
            thread.start()
        for thread in (pay, shut):
            thread.join(10)
        account.refresh_from_db()
        assert len(said) == 1
        assert not (account.closed_on and ledger.balance(account)[1])
