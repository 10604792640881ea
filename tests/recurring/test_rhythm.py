"""On which days a recurring charge falls."""

from datetime import date, timedelta
from itertools import islice

from hypothesis import given
from hypothesis import strategies as st

from invoices.recurring.rhythm import Rhythm, days, nth

DAYS = st.dates(date(2020, 1, 1), date(2035, 12, 31))
RHYTHMS = st.sampled_from(Rhythm.values)


def test_the_end_of_a_month_stays_the_end_of_a_month():
    assert [nth(date(2027, 1, 31), "month", n).day for n in range(6)] == [31, 28, 31, 30, 31, 30]


def test_a_leap_day_comes_back_in_leap_years():
    assert [nth(date(2024, 2, 29), "year", n).day for n in range(5)] == [29, 28, 28, 28, 29]


@given(first=DAYS, rhythm=RHYTHMS, n=st.integers(0, 60))
def test_each_day_is_later_than_the_one_before_and_never_a_whole_month_off(first, rhythm, n):
    day, after = nth(first, rhythm, n), nth(first, rhythm, n + 1)
    assert first <= day < after
    assert after - day <= timedelta(days=366)


@given(first=DAYS, rhythm=RHYTHMS, skip=st.integers(0, 400), length=st.integers(0, 800))
def test_no_day_is_lost_or_told_twice_wherever_one_looks_from(first, rhythm, skip, length):
    """Looking from any day gives the rest of what looking from the first gives: a run that was missed loses nothing."""
    until = first + timedelta(days=length)
    since = first + timedelta(days=skip)
    every = list(days(first, rhythm, first, until))
    assert list(days(first, rhythm, since, until)) == [day for day in every if day >= since]
    assert all(day <= until for day in every)


def test_without_an_end_it_goes_on():
    assert len(list(islice(days(date(2026, 1, 1), "week", date(2026, 6, 1), None), 100))) == 100
