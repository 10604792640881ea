"""Which accounts are in a run, with how much, and why the others are out. Pure: the facts come from standings.py."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

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
        return _("Merged into another account")
    if account.closed_on:
        return _("Closed on %(day)s") % {"day": dates.short(account.closed_on, on)}
    if standing.stops:
        return _("On hold: %(stops)s") % {"stops": ", ".join(standing.stops)}
    return ""


def _small_balance(rule: MoneyRule, standing: Standing, on: date) -> Choice:
    mine = standing.of_client
    cents = sum(part.cents for part in mine)
    if why := _stopped(standing, on) or _not_small(rule, standing, on):
        return _out(standing, why)
    parts: dict[int, int] = {}
    for part in mine:
        parts[part.charge] = parts.get(part.charge, 0) + part.cents
    days = (on - max(part.day for part in mine)).days - 1
    why = ngettext("All of it older than %(n)d day", "All of it older than %(n)d days", days) % {"n": days}
    return Choice(standing.account, cents, why, parts)


def _not_small(rule: MoneyRule, standing: Standing, on: date) -> str:
    mine = standing.of_client
    cents = sum(part.cents for part in mine)
    if not mine:
        return _("The client owes nothing")
    if any(part.payer and part.cents > 0 for part in standing.parts):
        return _("A payer is still asked")
    if standing.unapplied or any(part.cents < 0 for part in standing.parts):
        return _("There is a credit: lay it on the charges first")
    if held := standing.held & {part.charge for part in mine}:
        return ngettext("%(n)d charge on hold", "%(n)d charges on hold", len(held)) % {"n": len(held)}
    if any(part.day > on for part in mine):
        return _("Part of it is not due yet")
    if cents > rule.most_cents:
        return _("%(amount)s is more than %(most)s") % {"amount": show(cents), "most": show(rule.most_cents)}
    days = (on - max(part.day for part in mine)).days
    if days <= rule.days:
        return ngettext("Part of it is only %(n)d day old", "Part of it is only %(n)d days old", days) % {"n": days}
    return ""


def _may_be_charged(standing: Standing, on: date) -> str:
    """Why an account gets neither late fee nor interest, "" when it may."""
    if why := _stopped(standing, on):
        return why
    if standing.flags:
        return _("Flagged: %(flags)s") % {"flags": ", ".join(standing.flags)}
    if standing.account.fees_agreed_on is None or standing.account.fees_agreed_on > on:
        return _("No agreement to fees on file")
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
        return _out(standing, _("All that is overdue is on hold") if held else _("Nothing is overdue beyond the grace"))
    if due < rule.below_cents:
        told = {"amount": show(due), "least": show(rule.below_cents)}
        return _out(standing, _("%(amount)s overdue is below %(least)s") % told)
    if standing.last_fee and standing.last_fee > on - timedelta(days=rule.every_days):
        return _out(standing, _("Has a late fee of %(day)s") % {"day": dates.short(standing.last_fee, on)})
    fee = late_fee(due, rule)
    if not fee:
        return _out(standing, _("The fee is 0.00"))
    return Choice(standing.account, fee, _("%(amount)s overdue") % {"amount": show(due)})


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
            standing, _("No day of interest since the last run") if last else _("Nothing is overdue beyond the grace")
        )
    if cents < rule.least_cents:
        told = {"amount": show(cents), "least": show(rule.least_cents)}
        return _out(standing, _("%(amount)s is below %(least)s; its days count next time") % told)
    lengths = [days for cents, days in days_of]
    told = {"amount": show(sum(cents for cents, days in days_of)), "n": min(lengths), "most": max(lengths)}
    if told["n"] == told["most"]:
        why = ngettext("%(amount)s overdue, %(n)d day", "%(amount)s overdue, %(n)d days", told["n"])
    else:
        why = _("%(amount)s overdue, %(n)d to %(most)d days")
    return Choice(standing.account, cents, why % told)


_CHOOSE: dict[str, Callable[[MoneyRule, Standing, date], Choice]] = {
    MoneyRule.Kind.SMALL_BALANCE: _small_balance,
    MoneyRule.Kind.LATE_FEE: _late_fee,
    MoneyRule.Kind.INTEREST: _interest,
}
