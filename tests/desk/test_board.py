"""The arrears board: equal to the ledger today and on any past day, each figure leading to its rows."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils.html import strip_tags

from accounts.models import Book, Period, Posting
from billing_office.audit.models import Act
from billing_office.lib import dates, money
from tests.factories import make_account, make_charge, make_due, make_payment

pytestmark = pytest.mark.django_db


@pytest.fixture
def supervisor(signed_in):
    return signed_in("supervisor")


@pytest.fixture
def office_at_work(office, by, payer, account):
    """Debts of every age, of client and payer, a part payment, unapplied money."""
    for days, cents in ((5, 1000), (45, 2000), (75, 4000), (200, 8000)):
        make_charge(account, by, cents, days_ago=days)
    make_charge(account, by, 16000, days_ago=20, payer=payer)
    late = make_charge(account, by, 32000, days_ago=60)
    make_due(late, 12)
    make_payment(account, by, 3000, shares={late: 2000}, days_ago=2)
    return make_account(office, by, "Ann", "Other")


def total(text: str) -> str:
    return re.search(r"Owed in all.*?\$([\d,−]+\.\d\d)", strip_tags(text), re.S).group(1)


def receivable(**when) -> str:
    legs = Posting.objects.filter(book=Book.RECEIVABLE, **when)
    return money.show(sum(legs.values_list("cents", flat=True)))


def test_the_total_is_the_receivable_book(supervisor, office_at_work):
    assert total(supervisor.get(reverse("arrears")).content.decode()) == receivable() == "610.00"
    assert "Equals the ledger" in supervisor.get(reverse("arrears_proof")).content.decode()


@pytest.mark.parametrize("days", [1, 2, 3, 30, 100, 400])
def test_on_a_past_day_it_is_the_receivable_book_of_that_day(supervisor, office_at_work, days):
    day = dates.today() - timedelta(days=days)
    text = supervisor.get(reverse("arrears"), {"on": day.isoformat()}).content.decode()
    assert total(text) == receivable(entry__effective_date__lte=day)
    assert "Equals the ledger" in supervisor.get(reverse("arrears_proof"), {"on": day.isoformat()}).content.decode()


@pytest.mark.parametrize("query", [{}, {"on": (dates.today() - timedelta(days=10)).isoformat()}])
def test_every_figure_leads_to_rows_that_sum_to_it(supervisor, office_at_work, query):
    text = supervisor.get(reverse("arrears"), query).content.decode()
    figures = set(re.findall(r'<td class="num[^"]*"><a href="([^"]+)">([\d,.−]+)</a>', text))
    assert len(figures) > 6
    for href, shown in figures:
        rows = strip_tags(supervisor.get(href.replace("&amp;", "&")).content.decode())
        assert f"${shown}" in rows, href


def test_the_file_holds_the_rows_of_the_same_day(supervisor, office_at_work):
    day = (dates.today() - timedelta(days=10)).isoformat()
    response = supervisor.get(reverse("arrears_rows", args=["client", "all"]), {"on": day, "as": "csv"})
    lines = b"".join(response.streaming_content).decode().splitlines()
    assert len(lines) == 2
    assert Act.objects.filter(verb="arrears_exported").exists()


@pytest.mark.parametrize("text", ["tomorrow", "2026-02-30", "0001-01-01", "9999-12-31", "2026-1-1", "'; --", "2\x00"])
def test_a_day_that_is_none_shows_today_and_says_so(supervisor, office_at_work, text):
    page = supervisor.get(reverse("arrears"), {"on": text})
    assert page.status_code == 200
    assert "today is shown" in page.content.decode()


def test_only_an_auditor_sees_what_was_known(signed_in, supervisor, office_at_work):
    before = (dates.now() - timedelta(days=1)).strftime("%Y-%m-%dT%H:%M")
    assert total(signed_in("auditor").get(reverse("arrears"), {"known": before}).content.decode()) == "0.00"
    assert total(supervisor.get(reverse("arrears"), {"known": before}).content.decode()) == "610.00"


def test_unknown_figures_are_not_found(supervisor):
    assert supervisor.get("/arrears/nobody/a1/").status_code == 404
    assert supervisor.get("/arrears/client/a9/").status_code == 404
    assert supervisor.get("/arrears/unapplied/nobody/").status_code == 404


def test_a_supervisor_closes_the_oldest_open_month_once(supervisor, office_at_work):
    page = supervisor.get(reverse("periods")).content.decode()
    last_day = re.search(r'name="last_day" value="([^"]+)"', page).group(1)
    for _ in range(2):
        supervisor.post(reverse("period_close"), {"last_day": last_day})
    assert Period.objects.get().last_day.isoformat() == last_day
    assert Act.objects.filter(verb="period_closed").count() == 1


@pytest.mark.parametrize("text", ["", "x", "2026-11-31"])
def test_closing_no_month_is_not_found(supervisor, text):
    assert supervisor.post(reverse("period_close"), {"last_day": text}).status_code == 404


def test_a_month_that_is_not_over_stays_open(supervisor, office_at_work):
    end = (dates.today().replace(day=28) + timedelta(days=10)).replace(day=1) - timedelta(days=1)
    answer = supervisor.post(reverse("period_close"), {"last_day": end.isoformat()}, follow=True)
    assert "not over yet" in answer.content.decode()
    assert not Period.objects.exists()


def test_an_accounts_balance_on_any_day(supervisor, office_at_work, account):
    def told(days):
        day = (dates.today() - timedelta(days=days)).isoformat()
        return strip_tags(supervisor.get(reverse("account_balance", args=[account.pk]), {"on": day}).content.decode())

    assert "630.00 owed" in told(3)
    assert "610.00 owed, 10.00 unapplied" in told(2)
