"""Rules in force, and a run from preview to posted."""

import uuid
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import transaction

from accounts.models import MoneyRule, Run
from accounts.runs import running
from billing_office.lib import dates
from tests.accounts.ledger.conftest import sound

FIGURES = {
    "small_balance": {"most_cents": 999, "days": 90},
    "late_fee": {
        "percent": Decimal("1.5"), "least_cents": 500, "most_cents": 2500, "below_cents": 2000, "days": 30, "every_days": 30,
    },
    "interest": {"percent": Decimal(6), "least_cents": 100, "days": 30},
}  # fmt: skip


def make_rule(kind, office=None, **figures) -> MoneyRule:
    figures = FIGURES.get(kind, {}) | {"biller_cents": None, "supervisor_cents": None} | figures
    since = dates.today() - timedelta(days=400)
    return MoneyRule.objects.create(kind=kind, office=office, since=since, **figures)


def choices(rule, office, on=None):
    return {c.account.pk: c for c in running.preview(rule, office, on or dates.today())}


def start(rule, office, by, on=None) -> Run:
    on = on or dates.today()
    with transaction.atomic():
        run = running.draw_up(rule, office, running.preview(rule, office, on), on=on, by=by, key=uuid.uuid4())
        return running.start(run, by=by)


def post(rule, office, by, on=None) -> Run:
    run = start(rule, office, by, on)
    running.post(run.pk, alive=lambda: None)
    run.refresh_from_db()
    return run


def undo(run, by) -> Run:
    with transaction.atomic():
        running.start_undo(run, by=by, why="wrong day")
    running.undo(run.pk, dates.today(), alive=lambda: None)
    run.refresh_from_db()
    return run


@pytest.fixture(autouse=True)
def books_are_sound(request):
    """After every test of a run the books are sound."""
    yield
    if "office" in request.fixturenames:
        assert sound() == []
