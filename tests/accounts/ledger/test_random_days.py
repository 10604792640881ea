"""Random days of work against a small model that knows nothing of the ledger's code."""

import os
from collections import defaultdict
from datetime import timedelta

from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, multiple, rule

from accounts import aging, ledger
from accounts.models import Account, Kind, OpenItem

from .conftest import DAY, make_books, sound

LARGE = bool(os.environ.get("OFFICE_LARGE"))  # 500 sequences of 40 steps, for the night
CENTS = st.integers(1, 50_000)


class Office(RuleBasedStateMachine):
    """Charges, payments, allocations, adjustments, transfers and reversals, in any order; balances compared after each."""

    charges = Bundle("charges")
    payments = Bundle("payments")
    keys = Bundle("keys")

    @initialize()
    def open(self):
        self.example = transaction.atomic()  # each sequence is rolled back: the next begins with an empty office
        self.example.__enter__()
        self.books = make_books()
        self.open_items = defaultdict(int)  # (charge, at the payer?) → cents
        self.unapplied = defaultdict(int)  # payment → cents
        self.done = {}  # key → (changes of open items, changes of unapplied)
        self.clock = 0

    def _note(self, key, items, unapplied=()):
        for item, cents in items:
            self.open_items[item] += cents
        for payment, cents in unapplied:
            self.unapplied[payment] += cents
        self.done[key] = (list(items), list(unapplied))

    def _tick(self):
        self.clock += 1
        return DAY + timedelta(days=self.clock)

    @rule(target=charges, cents=CENTS, insured=st.booleans())
    def charge(self, cents, insured):
        payer = self.books.payer if insured else None
        row = self.books.charge(cents, payer=payer, on=self._tick())
        key = ledger.JournalEntry.objects.latest("id").source_key.rpartition(":")[0]
        self._note(key, [((row, insured), cents)])
        return row

    @rule(target=payments, row=charges, part=CENTS, more=st.integers(0, 9_000))
    def pay(self, row, part, more):
        share = min(part, max(0, self.open_items[row, False]))
        if share + more == 0:
            return multiple()
        key = f"pay{self.clock}"
        payment = self.books.pay(share + more, (row, share), key=key, on=self._tick())
        self._note(key, [((row, False), -share)], [(payment, more)])
        return payment

    @rule(payment=payments, row=charges, cents=CENTS)
    def allocate(self, payment, row, cents):
        part = min(cents, self.unapplied[payment], max(0, self.open_items[row, False]))
        if part:
            key = f"allocate{self.clock}"
            share = [ledger.Share(row.pk, part)]
            ledger.allocate(payment, self.books.account, share, on=self._tick(), key=key, by=self.books.by)
            self._note(key, [((row, False), -part)], [(payment, -part)])

    @rule(row=charges, cents=CENTS, insured=st.booleans())
    def write_off(self, row, cents, insured):
        part = min(cents, max(0, self.open_items[row, insured]))
        if part:
            key, payer = f"off{self.clock}", self.books.payer if insured else None
            ledger.adjust(Kind.DISCOUNT, row, part, on=self._tick(), key=key, by=self.books.by, payer=payer)
            self._note(key, [((row, insured), -part)])

    @rule(row=charges, cents=CENTS, back=st.booleans())
    def move(self, row, cents, back):
        part = min(cents, max(0, self.open_items[row, not back]))
        if part:
            key, parties = f"move{self.clock}", [self.books.payer, None]
            source, target = reversed(parties) if back else parties
            ledger.transfer_responsibility(
                row, part, source=source, target=target, on=self._tick(), key=key, by=self.books.by
            )
            self._note(key, [((row, not back), -part), ((row, back), part)])

    @rule(data=st.data())
    def reverse(self, data):
        if not self.done:
            return
        key = data.draw(st.sampled_from(sorted(self.done)))
        items, unapplied = self.done[key]
        fits = all(self.open_items[item] >= cents for item, cents in items if cents > 0) and all(
            self.unapplied[payment] >= cents for payment, cents in unapplied if cents > 0
        )
        try:
            ledger.reverse(ledger.posted_as(key), on=self._tick(), by=self.books.by, memo="undone")
        except ledger.StillNeeded:
            assert not fits
            return
        assert fits
        del self.done[key]
        for item, cents in items:
            self.open_items[item] -= cents
        for payment, cents in unapplied:
            self.unapplied[payment] -= cents

    @invariant()
    def balances_are_those_of_the_model(self):
        owed, held = sum(self.open_items.values()), sum(self.unapplied.values())
        assert ledger.balance(self.books.account) == (owed, held)
        stored = {(i.charge_id, i.payer_id is not None): i.cents for i in OpenItem.objects.all()}
        assert stored == {
            (row.pk, insured): c for (row, insured), c in self.open_items.items() if (row.pk, insured) in stored
        }
        board = aging.board(Account.objects.filter(pk=self.books.account.pk), DAY + timedelta(days=self.clock))
        assert board.get(("all", "all"), aging.Cell()).cents == owed

    def teardown(self):
        if hasattr(self, "books"):
            assert sound() == []
            transaction.set_rollback(True)
            self.example.__exit__(None, None, None)


class TestRandomDays(Office.TestCase, TestCase):
    settings = settings(
        max_examples=500 if LARGE else 50,
        stateful_step_count=40 if LARGE else 30,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        database=None,
    )
