"""A bank's line as a row on screen: what became of it, or what it may be."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _

from invoices.bank.matching import Match, propose
from invoices.models import BankAccount, BankLine, Clearing


@dataclass(frozen=True)
class Row:
    """`done` is (words, address) of each thing the line became; `matches` what it may be; `left` in cents is on nothing yet."""

    line: BankLine
    left: int
    done: list[tuple[str, str]]
    matches: list[Match]

    @property
    def open(self) -> bool:
        return bool(self.left) and not self.line.aside and not self.line.undone_at

    @property
    def can_tick(self) -> bool:
        return self.open and self.line.chosen is None and bool(self.matches)

    @property
    def state(self) -> tuple[str, str]:
        """Its word and tone for a tag."""
        if self.line.undone_at:
            return _("Undone"), ""
        if self.line.aside:
            return _("Set aside"), ""
        if self.line.chosen is not None:
            return _("Being posted"), "info"
        if not self.left:
            return _("Matched"), "good"
        if self.done:
            return _("Partly matched"), "warn"
        return (_("To be matched"), "warn") if self.matches else (_("No match"), "")


def rows_of(lines: Iterable[BankLine], account: BankAccount | None, user) -> list[Row]:
    """Lines (with_left) of one page; `account` is theirs where it is one for all."""
    lines = list(lines)
    for line in lines:
        if account is not None:
            line.bank_account = account
    done = _done(lines)
    waiting = [
        line for line in lines if line.left_cents and not line.aside and not line.undone_at and line.chosen is None
    ]
    matches = propose(waiting, user)
    return [Row(line, line.left_cents, done.get(line.pk, []), matches.get(line.pk, [])) for line in lines]


def _done(lines: list[BankLine]) -> dict[int, list[tuple[str, str]]]:
    found: dict[int, list[tuple[str, str]]] = {}
    live = Clearing.objects.live().filter(line__in=[line.pk for line in lines])
    for one in live.select_related("deposit__office", "payment__account"):
        if one.deposit_id:
            words, href = (
                _("Deposit %(deposit)s") % {"deposit": one.deposit.number},
                reverse("deposit", args=[one.deposit_id]),
            )
        else:
            said = _("Payment of %(name)s") if one.made else _("Receipt of %(name)s")
            words, href = said % {"name": one.payment.account.name}, reverse("payment", args=[one.payment_id])
        found.setdefault(one.line_id, []).append((words, href))
    return found
