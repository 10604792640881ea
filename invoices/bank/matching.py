"""What a bank's line may be: an invoice, an account, a payer, a deposit or cash that waits. Proposed with how sure it is, never done.

Lines are matched a page at a time, in a fixed number of queries.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Sum
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from accounts.models import Account, OpenItem, Payer
from billing_office.lib import dates
from billing_office.lib.money import show
from billing_office.lib.sorting import sort_key
from billing_office.staff.access import may
from invoices import balances
from invoices.deposits import cash
from invoices.models import BankLine, Deposit, Invoice

CERTAIN, LIKELY, UNSURE = "certain", "likely", "unsure"
TAGS = {CERTAIN: (lazy("Certain"), "good"), LIKELY: (lazy("Likely"), "info"), UNSURE: (lazy("Unsure"), "warn")}
_RANK = {CERTAIN: 0, LIKELY: 1, UNSURE: 2}
NEAR = timedelta(days=14)  # between a deposit or receipt and the bank's line of it
SHOWN = 4  # matches offered of one line
PAYERS = 2000
_NUMBER = re.compile(r"[A-Z0-9]+(?:-[A-Z0-9]+)*")
_BARE_ACCOUNT = re.compile(r"A([0-9]{4,})")


@dataclass(frozen=True)
class Match:
    """`what` is invoice, account, payer, deposit or payment, with its id; `why` says what fits."""

    what: str
    pk: int
    words: str
    sure: str
    why: str

    @property
    def value(self) -> str:
        return f"{self.what}:{self.pk}"

    @property
    def tag(self) -> tuple[str, str]:
        return TAGS[self.sure]

    @property
    def label(self) -> str:
        return f"{self.words} ({str(TAGS[self.sure][0]).lower()}: {self.why})"


def propose(lines: Iterable[BankLine], user) -> dict[int, list[Match]]:
    """{line id: matches, the surest first}. What two different things fit for certain, fits none for certain."""
    lines = list(lines)
    found: dict[int, list[Match]] = {line.pk: [] for line in lines}
    money_in = [line for line in lines if line.left_cents > 0 and line.left_cents == line.cents]
    for source in (_by_invoice, _by_account, _by_payer, _by_name):
        for pk, match in source(money_in, user):
            found[pk].append(match)
    for source in (_by_deposit, _by_payment):
        for pk, match in source(lines, user):
            found[pk].append(match)
    return {pk: _ranked(matches) for pk, matches in found.items()}


def _ranked(matches: list[Match]) -> list[Match]:
    once: dict[str, Match] = {}
    for match in matches:
        former = once.get(match.value)
        if former is None or _RANK[match.sure] < _RANK[former.sure]:
            once[match.value] = match
    rows = sorted(once.values(), key=lambda match: _RANK[match.sure])
    if sum(match.sure == CERTAIN for match in rows) > 1:
        rows = [_doubted(match) if match.sure == CERTAIN else match for match in rows]
    return rows[:SHOWN]


def _doubted(match: Match) -> Match:
    return Match(
        match.what, match.pk, match.words, UNSURE, _("%(why)s, but something else fits as well") % {"why": match.why}
    )


def _text(line: BankLine) -> str:
    return f"{line.name} {line.text} {line.reference}"


def _numbers(line: BankLine) -> set[str]:
    tokens = set(_NUMBER.findall(_text(line).upper()))
    return tokens | {f"A-{bare[1]}" for token in tokens if (bare := _BARE_ACCOUNT.fullmatch(token))}


def _by_invoice(lines: list[BankLine], user):
    numbers = {line.pk: _numbers(line) for line in lines}
    wanted = set().union(*numbers.values())
    invoices = {
        i.number: i
        for i in Invoice.objects.for_staff(user).live().filter(number__in=wanted).select_related("account", "payer")
    }
    open_now = balances.of_invoices(invoices.values()) if invoices else {}
    for line in lines:
        for number in numbers[line.pk] & invoices.keys():
            invoice = invoices[number]
            exact = open_now[invoice.pk] == line.cents
            why = (
                _("invoice number and amount")
                if exact
                else _("invoice number; %(amount)s is open") % {"amount": show(open_now[invoice.pk])}
            )
            yield (
                line.pk,
                Match("invoice", invoice.pk, f"{number}, {invoice.to.name}", CERTAIN if exact else LIKELY, why),
            )


def _by_account(lines: list[BankLine], user):
    numbers = {line.pk: _numbers(line) for line in lines}
    mine = Account.objects.for_staff(user).live().filter(number__in=set().union(*numbers.values()))
    accounts = {account.number: account for account in mine}
    owed = dict(_owed(OpenItem.objects.filter(account__in=accounts.values()))) if accounts else {}
    for line in lines:
        for number in numbers[line.pk] & accounts.keys():
            account = accounts[number]
            exact = owed.get(account.pk) == line.cents
            why = _("account number and amount") if exact else _("account number")
            yield line.pk, Match("account", account.pk, f"{account.name} {number}", CERTAIN if exact else LIKELY, why)


def _owed(items):
    """(account id, cents) of what clients owe in these open items."""
    open_now = items.filter(payer=None, cents__gt=0).order_by().values("account")
    return open_now.annotate(sum=Sum("cents")).values_list("account", "sum")


def _words(text: str) -> frozenset[str]:
    return frozenset(re.findall(r"[^\W_]+", sort_key(text)))


def _by_payer(lines: list[BankLine], user):
    if not may(user, "post_payer_payments") or not lines:
        return
    payers = Payer.objects.filter(active=True, house_account__isnull=False).order_by("pk")[:PAYERS]
    named = [(payer, _words(payer.name)) for payer in payers]
    fits = [(line, payer) for line in lines for payer, words in named if words and words <= _words(_text(line))]
    asked = (
        Invoice.objects.for_staff(user)
        .live()
        .filter(payer__in={payer.pk for _line, payer in fits})
        .order_by("-pk")[:500]
    )
    asked = list(asked) if fits else []
    open_now = balances.of_invoices(asked) if asked else {}
    for line, payer in fits:
        exact = any(i.payer_id == payer.pk and open_now[i.pk] == line.cents for i in asked)
        why = _("payer’s name and the amount of an invoice") if exact else _("payer’s name alone")
        yield line.pk, Match("payer", payer.pk, payer.name, LIKELY if exact else UNSURE, why)


def _by_name(lines: list[BankLine], user):
    """A client's name, where the client owes exactly this amount."""
    amounts = {line.cents for line in lines}
    mine = Account.objects.for_staff(user).live().order_by()
    owed = dict(_owed(OpenItem.objects.filter(account__in=mine)).filter(sum__in=amounts)[:1000]) if amounts else {}
    owing = Account.objects.filter(pk__in=owed) if owed else []
    for line in lines:
        words = _words(_text(line))
        for account in owing:
            if owed[account.pk] == line.cents and _words(account.name) <= words:
                yield (
                    line.pk,
                    Match(
                        "account", account.pk, f"{account.name} {account.number}", LIKELY, _("client’s name and amount")
                    ),
                )


def _by_deposit(lines: list[BankLine], user):
    offices = {line.bank_account.office_id for line in lines}
    waiting = Deposit.objects.for_staff(user).filter(office__in=offices).uncleared().select_related("office")
    waiting = [(deposit, deposit.expected_cents - deposit.cleared_cents) for deposit in waiting[:500]] if lines else []
    for line in lines:
        office = line.bank_account.office_id
        alike = [
            d
            for d, left in waiting
            if left == line.left_cents and d.office_id == office and abs(line.on - d.day) <= NEAR
        ]
        for deposit in alike:
            words = _("Deposit %(deposit)s of %(method)s, %(day)s") % {
                "deposit": deposit.number,
                "method": deposit.get_method_display().lower(),
                "day": dates.short(deposit.day, deposit.day),
            }
            sure = LIKELY if len(alike) == 1 else UNSURE
            yield (
                line.pk,
                Match(
                    "deposit",
                    deposit.pk,
                    words,
                    sure,
                    _("exact amount") if len(alike) == 1 else _("amount of several deposits"),
                ),
            )


def _by_payment(lines: list[BankLine], user):
    """Receipts posted by hand, refunds and what came back, in no deposit."""
    offices = sorted({line.bank_account.office_id for line in lines})
    waiting = cash.loose(offices, user, cents=[line.left_cents for line in lines]) if lines else []
    for line in lines:
        tokens = {token.lstrip("0") for token in _numbers(line)}
        alike = [one for one in waiting if one.cents == line.left_cents and abs(line.on - one.since) <= NEAR]
        for one in alike:
            named = any(part.upper().lstrip("0") in tokens for part in one.reference.split() if len(part) > 2)
            sure = CERTAIN if named else LIKELY if len(alike) == 1 else UNSURE
            why = _("its reference and amount") if named else _("exact amount")
            means = f"{one.means} {one.reference}".rstrip()
            words = _("Posted already: %(means)s, %(name)s") % {"means": means, "name": one.name}
            yield line.pk, Match("payment", one.payment, words, sure, why)
