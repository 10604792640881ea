"""What paying promptly takes off is offered where money comes in and where it is taken off, until its last day."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse

from accounts.corrections import prompt
from accounts.models import MoneyRule
from billing_office.lib import dates
from invoices import issuing
from tests.factories import make_charge, make_payment

pytestmark = pytest.mark.django_db


@pytest.fixture
def rule(db):
    MoneyRule.objects.filter(kind="prompt_pay").update(active=True, percent=Decimal(5), days=15)


def billed(account, by, days_ago=0):
    charge = make_charge(account, by, 22400)
    issuing.issue(account, on=dates.today() - timedelta(days=days_ago), by=by, key="i")
    return charge


@pytest.mark.parametrize(("days_ago", "offered"), [(0, True), (15, True), (16, False)])
def test_it_is_offered_through_its_last_day(account, by, clerk, rule, days_ago, offered):
    billed(account, by, days_ago)
    found = prompt.offers(account, dates.today(), clerk.user)
    assert [(one.cents, one.rest) for one in found] == ([(1120, 21280)] if offered else [])


def test_who_paid_the_rest_owes_no_more(account, by, clerk, rule):
    charge = billed(account, by)
    make_payment(account, by, 21280, shares={charge: 21280}, days_ago=0)
    assert [(one.cents, one.rest) for one in prompt.offers(account, dates.today(), clerk.user)] == [(1120, 0)]


def test_what_is_on_no_bill_has_no_offer(account, by, clerk, rule):
    make_charge(account, by)
    assert prompt.offers(account, dates.today(), clerk.user) == []


def test_without_a_rule_nothing_is_offered(account, by, clerk):
    billed(account, by)
    assert prompt.offers(account, dates.today(), clerk.user) == []


def test_the_receipt_and_the_form_show_it_and_one_press_fills_it_in(biller, account, by, rule):
    charge = billed(account, by)
    assert "$212.80 settles it" in biller.get(reverse("payment_new", args=[account.pk])).content.decode()
    page = biller.get(reverse("account_adjust", args=[account.pk]) + f"?charge={charge.pk}&prompt=1").content.decode()
    assert 'value="11.20"' in page
    assert "selected>Discount: Prompt payment" in page
