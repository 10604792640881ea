"""Where a payment is proposed to go."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from accounts.aging import Part
from accounts.allocation import in_order, propose

TODAY = date(2026, 11, 24)


def part(charge, cents, days_ago=0, *, dated=True, item=None):
    day = TODAY - timedelta(days=days_ago)
    return Part(open_item=item or charge, account=1, charge=charge, payer=None, day=day, dated=dated, cents=cents)


def order(*parts):
    return [p.charge for p in in_order(list(parts), TODAY)]


def test_what_has_fallen_due_comes_before_older_debts_that_have_no_due_date():
    assert order(part(1, 100, 90, dated=False), part(2, 100, 5)) == [2, 1]


def test_what_is_due_today_has_fallen_due():
    assert order(part(1, 100, 1, dated=False), part(2, 100, 0)) == [2, 1]


def test_what_is_due_later_waits_behind_what_is_old():
    assert order(part(1, 100, -1), part(2, 100, 3, dated=False)) == [2, 1]


def test_the_oldest_due_comes_first():
    assert order(part(1, 100, 3), part(2, 100, 30)) == [2, 1]


def test_credits_are_no_debts():
    assert order(part(1, -100), part(2, 100)) == [2]


def test_parts_of_one_charge_are_paid_on_one_line():
    assert propose(250, [part(7, 100, item=1), part(8, 100), part(7, 100, item=1)]) == {7: 150, 8: 100}


PARTS = st.lists(
    st.tuples(st.integers(1, 5), st.integers(1, 10**9)).map(lambda given: part(*given)), max_size=8
)  # several parts may be of one charge


@given(st.integers(1, 10**12), PARTS)
def test_a_proposal_spends_all_it_can_and_nothing_more(cents, parts):
    shares = propose(cents, parts)
    owed = {p.charge: sum(q.cents for q in parts if q.charge == p.charge) for p in parts}
    assert sum(shares.values()) == min(cents, sum(owed.values()))
    assert all(0 < paid <= owed[charge] for charge, paid in shares.items())


@given(st.integers(1, 10**12), PARTS)
def test_no_part_is_paid_before_the_ones_ahead_of_it(cents, parts):
    single = [part(at, p.cents) for at, p in enumerate(parts)]
    shares = propose(cents, single)
    unpaid = [at for at, p in enumerate(single) if shares.get(at, 0) < p.cents]
    assert not unpaid or all(at not in shares for at in range(unpaid[0] + 1, len(single)))
