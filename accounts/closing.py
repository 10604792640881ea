"""Closing an account and reopening it. The ledger takes nothing for a closed account; what its client tells us is still recorded."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import cache

from django.conf import settings
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from billing_office.approvals.models import Request
from billing_office.audit.acts import record
from billing_office.lib.money import show

from . import ledger
from .models import Account, Refund


@dataclass(frozen=True)
class Obstacle:
    """What stands in the way, what to do about it, and the page where (`page` is the name of its URL, `args` its numbers)."""

    words: str
    todo: str
    page: str = ""
    args: tuple = ()


class Obstructed(ValueError):
    """Something stands in the way; `found` says what."""

    def __init__(self, found: list[Obstacle]):
        super().__init__(f"{found[0].words} {found[0].todo}")
        self.found = found


@cache
def _finders() -> list[Callable[[Account], list[Obstacle]]]:
    """Of apps above, which nobody here may import."""
    return [import_string(name) for name in settings.ACCOUNT_OBSTACLES]


def obstacles(account: Account) -> list[Obstacle]:
    """Why the account cannot be closed yet. Certain only under its lock."""
    items = list(account.open_items.exclude(cents=0).values_list("payer", "cents"))
    client = sum(cents for payer, cents in items if payer is None and cents > 0)
    payers = sum(cents for payer, cents in items if payer and cents > 0)
    credit = -sum(cents for _, cents in items if cents < 0)
    unapplied, found = ledger.balance(account)[1], []
    if client:
        found.append(
            Obstacle(
                _("%(amount)s is still open at the client.") % {"amount": show(client)},
                _("Settle it first."),
                "account",
                (account.pk,),
            )
        )
    if payers:
        found.append(
            Obstacle(
                _("%(amount)s is still open at payers.") % {"amount": show(payers)},
                _("Wait, or move it."),
                "account",
                (account.pk,),
            )
        )
    if credit:
        found.append(
            Obstacle(
                _("%(amount)s too much stands on charges.") % {"amount": show(credit)},
                _("Take it off them."),
                "account",
                (account.pk,),
            )
        )
    if unapplied:
        found.append(
            Obstacle(
                _("%(amount)s is unapplied.") % {"amount": show(unapplied)},
                _("Lay it on charges or refund it."),
                "unapplied",
            )
        )
    return found + waiting(account)


def waiting(account: Account) -> list[Obstacle]:
    """What is under way on the account and would be lost sight of: requests, refunds, and what apps above know of."""
    found = []
    if asked := Request.objects.waiting().filter(account_id=account.pk).count():
        words = ngettext("%(n)d request waits for approval.", "%(n)d requests wait for approval.", asked) % {"n": asked}
        found.append(Obstacle(words, _("Have it decided or withdraw it."), "approvals"))
    if Refund.objects.to_pay().filter(account=account).exists():
        found.append(Obstacle(_("A refund is not paid out yet."), _("Pay it out or undo it."), "refunds"))
    return [*found, *(one for finder in _finders() for one in finder(account))]


def close(account: Account, on: date, why: str, *, by) -> bool:
    """Closed already: nothing happens, and False. Raises Obstructed while something is owed, unapplied or under way."""
    with ledger.locked([account.pk]) as accounts:
        row = accounts[account.pk]
        if row.closed_on:
            return False
        if found := obstacles(row):
            raise Obstructed(found)
        _set(row, on, why)
        record(
            by,
            "account_closed",
            row,
            account_id=row.pk,
            changed=["closed_on"],
            reason=why,
            detail={"on": on.isoformat()},
        )
        return True


def reopen(account: Account, why: str, *, by) -> bool:
    """Open already: nothing happens, and False."""
    with ledger.locked([account.pk]) as accounts:
        row = accounts[account.pk]
        if not row.closed_on:
            return False
        _set(row, None, "")
        record(by, "account_reopened", row, account_id=row.pk, changed=["closed_on"], reason=why)
        return True


def _set(row: Account, on: date | None, why: str):
    row.closed_on, row.closed_why, row.lock_version = on, why, row.lock_version + 1
    row.save(update_fields=["closed_on", "closed_why", "lock_version"])
