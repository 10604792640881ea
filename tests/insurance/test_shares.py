"""Who pays what of a service: the worked cases to the cent, and what must hold for any plan."""

import doctest
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from insurance import shares
from insurance.shares import Left, Line, Rule, Terms, coordinate, in_turn, share

TWENTY, TEN = Decimal("0.2"), Decimal("0.1")


def parts(s):
    return s.writeoff, s.copay, s.deductible, s.coinsurance, s.over, s.insurer, s.client


@pytest.mark.parametrize(
    ("billed", "terms", "left", "expected"),
    [
        (50_000, Terms(32_000, coinsurance=TWENTY), Left(20_000), (18_000, 0, 20_000, 2_400, 0, 9_600, 22_400)),
        (50_000, Terms(32_000, coinsurance=TWENTY), Left(20_000, out_of_pocket=10_000), (18_000, 0, 10_000, 0, 0, 22_000, 10_000)),
        (
            400_000, Terms(280_000, coinsurance=TWENTY), Left(150_000, out_of_pocket=160_000, annual_maximum=100_000),
            (120_000, 0, 150_000, 10_000, 20_000, 100_000, 180_000),
        ),
    ],
    ids=["deductible and coinsurance", "out-of-pocket limit", "annual maximum"],
)  # fmt: skip
def test_the_worked_cases(billed, terms, left, expected):
    assert parts(share(billed, terms, left)) == expected


@pytest.mark.parametrize(
    ("rule", "second", "client"), [(Rule.BASIC, 22_400, 0), (Rule.STANDARD, 22_400, 0), (Rule.CARVE_OUT, 19_200, 3_200)]
)
def test_the_worked_coordination(rule, second, client):
    first = Terms(32_000, coinsurance=TWENTY), Left(20_000)
    later = Terms(32_000, coinsurance=TEN, rule=rule), Left()
    one, two = coordinate(50_000, [first, later])
    assert (one.insurer, one.writeoff, two.insurer, two.writeoff) == (9_600, 18_000, second, 0)
    assert 50_000 - one.insurer - one.writeoff - two.insurer == client


def test_medicaid_is_basic_when_second_and_standard_when_third():
    """Fee 500.00, its own price 100.00: second it tops up to 100.00 at most, third it may pay what is left of the fee."""
    first = Terms(20_000, coinsurance=TWENTY), Left()
    medicaid = Terms(10_000, rule=Rule.SECONDARY_MEDICAID), Left()
    assert coordinate(50_000, [first, medicaid])[1].insurer == 0
    assert coordinate(50_000, [first, (Terms(0), Left()), medicaid])[2].insurer == 4_000


@pytest.mark.parametrize(("whole", "client", "off"), [(False, 32_000, 18_000), (True, 50_000, 0)])
def test_what_is_not_covered_is_the_clients(whole, client, off):
    found = share(50_000, Terms(32_000, covered=False, charge_uncovered_whole=whole), Left(20_000))
    assert (found.client, found.writeoff, found.insurer) == (client, off, 0)


@pytest.mark.parametrize(("after", "expected"), [(False, (2_500, 20_000)), (True, (0, 20_000))])
def test_a_copay_stands_before_the_deductible_or_after_it(after, expected):
    terms = Terms(22_500 if not after else 20_000, copay=2_500, copay_after_deductible=after)
    found = share(50_000, terms, Left(20_000))
    assert (found.copay, found.deductible) == expected


def test_the_smaller_of_the_two_deductibles_bounds_the_line():
    found = share(50_000, Terms(), Left(deductible=20_000, family_deductible=5_000))
    assert found.deductible == 5_000


def test_half_a_cent_rounds_up():
    assert share(125, Terms(coinsurance=Decimal("0.5")), Left()).coinsurance == 63


def test_a_figure_put_in_stands_beside_the_calculated_one_and_the_sum_still_holds():
    found = share(50_000, Terms(32_000, coinsurance=TWENTY), Left(20_000), {"deductible": 1_000})
    step = next(step for step in found.steps if step.name == "deductible")
    assert (step.calculated, step.override) == (20_000, 1_000)
    assert parts(found) == (18_000, 0, 1_000, 6_200, 0, 24_800, 7_200)


def test_an_authorized_payment_is_made_up_for_by_the_client():
    found = share(50_000, Terms(32_000, coinsurance=TWENTY), Left(20_000), {"insurer": 30_000})
    assert (found.insurer, found.client, found.deductible) == (30_000, 2_000, 2_000)


@pytest.mark.parametrize("overrides", [{"mood": 1}, {"copay": -1}])
def test_a_figure_that_is_none_is_refused(overrides):
    with pytest.raises(ValueError, match="No such figure|below zero"):
        share(50_000, Terms(), Left(), overrides)


def test_every_step_says_why():
    notes = [step.note for step in share(50_000, Terms(32_000, copay=2_500, coinsurance=TWENTY), Left(20_000)).steps]
    assert notes[0] == "We bill $500.00; the price agreed with the plan is $320.00, $180.00 less."
    assert "Your copay is $25.00." in notes
    assert "$200.00 goes to your deductible, of which $200.00 is left." in notes
    assert "You pay 20 % of the remaining $95.00." in notes


def test_the_examples_in_the_docstrings():
    assert doctest.testmod(shares).failed == 0


CENTS = st.integers(0, 10**7)
SOME = st.none() | CENTS
RATES = st.decimals(0, 1, places=4)
TERMS = st.builds(
    Terms,
    SOME,
    st.booleans(),
    st.booleans(),
    st.integers(0, 10**5),
    st.booleans(),
    st.booleans(),
    RATES,
    st.sampled_from(Rule),
)
LEFT = st.builds(Left, SOME, SOME, SOME, SOME, SOME)
GIVEN = st.dictionaries(st.sampled_from(shares.OVERRIDES), CENTS, max_size=2)


@given(CENTS, TERMS, LEFT, GIVEN)
def test_the_parts_of_any_line_sum_to_what_was_billed(billed, terms, left, overrides):
    s = share(billed, terms, left, overrides)
    assert s.billed == s.writeoff + s.insurer + s.client
    assert s.client == s.copay + s.deductible + s.coinsurance + s.over
    assert min(parts(s)) >= 0


@given(CENTS, TERMS, LEFT)
def test_no_line_takes_more_than_is_left(billed, terms, left):
    s = share(billed, terms, left)
    if left.out_of_pocket_now is not None and terms.covered:
        assert s.copay + s.deductible + s.coinsurance <= left.out_of_pocket_now
    if left.annual_maximum is not None:
        assert s.insurer <= left.annual_maximum
    assert s.deductible <= left.deductible_now


@given(CENTS, st.lists(st.tuples(TERMS, LEFT), min_size=1, max_size=4))
def test_any_payers_together_never_pay_more_than_was_billed(billed, plans):
    found = coordinate(billed, plans)
    assert all(one.insurer >= 0 and one.writeoff >= 0 for one in found)
    assert sum(one.insurer + one.writeoff for one in found) <= billed
    assert found[0].insurer == share(billed, *plans[0]).insurer, "a later payer changes nothing for the first"


@given(st.lists(st.tuples(st.integers(0, 300), CENTS, TERMS), max_size=6), LEFT, st.randoms())
def test_the_order_of_entry_does_not_matter(given_lines, left, chance):
    lines = [
        Line(date(2026, 1, 1) + timedelta(days), at, billed, terms)
        for at, (days, billed, terms) in enumerate(given_lines)
    ]
    shuffled = chance.sample(lines, len(lines))
    assert in_turn(shuffled, left) == in_turn(lines, left)
