"""Two at once, over real connections. Each guard has its twin: with the lock taken away the race is seen."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Barrier

import pytest
from django.db import DatabaseError, connections, transaction

from accounts import ledger
from accounts.models import Account, OpenItem, Payment
from accounts.models.number import take

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
