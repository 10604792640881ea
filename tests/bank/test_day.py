"""The day's close: its figures are the ledger's, what hinders is named, and who took cash does not close it."""

import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.urls import reverse

from accounts import ledger, periods
from accounts.models import Payment, Posting
from billing_office.audit.models import Act
from billing_office.lib import dates
from billing_office.staff.models import Role
from invoices.deposits import day
from invoices.models import DayClose
from tests.factories import make_account, make_charge, make_payment

from .world import close_deposit, make_deposit

TODAY = dates.today()


@pytest.fixture
def worked(account, clerk):
    """A charge, a check of 50.00 that pays 20.00 of it, and one of 30.00 undone."""
    charge = make_charge(account, clerk.user, 2000, days_ago=0)
    make_payment(account, clerk.user, 5000, shares={charge: 2000}, days_ago=0)
    wrong = make_payment(account, clerk.user, 3000, days_ago=0)
    ledger.reverse(wrong.postings.first().entry, on=TODAY, by=clerk.user, memo="typed wrongly")
    return account


@pytest.fixture
def supervisor(signed_in):
    return signed_in(Role.SUPERVISOR)


@pytest.fixture
def banked(worked, office, clerk):
    close_deposit(make_deposit(office, clerk.user), office, clerk.user)


def close(browser, office, on=TODAY):
    return browser.post(reverse("day_close"), {"office": office.pk, "on": on.isoformat()}, follow=True).content.decode()


def test_the_figures_are_those_of_the_ledger(worked, office, by):
    make_payment(make_account(office, by), by, 700, days_ago=60)
    found = day.figures(office, TODAY)
    assert found.equal
    assert [(one.means, one.count, one.came, one.back) for one in found.received if one.person != by.pk] == [
        ("Check", 2, 8000, -3000)
    ]
    assert found.sums == {"receivable": 0, "unapplied": -3700, "cash": 5700, "other": -2000}
    assert found.unapplied == 3700
    assert sum(Posting.objects.filter(book="cash").values_list("cents", flat=True)) == found.cash


def test_another_offices_work_is_not_in_them(worked, office, foreign, by):
    make_payment(foreign, by, 900, days_ago=0)
    assert day.figures(office, TODAY).cash == 5000


def test_the_page_shows_what_came_in_by_whom(clerk, worked):
    text = clerk.get(reverse("day")).content.decode()
    assert "Ann Clerk" in text and "50.00" in text and "Equals the ledger" in text


def test_receipts_in_no_deposit_and_deposits_not_closed_hinder(clerk, supervisor, worked, office, by):
    make_deposit(office, clerk.user, method="cash")
    assert "is in no deposit" in close(supervisor, office)
    deposit = make_deposit(office, clerk.user)
    assert "is not closed" in close(supervisor, office)
    close_deposit(deposit, office, clerk.user)
    assert "is closed." in close(supervisor, office)


def test_who_took_cash_does_not_close_the_day(clerk, supervisor, banked, office):
    assert "another person closes it" in close(clerk, office)
    assert not DayClose.objects.exists()
    close(supervisor, office)
    row = DayClose.objects.get()
    assert (row.closed_by, clerk.user.pk in row.takers, row.figures["sums"]["cash"]) == (supervisor.user, True, 5000)
    assert Act.objects.get(verb="day_closed").detail == {"office": office.pk, "day": str(TODAY), "cash": 5000}


def test_a_day_without_cash_is_closed_by_anyone_who_may(clerk, office, account):
    close(clerk, office)
    assert DayClose.objects.get().takers == []


def test_closed_once_and_said(supervisor, banked, office):
    close(supervisor, office)
    assert "was closed already" in close(supervisor, office)
    assert DayClose.objects.count() == 1


def test_what_is_posted_after_the_close_is_said(clerk, supervisor, banked, office, account):
    close(supervisor, office)
    make_payment(account, clerk.user, 100, days_ago=0)
    text = clerk.get(reverse("day")).content.decode()
    assert "Something was posted after the close" in text and "received $50.00" in text


@pytest.mark.parametrize(
    "on", ["", "NaN", "9999-12-31", "0001-01-01", (TODAY + timedelta(days=2)).isoformat(), "x\x00"]
)
def test_no_such_day_is_closed(supervisor, office, on):
    assert supervisor.post(reverse("day_close"), {"office": office.pk, "on": on}).status_code == 404
    assert supervisor.get(reverse("day"), {"on": on}).status_code == 200


def test_another_offices_day_is_not_there(supervisor, other_office):
    assert (
        supervisor.post(reverse("day_close"), {"office": other_office.pk, "on": TODAY.isoformat()}).status_code == 404
    )


@pytest.mark.parametrize("role", [Role.COLLECTOR, Role.AUDITOR])
def test_others_look_and_close_nothing(signed_in, office, role):
    browser = signed_in(role)
    assert browser.get(reverse("day")).status_code == 200
    assert browser.post(reverse("day_close"), {"office": office.pk, "on": TODAY.isoformat()}).status_code == 403


@pytest.mark.django_db(transaction=True)
def test_two_who_close_at_once_close_once(supervisor, signed_in, banked, office):
    browsers, ready = [supervisor, signed_in(Role.BILLER)], threading.Barrier(2)

    def press(browser):
        ready.wait()
        close(browser, office)
        connection.close()

    threads = [threading.Thread(target=press, args=[one]) for one in browsers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (DayClose.objects.count(), Act.objects.filter(verb="day_closed").count()) == (1, 1)


def test_the_day_takes_few_queries(clerk, banked, django_assert_max_num_queries):
    with django_assert_max_num_queries(14):
        clerk.get(reverse("day"))


def test_what_is_dated_into_a_closed_month_is_refused_with_the_day_it_may_have(clerk, owing, by, once):
    make_charge(owing, by, 100, days_ago=70)
    first = TODAY.replace(day=1)
    periods.close(first - timedelta(days=1), today=TODAY, by=by)
    sent = {
        "once": once, "amount": "224.00", "received_on": (first - timedelta(days=2)).isoformat(), "method": "cheque", "act": "show",
    }  # fmt: skip
    page = reverse("payment_new", args=[owing.pk])
    form = clerk.post(page, sent).context["form"]
    answer = clerk.post(page, {name: form[name].value() or "" for name in form.fields} | {"act": "post"})
    assert answer.status_code == 422
    assert f"Date it {dates.long(first)} or later" in answer.content.decode()
    assert not Payment.objects.exists()
