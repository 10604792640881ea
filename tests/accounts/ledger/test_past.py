"""Any past date, and as it was known: equal to a recount from postings; closed periods stay as they were."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts import aging, ledger, past, periods
from accounts.dues import remaining
from accounts.models import Account, Due, JournalEntry, OpenItem, Period, Posting, Snapshot
from accounts.past import AsOf

from .conftest import make_books, sound

TODAY = date(2026, 11, 24)


def board(books, seen):
    found = aging.board(Account.objects.filter(pk=books.account.pk), seen.on, seen)
    return {key: cell.cents for key, cell in found.items() if "all" not in key}


def test_a_payment_of_later_is_not_yet_there(books):
    charge = books.charge(9_000, on=date(2026, 9, 1))
    books.pay(4_000, (charge, 4_000), on=date(2026, 10, 15))
    assert past.balance(books.account, AsOf(date(2026, 10, 14))) == (9_000, 0)
    assert past.balance(books.account, AsOf(date(2026, 10, 15))) == (5_000, 0)
    assert board(books, AsOf(date(2026, 10, 14))) == {("client", "a2"): 9_000}


def test_a_back_dated_entry_changes_the_past_but_not_what_was_known_of_it(books):
    charge = books.charge(9_000, on=date(2026, 9, 1))
    known = timezone.now()
    books.pay(4_000, (charge, 4_000), on=date(2026, 9, 2))
    day = date(2026, 9, 10)
    assert board(books, AsOf(day)) == {("client", "a1"): 5_000}
    assert board(books, AsOf(day, known)) == {("client", "a1"): 9_000}
    assert past.balance(books.account, AsOf(day, known)) == (9_000, 0)


def test_dues_count_from_the_day_they_were_in_force(books):
    item = OpenItem.objects.get(charge=books.charge(9_000, on=date(2026, 9, 1)))
    ledger.fall_due(item, {date(2026, 12, 1): 9_000}, from_day=date(2026, 11, 1), because="x")
    assert board(books, AsOf(date(2026, 10, 31))) == {("client", "a2"): 9_000}
    assert board(books, AsOf(date(2026, 11, 1))) == {("client", "not_due"): 9_000}


def test_today_as_of_today_is_todays_board(books):
    charge = books.charge(9_000, on=date(2026, 9, 1))
    books.charge(3_000, payer=books.payer, on=date(2026, 11, 1))
    books.pay(4_000, (charge, 4_000), on=date(2026, 10, 15))
    accounts = Account.objects.filter(pk=books.account.pk)
    assert aging.board(accounts, TODAY, AsOf(TODAY)) == aging.board(accounts, TODAY)


def test_closing_keeps_what_was_open_and_refuses_entries_into_it(books):
    charge = books.charge(9_000, on=date(2026, 9, 1))
    period = periods.close(date(2026, 9, 30), today=TODAY, by=books.by)
    assert [(s.cents, s.since) for s in Snapshot.objects.all()] == [(9_000, date(2026, 9, 1))]
    with pytest.raises(ledger.Refused, match="closed through September"):
        books.pay(1_000, (charge, 1_000), on=date(2026, 9, 30))
    books.pay(1_000, (charge, 1_000), on=date(2026, 10, 1))
    assert periods.close(date(2026, 9, 30), today=TODAY, by=books.by) == period
    assert sound() == []


def test_the_database_itself_refuses_an_entry_into_a_closed_period(books):
    books.charge(9_000, on=date(2026, 9, 1))
    periods.close(date(2026, 9, 30), today=TODAY, by=books.by)
    with (
        pytest.raises(DatabaseError, match="closed through 2026-09-30"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(
            "INSERT INTO accounts_journalentry (account_id, kind, effective_date, posted_by_id, memo, source_key)"
            " VALUES (%s, 'charge', '2026-09-30', %s, '', 'late:1')",
            [books.account.pk, books.by.pk],
        )


@pytest.mark.parametrize(
    "day, words", [(date(2026, 9, 29), "last day of a month"), (date(2026, 11, 30), "not over yet")]
)
def test_only_a_whole_month_that_is_over_closes(books, day, words):
    with pytest.raises(ledger.Refused, match=words):
        periods.close(day, today=TODAY, by=books.by)
    assert not Period.objects.exists()


def test_the_next_month_to_close_is_the_oldest_open_one(books):
    assert periods.next_to_close(TODAY) is None
    books.charge(9_000, on=date(2026, 9, 1))
    assert periods.next_to_close(TODAY) == date(2026, 9, 30)
    periods.close(date(2026, 9, 30), today=TODAY, by=books.by)
    assert periods.next_to_close(TODAY) == date(2026, 10, 31)


def test_an_undone_entry_of_a_closed_period_is_corrected_in_the_open_one(books):
    books.charge(9_000, on=date(2026, 9, 1))
    periods.close(date(2026, 9, 30), today=TODAY, by=books.by)
    ledger.reverse(ledger.posted_as("c1"), on=date(2026, 10, 5), by=books.by, memo="wrong")
    assert past.balance(books.account, AsOf(date(2026, 9, 30))) == (9_000, 0)
    assert past.balance(books.account, AsOf(date(2026, 10, 5))) == (0, 0)


def recount(account, seen):
    """The board from postings and dues, in Python that shares nothing with the queries."""
    steps: dict = {}
    legs = (
        Posting.objects.filter(account=account, book="receivable")
        .select_related("entry")
        .order_by("entry__effective_date", "entry_id")
    )
    for leg in legs:
        entry = leg.entry
        if entry.effective_date <= seen.on and (seen.known_at is None or entry.posted_at <= seen.known_at):
            key = (leg.charge_id, leg.payer_id)
            steps.setdefault(key, {}).setdefault(entry.pk, [entry.effective_date, 0])[1] += leg.cents
    sums: dict = {}
    for (charge, payer), entries in steps.items():
        total, since = 0, min(day for day, _ in entries.values())
        for day, cents in entries.values():
            if total <= 0 < total + cents:
                since = day
            total += cents
        owner = "client" if payer is None else "insurer"
        if total < 0:
            sums[owner, "credit"] = sums.get((owner, "credit"), 0) + total
            continue
        item = OpenItem.objects.get(charge=charge, payer=payer)
        laid = remaining(total, dues(item, seen))
        for day, cents in [*laid.items(), (since, total - sum(laid.values()))]:
            if cents:
                key = (owner, aging.column(day, seen.on))
                sums[key] = sums.get(key, 0) + cents
    return sums


def dues(item, seen):
    rows = [d for d in Due.objects.filter(open_item=item) if d.in_force_from <= seen.on]
    rows = [d for d in rows if seen.known_at is None or d.posted_at <= seen.known_at]
    newest = max((d.version for d in rows), default=0)
    return {d.due_on: d.cents for d in rows if d.version == newest and d.cents}


DAYS = st.integers(0, 120).map(lambda n: date(2026, 8, 1) + timedelta(days=n))
ACTS = st.tuples(
    st.sampled_from(["charge", "insured", "pay", "move", "due", "undo", "close"]), DAYS, st.integers(1, 9_000)
)


@given(st.lists(ACTS, min_size=3, max_size=18), st.lists(DAYS, min_size=2, max_size=4))
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck), database=None)
def test_any_past_date_equals_a_recount(db, acts, days):
    with transaction.atomic():
        books = make_books()
        moments = [timezone.now()]
        for at, (act, day, cents) in enumerate(acts):
            try:
                do(books, act, day, cents, f"{act}{at}")
            except ledger.Refused:
                continue
            moments.append(timezone.now())
        for day in days:
            for known in (None, moments[len(moments) // 2], datetime(2100, 1, 1, tzinfo=UTC)):
                seen = AsOf(day, known)
                expected = recount(books.account, seen)
                assert board(books, seen) == expected
                assert past.balance(books.account, seen)[0] == sum(expected.values())
        transaction.set_rollback(True)


def do(books, act, day, cents, key):
    charge = books.account.charges.order_by("id").first()
    if act in ("charge", "insured"):
        books.charge(cents, on=day, payer=books.payer if act == "insured" else None)
    elif act == "close":
        periods.close(periods.month_end(day), today=date(2027, 6, 1), by=books.by)
    elif act == "undo":
        newest = JournalEntry.objects.filter(account=books.account, reversal=None, reverses=None).last()
        if newest:
            ledger.reverse(newest, on=day, by=books.by, memo="x")
    elif charge:
        item = OpenItem.objects.filter(charge=charge, payer=None).first()
        open_now = max(0, item.cents) if item else 0
        if act == "pay":
            part = min(cents, open_now)
            books.pay(cents, *([(charge, part)] if part else []), on=day, key=key)
        elif act == "move":
            move = {"on": day, "key": key, "by": books.by}
            ledger.transfer_responsibility(charge, min(cents, open_now), source=None, target=books.payer, **move)
        elif item:
            ledger.fall_due(item, {day + timedelta(days=20): cents, day: 100}, from_day=day, because=key)
