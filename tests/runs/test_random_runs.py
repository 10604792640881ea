"""Random offices: every run posts what its preview said, and undone in any order leaves every open item as it was."""

import os
import random
from datetime import timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import Account, AccountBalance, OpenItem
from billing_office.lib import dates
from tests.accounts.ledger.conftest import sound
from tests.factories import make_account, make_charge, make_due, make_payment

from .conftest import choices, make_rule, post, undo

pytestmark = pytest.mark.django_db
LARGE = bool(os.environ.get("OFFICE_LARGE"))

CHARGE = st.tuples(st.sampled_from([1, 250, 500, 999, 5_000, 123_456]), st.integers(1, 200), st.booleans())
ACCOUNT = st.tuples(st.lists(CHARGE, min_size=1, max_size=3), st.booleans(), st.integers(0, 600))
SWEEPS = st.lists(st.sampled_from(["small_balance", "late_fee", "interest"]), min_size=1, max_size=5)


def books() -> tuple:
    balances = AccountBalance.objects.order_by("pk").values_list("pk", "receivable_cents", "unapplied_cents")
    items = OpenItem.objects.exclude(cents=0).order_by("pk").values_list("charge", "payer", "cents")
    return list(balances), list(items)


@settings(
    max_examples=200 if LARGE else 15, deadline=None, database=None, derandomize=not LARGE,
    suppress_health_check=list(HealthCheck),
)  # fmt: skip
@given(accounts=st.lists(ACCOUNT, min_size=1, max_size=3), sweeps=SWEEPS, order=st.randoms(use_true_random=False))
def test_runs_and_their_undoing_return_every_balance(office, by, accounts, sweeps, order: random.Random):
    with transaction.atomic():
        rules = {kind: make_rule(kind) for kind in ("small_balance", "late_fee", "interest")}
        for charges, agreed, paid in accounts:
            fill(office, by, charges, agreed, paid)
        done = []
        start = books()
        for sweep in sweeps:
            chosen = {pk: choice.cents for pk, choice in choices(rules[sweep], office).items() if choice.cents}
            if chosen:
                before = books()
                run = post(rules[sweep], office, by)
                assert dict(run.lines.exclude(entry=None).values_list("account", "cents")) == chosen
                assert books() != before
                done.append(run)
        assert sound() == []
        order.shuffle(done)
        while done:  # a write-off of a fee stands on the run that charged it: that one is undone after it
            done = [run for run in done if not undo(run, by).undone_at]
        assert books() == start
        assert sound() == []
        transaction.set_rollback(True)


def fill(office, by, charges, agreed: bool, paid: int):
    account = make_account(office, by)
    if agreed:
        Account.objects.filter(pk=account.pk).update(fees_agreed_on=dates.today() - timedelta(days=300))
    for cents, days, billed in charges:
        charge = make_charge(account, by, cents, days_ago=days)
        if billed:
            make_due(charge, days)
    if paid:
        make_payment(account, by, paid, shares={charge: min(paid, cents)})
