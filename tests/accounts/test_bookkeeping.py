"""The journal as the office's bookkeeping takes it: sums equal the ledger, files balance, the chart is data."""

import csv
from datetime import timedelta
from io import StringIO

import pytest
from django.db.models import Sum

from accounts.models import LedgerAccount, Posting
from billing_office.lib import dates
from tests.factories import make_charge, make_payment

pytestmark = pytest.mark.django_db


@pytest.fixture
def supervisor(signed_in):
    return signed_in("supervisor")


@pytest.fixture
def books(account, by):
    """Two charges, part of one paid."""
    make_charge(account, by, cents=22_400)
    make_charge(account, by, cents=10_000)
    make_payment(account, by, cents=5_000)
    return account


def span(days=400) -> dict:
    return {"first": dates.today() - timedelta(days), "last": dates.today()}


def cents(text: str) -> int:
    return int(text.replace(".", ""))


def lines(browser, **asked) -> list[dict]:
    answer = browser.get("/journal/", span() | {"as": "csv"} | asked)
    return list(csv.DictReader(StringIO(answer.getvalue().decode())))


@pytest.mark.parametrize("by_what", ["day", "entry"])
def test_a_file_balances_and_equals_the_ledger(supervisor, books, by_what):
    found = lines(supervisor, by=by_what)
    debit, credit = sum(cents(one["Debit"]) for one in found), sum(cents(one["Credit"]) for one in found)
    assert debit == credit == Posting.objects.filter(cents__gt=0).aggregate(sum=Sum("cents"))["sum"]
    revenue = sum(cents(one["Credit"]) - cents(one["Debit"]) for one in found if one["Account"] == "4000")
    assert revenue == 32_400


def test_the_page_sums_by_account_and_leads_to_the_postings(supervisor, books):
    page = supervisor.get("/journal/", span()).content.decode()
    assert "324.00" in page
    assert "not closed" in page
    first = span()["first"]
    behind = supervisor.get(f"/journal/revenue/?first={first}&last={dates.today()}").content.decode()
    assert "100.00" in behind
    assert books.number in behind


def test_days_outside_the_span_do_not_count(supervisor, books):
    last_year = {"first": "2001-01-01", "last": "2001-12-31"}
    assert "Nothing was posted on these days" in supervisor.get("/journal/", last_year).content.decode()


def test_days_that_are_none_are_said(supervisor, books):
    answer = supervisor.get("/journal/", {"first": "2026-13-45", "last": ""})
    assert answer.status_code == 200
    assert "Enter a day as" in answer.content.decode()
    assert (
        "after the last" in supervisor.get("/journal/", {"first": "2026-02-01", "last": "2026-01-01"}).content.decode()
    )


def test_the_chart_is_data(supervisor, books):
    row = LedgerAccount.objects.get(book="revenue")
    supervisor.post(
        f"/ledger-accounts/{row.pk}/edit/", {"code": "8400", "name": "Fees", "lock_version": row.lock_version}
    )
    assert {one["Name"] for one in lines(supervisor) if one["Account"] == "8400"} == {"Fees"}


def test_another_offices_money_is_not_in_it(supervisor, foreign, by):
    make_charge(foreign, by, cents=77_700)
    assert lines(supervisor) == []
