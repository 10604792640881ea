"""Two at once over real connections, ten rounds each; and with the guard away the race is seen."""

import uuid
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.db import transaction

from accounts import ledger
from accounts.models import Account, JournalEntry, Refund, Run
from accounts.runs import running
from billing_office.lib import dates
from tests.accounts.ledger.conftest import make_books, sound
from tests.accounts.ledger.test_concurrency import at_once

from .conftest import make_rule, start

pytestmark = pytest.mark.django_db(transaction=True)
ROUNDS = 10


@pytest.fixture
def books():
    return make_books()


def old(books, cents=500):
    return books.charge(cents, on=dates.today() - timedelta(days=200))


def both_refund(books, turn):
    payment = books.pay(1_000, on=dates.today())
    at_once(2, lambda n: ledger.refund(
        payment, books.account, 700, way="cheque", on=dates.today(), key=f"r{turn}:{n}", by=books.by
    ))  # fmt: skip
    return sum(refund.cents for refund in Refund.objects.filter(payment=payment))


def test_two_refunds_of_one_credit_pay_back_no_more_than_came_in(books):
    assert [both_refund(books, turn) for turn in range(ROUNDS)] == [700] * ROUNDS
    assert sound() == []


def test_without_the_lock_only_the_trigger_stands_between(books, monkeypatch):
    """The second refund passes the check of the code then; the database refuses it when both are told."""

    @contextmanager
    def unlocked(account_ids):
        with transaction.atomic():
            yield Account.objects.in_bulk(list(account_ids))

    monkeypatch.setattr(ledger, "locked", unlocked)
    seen = False
    for turn in range(ROUNDS * 3):
        seen = seen or both_refund(books, turn) != 700 or bool(sound())
    assert seen


def test_a_payout_is_made_once(books):
    for turn in range(ROUNDS):
        payment = books.pay(1_000, on=dates.today())
        row = ledger.refund(
            payment, books.account, 1_000, way="cheque", on=dates.today(), key=f"out{turn}", by=books.by
        )
        at_once(
            4, lambda n, row=row: ledger.pay_out(row, way="cheque", reference=str(n), on=dates.today(), by=books.by)
        )
        assert row.payouts.count() == 1
    assert sound() == []


def test_a_run_and_a_payment_at_once_never_take_more_than_is_open(books):
    rule = make_rule("small_balance")
    for turn in range(ROUNDS):
        charge = old(books)
        run = start(rule, books.office, books.by)
        acts = [
            lambda run=run: running.post(run.pk, alive=lambda: None),
            lambda c=charge, t=turn: books.pay(500, (c, 500), key=f"race{t}", on=dates.today()),
        ]
        at_once(2, lambda n, acts=acts: acts[n]())
        assert ledger.balance(books.account) == (0, 0)
        line = run.lines.get(account=books.account)
        assert bool(line.entry_id) != bool(line.left_out)
    assert sound() == []


def test_one_run_posted_by_two_workers_at_once_posts_once(books):
    rule = make_rule("small_balance")
    for turn in range(ROUNDS):
        old(books)
        run = start(rule, books.office, books.by)
        at_once(2, lambda n, run=run: running.post(run.pk, alive=lambda: None))
        assert JournalEntry.objects.filter(kind="small_balance_writeoff").count() == turn + 1
    assert sound() == []


def test_two_people_who_start_a_run_at_once_start_one(books):
    rule = make_rule("small_balance")
    old(books)
    choices = running.preview(rule, books.office, dates.today())
    for _ in range(ROUNDS):
        with transaction.atomic():
            drawn = [
                running.draw_up(rule, books.office, choices, on=dates.today(), by=books.by, key=uuid.uuid4())
                for _ in "ab"
            ]

        def begin(n, drawn=drawn):
            with transaction.atomic():
                return running.start(drawn[n], by=books.by)

        done = at_once(2, begin)
        assert sum(isinstance(result, ledger.Refused) for result in done) == 1
        Run.objects.posting().update(posted_at=dates.now())
