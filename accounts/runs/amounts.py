"""What a rule asks for, in cents. Pure."""

from collections.abc import Iterable
from decimal import Decimal

from accounts.models import MoneyRule
from billing_office.lib.money import rounded


def late_fee(due: int, rule: MoneyRule) -> int:
    """The percent of what is due, rounded half up to the cent, then at least the minimum and at most the maximum.

    >>> rule = MoneyRule(percent=Decimal("1.5"), least_cents=500, most_cents=2500)
    >>> late_fee(33_333, rule), late_fee(100_033, rule), late_fee(900_000, rule)
    (500, 1500, 2500)
    """
    return min(max(rounded(Decimal(due) * rule.percent / 100), rule.least_cents), rule.most_cents)


def interest(days_of: Iterable[tuple[int, int]], rule: MoneyRule) -> int:
    """`days_of` are (cents overdue, days). Percent a year over the rule's days of a year; rounded half up once, at the end.

    >>> interest([(100_000, 30)], MoneyRule(percent=Decimal("6"), year_days=365))
    493
    """
    cents_days = sum(cents * days for cents, days in days_of)
    return rounded(Decimal(cents_days) * rule.percent / 100 / rule.year_days)


def prompt_pay(open_cents: int, rule: MoneyRule) -> int:
    """What comes off when it is paid in time, rounded half up.

    >>> prompt_pay(9_999, MoneyRule(percent=Decimal("5")))
    500
    """
    return rounded(Decimal(open_cents) * rule.percent / 100)
