"""Aging: the columns at their boundaries, dues before since, and sums equal to a recount that knows no SQL."""

from datetime import date, timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts import aging, ledger
from accounts.dues import remaining
from accounts.models import Account, OpenItem

from .conftest import DAY, make_books

ON = date(2026, 11, 24)


@pytest.mark.parametrize(
    "days, column",
    [(-1, "not_due"), (0, "a1"), (30, "a1"), (31, "a2"), (60, "a2"), (61, "a3"), (90, "a3"), (91, "a4"), (4000, "a4")],
)
def test_columns_begin_and_end_where_they_say(days, column):
    assert aging.column(ON - timedelta(days=days), ON) == column


def cells(books, on=ON):
    board = aging.board(Account.objects.filter(pk=books.account.pk), on)
    return {key: cell.cents for key, cell in board.items() if key[0] != "all" and key[1] != "all"}


def test_what_is_on_no_due_ages_from_when_it_was_owed(books):
    books.charge(5_000, on=ON - timedelta(days=40))
    assert cells(books) == {("client", "a2"): 5_000}


def test_what_falls_due_later_is_not_yet_due(books):
    item = OpenItem.objects.get(charge=books.charge(5_000, on=ON - timedelta(days=40)))
    ledger.fall_due(item, {ON + timedelta(days=1): 5_000}, from_day=ON, because="x")
    assert cells(books) == {("client", "not_due"): 5_000}


def test_payments_settle_the_earliest_due_first(books):
    charge = books.charge(9_000, on=DAY)
    item = OpenItem.objects.get(charge=charge)
    ledger.fall_due(item, {ON - timedelta(days=70): 4_000, ON - timedelta(days=5): 5_000}, from_day=DAY, because="x")
    books.pay(4_500, (charge, 4_500))
    assert cells(books) == {("client", "a1"): 4_500}


def test_growth_beyond_the_dues_ages_from_since(books):
    """Invoice 224.00; the payer takes back 96.00, which becomes the client's: 224.00 as dated, 96.00 from since."""
    charge = books.charge(32_000, payer=books.payer, on=ON - timedelta(days=100))
    move = {"source": books.payer, "target": None, "by": books.by}
    ledger.transfer_responsibility(charge, 22_400, on=ON - timedelta(days=50), key="t1", **move)
    item = OpenItem.objects.get(charge=charge, payer=None)
    ledger.fall_due(item, {ON - timedelta(days=10): 22_400}, from_day=ON - timedelta(days=40), because="x")
    ledger.transfer_responsibility(charge, 9_600, on=ON - timedelta(days=2), key="t2", **move)
    assert cells(books) == {("client", "a1"): 22_400, ("client", "a2"): 9_600}


def test_a_version_counts_from_its_day(books):
    item = OpenItem.objects.get(charge=books.charge(5_000, on=ON - timedelta(days=40)))
    ledger.fall_due(item, {ON + timedelta(days=30): 5_000}, from_day=ON, because="x")
    assert cells(books, ON - timedelta(days=1)) == {("client", "a2"): 5_000}


def test_who_owes_is_told_apart(books):
    books.charge(5_000, on=ON)
    books.charge(7_000, on=ON, payer=books.payer)
    assert cells(books) == {("client", "a1"): 5_000, ("insurer", "a1"): 7_000}


def test_unapplied_money_is_laid_on_the_oldest_first_in_one_accounts_view(books):
    """The worked table of the domain: 100, 80, 50, 40 by age; 120.00 unapplied leaves 100 and 50."""
    for days, cents in ((10, 10_000), (40, 8_000), (70, 5_000), (100, 4_000)):
        books.charge(cents, on=ON - timedelta(days=days))
    parts = aging.parts(Account.objects.filter(pk=books.account.pk), ON)
    left = aging.net(parts, 12_000)
    assert [part.cents for part in left.parts] == [5_000, 10_000]
    assert (aging.net(parts, 30_000).parts, aging.net(parts, 30_000).credit) == ([], 3_000)


def test_only_dated_debt_of_the_client_is_past_due(books):
    books.charge(5_000, on=ON - timedelta(days=40))
    accounts = Account.objects.filter(pk=books.account.pk)
    assert aging.past_due(accounts, ON) == []
    item = OpenItem.objects.get()
    ledger.fall_due(item, {ON: 5_000}, from_day=DAY, because="x")
    assert aging.past_due(accounts, ON - timedelta(days=1)) == []
    assert [(row.cents, row.oldest) for row in aging.past_due(accounts, ON)] == [(5_000, ON)]


def test_the_sums_of_what_is_past_due_are_those_of_its_rows(books):
    item = OpenItem.objects.get(charge=books.charge(7_000, on=DAY))
    ledger.fall_due(item, {ON: 4_000}, from_day=DAY, because="x")
    accounts = Account.objects.filter(pk=books.account.pk)
    assert aging.late(accounts, ON) == aging.Late(1, 4_000, aging.past_due(accounts, ON))
    assert aging.late(accounts, ON - timedelta(days=1)) == aging.Late(0, 0, [])
    for day in (ON, ON - timedelta(days=1)):
        assert aging.board_and_late(accounts, day) == (aging.board(accounts, day), aging.late(accounts, day))


DAYS = st.integers(-60, 200).map(lambda days: ON - timedelta(days=days))
ITEMS = st.tuples(
    st.integers(1, 9_000),
    st.booleans(),
    DAYS,
    st.integers(0, 9_000),
    st.dictionaries(DAYS, st.integers(1, 5_000), max_size=3),
)


@given(st.lists(ITEMS, min_size=1, max_size=5))
@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck), database=None)
def test_the_board_equals_a_recount(db, items):
    with transaction.atomic():
        books = make_books()
        expected = {}
        for cents, insured, since, paid, dues in items:
            charge = books.charge(cents, payer=books.payer if insured else None, on=since)
            item = OpenItem.objects.get(charge=charge)
            if dues:
                ledger.fall_due(item, dues, from_day=date(2026, 1, 1), because="x")
            left = cents
            if not insured and paid:
                left -= min(paid, cents)
                books.pay(min(paid, cents), (charge, min(paid, cents)), on=since)
            laid = remaining(left, dues)
            for day, part in [*laid.items(), (since, left - sum(laid.values()))]:
                key = ("insurer" if insured else "client", aging.column(day, ON))
                expected[key] = expected.get(key, 0) + part
        board = aging.board(Account.objects.all(), ON)
        assert cells(books) == {key: cents for key, cents in expected.items() if cents}
        assert board.get(("all", "all"), aging.Cell()).cents == ledger.balance(books.account)[0]
        rows = aging.cell_accounts(Account.objects.all(), ON, "all", "all")
        assert sum(row.cents for row in rows) == ledger.balance(books.account)[0]
        transaction.set_rollback(True)
