"""The page that proves the books: asked for, worked by a worker, read by who may."""

import csv
from io import StringIO

import pytest
from django.urls import reverse

from accounts.models import AccountBalance
from billing_office import schedule
from billing_office.audit.models import Act
from billing_office.outbox.models import Job

pytestmark = pytest.mark.django_db


@pytest.fixture
def auditor(signed_in):
    return signed_in("auditor")


def proved(browser) -> str:
    browser.post("/proof/new/")
    schedule.drain()
    return browser.get("/proof/").content.decode()


def test_before_the_first_proof_the_page_says_how_to_make_one(auditor):
    assert "No proof yet" in auditor.get("/proof/").content.decode()


def test_a_proof_asked_for_is_made_by_a_worker_in_the_name_of_who_asked(auditor, owing):
    auditor.post("/proof/new/")
    waiting = auditor.get("/proof/").content.decode()
    assert "Waits for a worker" in waiting
    schedule.drain()
    act = Act.objects.get(verb="books_proved")
    assert (act.actor_id, act.detail["ok"]) == (auditor.user.pk, True)
    page = auditor.get("/proof/").content.decode()
    assert "The books are sound." in page
    assert "Stored balances equal their postings" in page
    assert "Waits for a worker" not in page


def test_asking_twice_makes_one(auditor):
    auditor.post("/proof/new/")
    auditor.post("/proof/new/")
    assert Job.objects.filter(kind="prove_books").count() == 1


def test_the_waiting_page_is_led_on_when_the_answer_is_there(auditor):
    auditor.post("/proof/new/")
    assert "HX-Redirect" not in auditor.get("/proof/state/").headers
    schedule.drain()
    assert auditor.get("/proof/state/").headers["HX-Redirect"] == "/proof/"


def test_what_offends_is_named_and_leads_to_its_account(auditor, owing):
    AccountBalance.objects.filter(account=owing).update(receivable_cents=1)
    page = proved(auditor)
    assert "The books are not sound." in page
    assert f'<a href="{reverse("account", args=[owing.pk])}">' in page
    assert "1 row offends" in page


def test_the_proof_as_a_file(auditor, owing):
    proved(auditor)
    lines = list(csv.DictReader(StringIO(auditor.get("/proof/", {"as": "csv"}).getvalue().decode())))
    assert {line["Result"] for line in lines} == {"holds"}
    assert {"Ledger and accounts", "Invoices and messages"} <= {line["Group"] for line in lines}
