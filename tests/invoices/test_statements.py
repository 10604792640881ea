"""A statement: what was open, what changed it, what is open; equal to the ledger; on paper, by e-mail, as a file; sent once."""

import csv
import io
from datetime import timedelta

import pytest
from django.urls import reverse

from accounts import ledger
from accounts.models import Message, Payer
from billing_office.audit.models import Act
from billing_office.lib import dates
from invoices import issuing, statements, voiding
from tests.factories import make_account, make_charge, make_payer, make_payment


@pytest.fixture
def today():
    return dates.today()


@pytest.fixture
def moved(account, by, today):
    """100.00 before the days, then 224.00, invoiced; 50.00 paid on it and 30.00 on account."""
    make_charge(account, by, 10000, days_ago=200)
    charge = make_charge(account, by, 22400, days_ago=40)
    issuing.issue(account, on=today - timedelta(days=20), by=by, key="k")
    make_payment(account, by, 8000, shares={charge: 5000}, days_ago=3)
    return account


def of(to, office, today, days=90):
    return statements.of(to, office, today - timedelta(days=days), today, today)


def test_it_leads_from_what_was_open_to_what_the_ledger_says(moved, office, today):
    found = of(moved, office, today)
    assert (found.opening, found.charged, found.settled, found.closing) == (10000, 22400, -8000, 24400)
    receivable, unapplied = ledger.balance(moved)
    assert found.closing == receivable - unapplied
    assert [row.balance for row in found.rows] == [32400, 32400, 24400]


def test_an_invoice_is_told_and_changes_nothing(moved, office, today):
    row = of(moved, office, today).rows[1]
    assert row.words(services=True).startswith("Invoice ELM-INV-000001 for $324.00, due ")
    assert row.cents == 0


def test_laying_money_that_was_there_is_no_line(moved, office, today, by):
    before = of(moved, office, today)
    payment = moved.payments.get()
    charge = moved.charges.latest("pk")
    ledger.allocate(payment, moved, [ledger.Share(charge.pk, 3000)], on=today, key="a", by=by)
    assert of(moved, office, today).rows == before.rows


def test_the_age_is_that_of_the_last_day(moved, office, today):
    found = of(moved, office, today)
    assert found.aged["not_due"] == 27400


@pytest.mark.parametrize("back", [0, 1])
def test_its_ages_sum_to_its_balance_with_what_is_not_laid_yet(moved, office, today, back):
    until = today - timedelta(days=back)
    found = statements.of(moved, office, today - timedelta(days=90), until, today)
    assert (found.aged["credit"], sum(found.aged.values())) == (-3000, found.closing)


def test_days_without_anything_say_what_stands(moved, office, today):
    found = statements.of(moved, office, today - timedelta(days=150), today - timedelta(days=100), today)
    assert (found.opening, found.rows, found.closing) == (10000, [], 10000)


def test_of_a_payer_it_is_over_its_clients_at_one_office(account, office, other_office, foreign, by, today):
    payer = make_payer(by, "Lone Star Freight", Payer.Class.EMPLOYER, names_services=False)
    make_charge(account, by, 8500, payer=payer)
    make_charge(make_account(office, by, "Bob", "Crew"), by, 7000, payer=payer)
    make_charge(foreign, by, 900, payer=payer)
    invoice = issuing.issue_to_payer(payer, office, on=today, by=by, key="k")
    voiding.void(invoice, on=today, by=by, reason="x")
    found = of(payer, office, today)
    assert found.closing == 15500
    words = str(statements.words(found, "ELM-STM-000001", on=today))
    assert "Bob Crew" in words
    assert "Ortega" not in words
    assert "MRI" not in words
    assert f"invoice {invoice.number} is void" in words
    assert of(payer, other_office, today).closing == 900


def test_the_page_and_its_file_show_the_lines(clerk, moved):
    page = reverse("account_statement", args=[moved.pk])
    assert "$244.00" in clerk.get(page).content.decode()
    rows = list(csv.DictReader(io.StringIO(clerk.get(page, {"as": "csv"}).getvalue().decode())))
    assert [(r["What"], r["Balance"]) for r in rows][0] == ("Balance brought forward", "100.00")
    assert rows[-1]["Balance"] == "244.00"
    assert clerk.get(page, {"as": "xlsx"}).status_code == 200


def test_a_collector_reads_no_services(signed_in, moved):
    text = signed_in("collector").get(reverse("account_statement", args=[moved.pk])).content.decode()
    assert "MRI" not in text


@pytest.mark.parametrize(
    ("since", "until"), [("2026-02-01", "2026-01-01"), ("0001-01-01", "2026-01-01"), ("x", ""), ("2026-01-01", "2199-01-01")]
)  # fmt: skip
def test_days_that_cannot_be_are_refused_at_their_field(clerk, moved, since, until):
    answer = clerk.get(reverse("account_statement", args=[moved.pk]), {"since": since, "until": until})
    assert answer.status_code == 422
    assert answer.context["form"].errors


def send(browser, account, once, **more):
    days = {"since": dates.today() - timedelta(days=90), "until": dates.today(), "once": once}
    return browser.post(reverse("account_statement_send", args=[account.pk]), days | more)


def test_it_is_sent_once_for_two_presses(clerk, moved, once):
    for _ in range(2):
        assert send(clerk, moved, once).status_code == 302
    message = Message.objects.get(document__kind="statement")
    assert (message.channel, message.document.number, message.action) == ("email", "ELM-STM-000001", "notice")
    assert Act.objects.get(verb="statement_issued").account_id == moved.pk


def test_an_auditor_may_read_and_not_send(signed_in, moved, once):
    auditor = signed_in("auditor")
    assert auditor.get(reverse("account_statement", args=[moved.pk])).status_code == 200
    assert send(auditor, moved, once).status_code == 403


def test_another_offices_account_is_not_found(clerk, foreign, once):
    assert clerk.get(reverse("account_statement", args=[foreign.pk])).status_code == 404
    assert send(clerk, foreign, once).status_code == 404


def test_another_office_of_a_payer_is_not_found(clerk, payer, other_office):
    page = reverse("payer_statement", args=[payer.pk])
    assert clerk.get(page, {"office": other_office.pk}).status_code == 404
    assert clerk.get(page, {"office": "x"}).status_code == 404


def test_more_lines_than_a_paper_holds_are_told(clerk, moved, once, monkeypatch):
    monkeypatch.setattr(statements, "LINES", 2)
    answer = clerk.post(
        reverse("account_statement_send", args=[moved.pk]),
        {"since": dates.today() - timedelta(days=90), "until": dates.today(), "once": once}, follow=True,
    )  # fmt: skip
    assert "Ask for fewer days" in answer.content.decode()
    assert not Message.objects.filter(document__kind="statement").exists()
