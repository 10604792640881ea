"""Two at once, over real connections. Each guard has its twin: with the lock taken away the race is seen."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from threading import Barrier

import pytest
from django.db import DatabaseError, connections, transaction

from accounts import ledger
from accounts.models import Account, ContactPoint, Message, OpenItem, Payment
from accounts.models.number import take
from billing_office.lib import dates
from dunning import notices
from invoices import issuing
from invoices.models import Invoice

from .conftest import DAY, make_books, sound

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(count, act):
    """`act(n)` in `count` threads that start together, each on a connection of its own; results or exceptions."""
    start = Barrier(count)

    def one(n):
        try:
            start.wait()
            return act(n)
        except (ledger.Refused, DatabaseError) as error:
            return error
        finally:
            connections.close_all()

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(one, range(count)))


def test_two_clerks_cannot_pay_one_charge_twice():
    books = make_books()
    for _ in range(5):
        charge = books.charge(10_000)
        done = at_once(4, lambda n, charge=charge: books.pay(10_000, (charge, 10_000)))
        assert sum(isinstance(result, Payment) for result in done) == 1
        assert OpenItem.objects.get(charge=charge).cents == 0
    assert sound() == []


def test_without_the_lock_they_can(monkeypatch):
    @contextmanager
    def unlocked(account_ids):
        with transaction.atomic():
            yield Account.objects.in_bulk(list(account_ids))

    books = make_books()
    monkeypatch.setattr(ledger, "locked", unlocked)
    seen = False
    for _ in range(20):
        charge = books.charge(10_000)
        done = at_once(4, lambda n, charge=charge: books.pay(10_000, (charge, 10_000)))
        seen = seen or sum(isinstance(result, Payment) for result in done) > 1
        if seen:
            break
    assert seen


def test_ten_presses_of_one_button_make_one_payment():
    books = make_books()
    charge = books.charge(10_000)
    done = at_once(10, lambda n: books.pay(4_000, (charge, 4_000), key="button"))
    assert len({result.pk for result in done}) == 1
    assert OpenItem.objects.get(charge=charge).cents == 6_000


def test_unapplied_money_is_spent_once():
    books = make_books()
    for _ in range(5):
        payment, charges = books.pay(10_000), [books.charge(6_000), books.charge(6_000)]
        at_once(
            2,
            lambda n, payment=payment, charges=charges: ledger.allocate(
                payment,
                books.account,
                [ledger.Share(charges[n].pk, 6_000)],
                on=DAY,
                key=f"a{payment.pk}:{n}",
                by=books.by,
            ),
        )
        assert ledger.unapplied(payment) == 4_000
    assert sound() == []


def test_numbers_have_no_gap_with_rollbacks_among_eight_writers():
    class Rolled(DatabaseError):
        pass

    def one(n):
        for turn in range(25):
            try:
                with transaction.atomic():
                    take("trial")
                    if (n + turn) % 5 == 0:
                        raise Rolled
            except Rolled:
                continue
        return True

    assert at_once(8, one) == [True] * 8
    assert take("trial")[0] == 8 * 20 + 1


def test_money_is_either_allocated_or_its_payment_undone():
    books = make_books()
    for turn in range(6):
        payment, charge = books.pay(5_000, key=f"pay{turn}"), books.charge(5_000)
        acts = [
            lambda p=payment, c=charge: ledger.allocate(
                p, books.account, [ledger.Share(c.pk, 5_000)], on=DAY, key=f"a{p.pk}", by=books.by
            ),
            lambda t=turn: ledger.reverse(ledger.posted_as(f"pay{t}"), on=DAY, by=books.by, memo="bounced"),
        ]
        done = at_once(2, lambda n, acts=acts: acts[n]())
        assert sum(isinstance(result, ledger.Refused) for result in done) == 1
    assert sound() == []


def test_one_invoice_comes_of_four_presses_of_different_pages():
    books = make_books()
    for turn in range(4):
        books.charge(5_000)
        done = at_once(4, lambda n, turn=turn: issue(books, f"{turn}:{n}"))
        assert sum(isinstance(result, Invoice) for result in done) == 1
    assert sound() == []


def issue(books, key):
    try:
        return issuing.issue(books.account, on=DAY, by=books.by, key=key)
    except issuing.NothingToInvoice as nothing:
        return nothing


def test_two_runs_of_the_day_remind_once():
    books = make_books()
    ContactPoint.objects.create(
        client=books.account.guarantor, kind="postal", street="1 Elm", city="Austin", region="TX"
    )
    books.charge(5_000)
    issuing.issue(books.account, on=DAY, by=books.by, key="i")
    on = DAY + timedelta(days=40)
    at_once(4, lambda n: notices.remind(on, dates.office_time(on), as_of=dates.office_time(on)))
    assert Message.objects.filter(action="reminder").count() == 1
    assert sound() == []
