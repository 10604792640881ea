"""How many queries a page may take, session and user included, however much stands in the office."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Payer
from billing_office.lib import dates
from invoices import issuing
from tests.factories import make_account, make_charge, make_client, make_due, make_payer, make_payment, make_request

pytestmark = pytest.mark.django_db


@pytest.fixture
def busy(office, by, settings):
    """An account with ten invoices, 30 charges, three payers and a second client; its e-mail address and money on no charge."""
    settings.OUTBOX_HINT = ""
    account = make_account(office, by, email="robert@example.org")
    make_client(account, by)
    payers = [make_payer(by, name, kind) for name, kind in zip("ABC", Payer.Class.values, strict=False)]
    for n in range(10):
        for payer in (None, None, payers[n % 3]):
            charge = make_charge(account, by, 10000 + n, payer=payer)
        make_due(charge, 20 + n, payer)
        issuing.issue(account, on=dates.today(), by=by, key=f"busy{n}")
    make_payment(account, by, 4000)
    for _ in range(10):
        make_request(account, by)
    return account


@pytest.fixture
def crowd(office, by):
    """Forty accounts that owe, each past due."""
    for n in range(40):
        account = make_account(office, by, last_name=f"White{n}")
        make_due(make_charge(account, by), n)


@pytest.fixture
def queries(client, signed_in):
    def count(address: str, role="supervisor") -> int:
        browser = signed_in(role)
        with CaptureQueriesContext(
            connection,
        ) as seen:
            answer = browser.get(address)
        assert answer.status_code == 200
        return len(seen)

    return count


@pytest.mark.parametrize(
    "name",
    [
        "accounts",
        "invoices",
        "messages",
        "print_list",
        "payers",
        "offices",
        "ladder",
        "outbox",
        "approvals",
        "reasons",
        "rules",
        "runs",
        "refunds",
        "credits",
    ],
)
def test_a_list_takes_at_most_six(name, busy, crowd, queries):
    assert queries(reverse(name)) <= 6


def test_the_list_of_staff_takes_at_most_six(queries, signed_in):
    for _ in range(5):
        signed_in("clerk")
    assert queries(reverse("staff"), "admin") <= 6


@pytest.mark.parametrize("view", ["", "?view=entries", "?why={charge}", "?show=money"])
def test_an_account_takes_at_most_ten_and_the_record_of_who_read_it(view, busy, queries):
    address = reverse("account", args=[busy.pk]) + view.format(charge=busy.charges.latest("pk").pk)
    assert queries(address) <= 11


def test_the_board_takes_at_most_ten(busy, crowd, queries):
    assert queries(reverse("arrears")) <= 10


@pytest.mark.parametrize("address", ["/arrears/all/all/", "/arrears/unapplied/all/"])
def test_the_rows_of_a_figure_take_at_most_six(address, busy, crowd, queries):
    assert queries(address) <= 6


@pytest.mark.parametrize("role", ["clerk", "biller", "collector", "supervisor", "auditor", "admin"])
def test_my_day_takes_at_most_eight(role, busy, crowd, queries):
    assert queries(reverse("home"), role) <= 8


def test_an_invoice_takes_at_most_eight(busy, queries):
    assert queries(reverse("invoice", args=[busy.invoices.latest("pk").pk])) <= 8
