"""Which accounts are in a run, with how much, and why the others are out. Pure: the facts come from standings.py."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta

from accounts.aging import Part
from accounts.models import Account, MoneyRule
from billing_office.lib import dates
from billing_office.lib.money import show

from .amounts import interest, late_fee
from .standings import Standing


@dataclass(frozen=True)
class Choice:
    """`cents` for the account when it is in, else 0. `why` says how they come about, or why it is out.

    `parts` are what is written off, for a small balance: cents by charge.
    """

    account: Account
    cents: int
    why: str
    parts: dict[int, int] = field(default_factory=dict)


def choose(rule: MoneyRule, standing: Standing, on: date) -> Choice:
    return _CHOOSE[rule.kind](rule, standing, on)


def _out(standing: Standing, why: str) -> Choice:
    return Choice(standing.account, 0, why)


def _stopped(standing: Standing, on: date) -> str:
    """What keeps any run off an account, "" when nothing does."""
    account = standing.account
    if account.merged_into_id:
        return "Merged into another account"
    if account.closed_on:
        return f"Closed on {dates.short(account.closed_on, on)}"
    if standing.stops:
        return f"On hold: {', '.join(standing.stops)}"
    return ""


def _small_balance(rule: MoneyRule, standing: Standing, on: date) -> Choice:
    mine = standing.of_client
    cents = sum(part.cents for part in mine)
    if why := _stopped(standing, on) or _not_small(rule, standing, on):
        return _out(standing, why)
    parts: dict[int, int] = {}
    for part in mine:
        parts[part.charge] = parts.get(part.charge, 0) + part.cents
    days = (on - max(part.day for part in mine)).days
    return Choice(standing.account, cents, f"All of it older than {days - 1} days", parts)


def _not_small(rule: MoneyRule, standing: Standing, on: date) -> str:
    mine = standing.of_client
    cents = sum(part.cents for part in mine)
    if not mine:
        return "The client owes nothing"
    if any(part.payer and part.cents > 0 for part in standing.parts):
        return "A payer is still asked"
    if standing.unapplied or any(part.cents < 0 for part in standing.parts):
        return "There is a credit: lay it on the charges first"
    if held := standing.held & {part.charge for part in mine}:
        return f"{len(held)} charge{'' if len(held) == 1 else 's'} on hold"
    if any(part.day > on for part in mine):
        return "Part of it is not due yet"
    if cents > rule.most_cents:
        return f"{show(cents)} is more than {show(rule.most_cents)}"
    newest = max(part.day for part in mine)
    if (on - newest).days <= rule.days:
        return f"Part of it is only {(on - newest).days} days old"
    return ""


def _may_be_charged(standing: Standing, on: date) -> str:
    """Why an account gets neither late fee nor interest, "" when it may."""
    if why := _stopped(standing, on):
        return why
    if standing.flags:
        return f"Flagged: {', '.join(standing.flags)}"
    if standing.account.fees_agreed_on is None or standing.account.fees_agreed_on > on:
        return "No agreement to fees on file"
    return ""


def _overdue(rule: MoneyRule, standing: Standing, on: date) -> list[Part]:
    """What the client owes on services, was asked for, is overdue for more than the grace, and is not held."""
    return [
        part
        for part in standing.of_client
        if part.dated and (on - part.day).days > rule.days and part.charge not in standing.held | standing.fees
    ]


def _late_fee(rule: MoneyRule, standing: Standing, on: date) -> Choice:
    if why := _may_be_charged(standing, on):
        return _out(standing, why)
    due = sum(part.cents for part in _overdue(rule, standing, on))
    if not due:
        held = standing.held & {part.charge for part in standing.of_client}
        return _out(standing, "All that is overdue is on hold" if held else "Nothing is overdue beyond the grace")
    if due < rule.below_cents:
        return _out(standing, f"{show(due)} overdue is below {show(rule.below_cents)}")
    if standing.last_fee and standing.last_fee > on - timedelta(days=rule.every_days):
        return _out(standing, f"Has a late fee of {dates.short(standing.last_fee, on)}")
    fee = late_fee(due, rule)
    if not fee:
        return _out(standing, "The fee is 0.00")
    return Choice(standing.account, fee, f"{show(due)} overdue")


def _interest(rule: MoneyRule, standing: Standing, on: date) -> Choice:
    """From the day it fell due, or from the day that the last interest which counted it ran to."""
    if why := _may_be_charged(standing, on):
        return _out(standing, why)
    last, days_of = standing.last_interest, []
    for part in _overdue(rule, standing, on):
        counted = last and (last - part.day).days > rule.days
        if days := (on - (last if counted else part.day)).days:
            days_of.append((part.cents, days))
    cents = interest([one for one in days_of if one[1] > 0], rule)
    if not days_of or cents <= 0:
        return _out(
            standing, "No day of interest since the last run" if last else "Nothing is overdue beyond the grace"
        )
    if cents < rule.least_cents:
        return _out(standing, f"{show(cents)} is below {show(rule.least_cents)}; its days count next time")
    base, days = sum(cents for cents, _ in days_of), sorted({days for _, days in days_of})
    said = f"{days[0]} days" if len(days) == 1 else f"{days[0]} to {days[-1]} days"
    return Choice(standing.account, cents, f"{show(base)} overdue, {said}")


_CHOOSE: dict[str, Callable[[MoneyRule, Standing, date], Choice]] = {
    MoneyRule.Kind.SMALL_BALANCE: _small_balance,
    MoneyRule.Kind.LATE_FEE: _late_fee,
    MoneyRule.Kind.INTEREST: _interest,
}
