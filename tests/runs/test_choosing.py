"""Who is in a run, with how much, and why the others are out."""

from datetime import timedelta
from decimal import Decimal

import pytest

from accounts.models import Account, AccountFlag, Hold, MoneyRule
from accounts.runs.amounts import interest, late_fee
from billing_office.lib import dates
from tests.factories import make_charge, make_due, make_payment

from .conftest import choices, make_rule, post

pytestmark = pytest.mark.django_db


def due(account, by, cents, days_ago):
    charge = make_charge(account, by, cents, days_ago=days_ago + 10)
    make_due(charge, days_ago)
    return charge


def hold(account, by, charge=None):
    Hold.objects.create(account=account, charge=charge, kind="dispute", since=dates.today(), reason="x", set_by=by)


def agree(account, days_ago=300):
    Account.objects.filter(pk=account.pk).update(fees_agreed_on=dates.today() - timedelta(days=days_ago))


# -- small balances -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cents", "days", "cents_in", "why"),
    [
        (999, 91, 999, "older than 90 days"),
        (999, 90, 0, "only 90 days old"),
        (1, 200, 1, "older"),
    ],
)
def test_small_and_old_is_in(office, account, by, cents, days, cents_in, why):
    due(account, by, cents, days)
    choice = choices(make_rule("small_balance"), office)[account.pk]
    assert choice.cents == cents_in
    assert why in choice.why


def test_more_than_small_is_not_looked_at(office, account, by):
    due(account, by, 1000, 200)
    assert choices(make_rule("small_balance"), office) == {}


def test_all_of_it_counts_together(office, account, by):
    due(account, by, 600, 200)
    due(account, by, 300, 20)
    assert "only 20 days old" in choices(make_rule("small_balance"), office)[account.pk].why


def test_what_is_held_disputed_credited_at_a_payer_or_not_due_is_out(office, account, payer, by):
    charge = due(account, by, 500, 200)
    rule = make_rule("small_balance")

    def why():
        return choices(rule, office)[account.pk].why

    later = make_charge(account, by, 100, days_ago=200)
    make_due(later, -5)
    assert "not due yet" in why()
    make_charge(account, by, 100, payer=payer)
    assert "A payer is still asked" in why()
    hold(account, by, charge)
    assert "A payer" in why()
    make_payment(account, by, 50)
    hold(account, by)
    assert "On hold: dispute" in why()


def test_a_credit_is_laid_first(office, account, by):
    due(account, by, 500, 200)
    make_payment(account, by, 50)
    assert "credit" in choices(make_rule("small_balance"), office)[account.pk].why


# -- late fees --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cents", "fee"),
    [(2000, 500), (33333, 500), (33367, 501), (33366, 500), (100033, 1500), (166700, 2500), (10**9, 2500)],
)
def test_the_fee_is_a_percent_between_minimum_and_maximum_rounded_half_up(cents, fee):
    rule = make_rule("late_fee")
    assert late_fee(cents, rule) == fee


@pytest.mark.parametrize(("days", "cents"), [(30, 0), (31, 500)])
def test_the_grace_is_whole(office, account, by, days, cents):
    due(account, by, 20000, days)
    agree(account)
    assert choices(make_rule("late_fee"), office)[account.pk].cents == cents


@pytest.mark.parametrize(("cents", "fee"), [(1999, 0), (2000, 500)])
def test_below_the_least_balance_there_is_no_fee(office, account, by, cents, fee):
    due(account, by, cents, 40)
    agree(account)
    assert choices(make_rule("late_fee"), office)[account.pk].cents == fee


def test_without_agreement_there_is_no_fee(office, account, by):
    due(account, by, 20000, 40)
    assert "No agreement" in choices(make_rule("late_fee"), office)[account.pk].why


def test_flagged_and_held_accounts_get_no_fee(office, account, by):
    due(account, by, 20000, 40)
    agree(account)
    AccountFlag.objects.create(account=account, kind="bankruptcy", since=dates.today(), reason="x", set_by=by)
    assert "Flagged: bankruptcy" in choices(make_rule("late_fee"), office)[account.pk].why
    hold(account, by)
    assert "On hold" in choices(make_rule("late_fee", office), office)[account.pk].why


def test_a_check_that_came_back_keeps_no_fee_away(office, account, by):
    due(account, by, 20000, 40)
    agree(account)
    AccountFlag.objects.create(account=account, kind="returned_cheque", since=dates.today(), reason="x", set_by=by)
    assert choices(make_rule("late_fee"), office)[account.pk].cents == 500


def test_a_disputed_charge_counts_for_nothing(office, account, by):
    due(account, by, 100000, 40)
    disputed = due(account, by, 100000, 40)
    agree(account)
    hold(account, by, disputed)
    assert choices(make_rule("late_fee"), office)[account.pk].cents == 1500


def test_what_was_never_asked_for_is_not_late(office, account, by):
    make_charge(account, by, 100000, days_ago=100)
    agree(account)
    assert choices(make_rule("late_fee"), office) == {}


def test_once_in_the_cycle_and_again_after_it(office, account, by):
    due(account, by, 100000, 100)
    agree(account)
    rule = make_rule("late_fee")
    post(rule, office, by, dates.today() - timedelta(days=30))
    assert choices(rule, office)[account.pk].cents == 1500, "the fee itself bears no fee"
    assert "Has a late fee" in choices(rule, office, dates.today() - timedelta(days=1))[account.pk].why


# -- interest ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cents", "percent", "days", "year_days", "expected"),
    [(100000, 6, 30, 365, 493), (100000, 6, 30, 360, 500), (73000, 5, 1, 365, 10), (7300, "0.25", 10, 365, 1), (3649, 5, 1, 365, 0)],
)  # fmt: skip
def test_interest_by_days_rounded_half_up_once(cents, percent, days, year_days, expected):
    rule = make_rule("interest", percent=Decimal(percent), year_days=year_days)
    assert interest([(cents, days)], rule) == expected
    assert interest([(cents // 2, days), (cents - cents // 2, days)], rule) == expected


def test_interest_runs_from_the_due_day_once_and_never_on_interest(office, account, by):
    due(account, by, 100000, 100)
    agree(account)
    rule, today = make_rule("interest"), dates.today()
    post(rule, office, by, today - timedelta(days=40))
    assert account.charges.get(kind="interest").cents == interest([(100000, 60)], rule)
    make_due(account.charges.get(kind="interest"), 35)
    assert choices(rule, office)[account.pk].cents == interest([(100000, 40)], rule)


def test_within_the_grace_no_interest_and_after_it_from_the_due_day(office, account, by):
    due(account, by, 100000, 30)
    agree(account)
    rule = make_rule("interest")
    assert choices(rule, office)[account.pk].cents == 0
    tomorrow = dates.today() + timedelta(days=1)
    assert choices(rule, office, tomorrow)[account.pk].cents == interest([(100000, 31)], rule)


def test_what_is_below_the_least_counts_next_time(office, account, by):
    due(account, by, 10000, 40)
    agree(account)
    rule = make_rule("interest")
    assert "its days count next time" in choices(rule, office)[account.pk].why
    later = dates.today() + timedelta(days=40)
    assert choices(rule, office, later)[account.pk].cents == interest([(10000, 80)], rule)


def test_the_rule_of_an_office_goes_before_that_of_the_house(office, by):
    own = make_rule("late_fee", office)
    assert MoneyRule.objects.in_force("late_fee", office, dates.today()) == own
    assert MoneyRule.objects.in_force("interest", office, dates.today()) is None
