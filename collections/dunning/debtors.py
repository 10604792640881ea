"""Who is reminded: the client of an account, or a payer of what one office invoiced it. What each owes on a day, and their cycle.

A payer is reminded of its invoices alone, never of claims; money on its house account, and what is in dispute, are left out.
"""

from dataclasses import dataclass
from datetime import date

from django.db.models import Q, QuerySet

from accounts import aging, ledger
from accounts.models import Account, Hold, Payer
from billing_office.staff.models import Office
from invoices import balances
from invoices.models import Invoice, InvoiceLine

from .models import DunningCycle, ReminderLevel

CONTESTED = [
    Hold.Kind.DISPUTE,
    Hold.Kind.LEGAL,
    Hold.Kind.REVIEW,
]  # of a whole account: nobody is reminded of its charges
TOGETHER = 500  # accounts that are passed over under one lock


@dataclass(frozen=True)
class Debt:
    """What fell due and may be reminded of, in cents; `invoices` are the overdue ones, oldest first, with what is open of each."""

    cents: int
    oldest: date
    invoices: list[tuple[Invoice, int]]


@dataclass(frozen=True, order=True)
class Debtor:
    """Ids: of an account, or of a payer and the office that it owes."""

    account: int | None = None
    payer: int | None = None
    office: int | None = None

    @property
    def cycle(self) -> dict:
        """The columns of a DunningCycle."""
        return {"account_id": self.account, "payer_id": self.payer, "office_id": self.office}

    def locks(self, on: date) -> list[int]:
        """The accounts that hold still what is owed: money, stops, disputes."""
        if self.account:
            return [self.account]
        lines = InvoiceLine.objects.filter(invoice__in=_overdue_of_payer(self, on))
        house = Account.objects.filter(payer=self.payer).values_list("pk", flat=True)
        return [*house, *lines.values_list("open_item__account", flat=True).distinct()]

    def known(self) -> tuple[Account | Payer, Office]:
        """Whom to write to, and whose paper it is. Read under the locks."""
        if self.account:
            account = Account.objects.select_related("office").get(pk=self.account)
            return account, account.office
        return Payer.objects.select_related("house_account").get(pk=self.payer), Office.objects.get(pk=self.office)

    def debt(self, to: Account | Payer, on: date) -> Debt | None:
        return _debt_of_payer(self, to, on) if isinstance(to, Payer) else _debt_of_client(to, on)


def ladder_of(to: Account | Payer) -> str:
    """The audience of the levels that remind them."""
    return to.payer_class if isinstance(to, Payer) else ReminderLevel.CLIENT


def candidates(on: date) -> list[Debtor]:
    """Whoever is past due and has no cycle, and open cycles whose day to look has come; clients first."""
    looking = DunningCycle.objects.filter(closed_on=None)
    asleep = looking.filter(look_on__gt=on)
    found = {Debtor(account=pk) for pk in _awake(asleep, on)}
    overdue = Invoice.objects.still_open().filter(payer__isnull=False, due_on__lte=on)
    sleeping = set(asleep.exclude(payer=None).values_list("payer", "office"))
    pairs = set(overdue.order_by().values_list("payer", "office").distinct()) - sleeping
    found |= {Debtor(payer=payer, office=office) for payer, office in pairs}
    due = looking.filter(look_on__lte=on).values_list("account", "payer", "office")
    found |= {Debtor(*row) for row in due}
    return sorted(found, key=lambda d: (d.account is None, d.account or 0, d.payer or 0, d.office or 0))


def _to_look_at(on: date) -> list[int]:
    """By an index of its own, so that a morning on which nothing is due costs nothing, however many accounts there are."""
    accounts = Account.objects.filter(kind=Account.Kind.CLIENT, balance__look_on__lte=on)
    return list(accounts.order_by("pk").values_list("pk", flat=True))


def _awake(asleep: QuerySet[DunningCycle], on: date) -> set[int]:
    if not (waiting := _to_look_at(on)):
        return set()
    sleeping = asleep.filter(account__in=waiting).values_list("account", flat=True)
    awake = Account.objects.filter(pk__in=set(waiting).difference(sleeping))
    return {row.account for row in aging.past_due(awake, on)}


def pass_over(on: date):
    """Whoever was to be looked at and is not past due, because it was paid or put off: not before their next due."""
    waiting = _to_look_at(on)
    for begin in range(0, len(waiting), TOGETHER):
        with ledger.locked(waiting[begin : begin + TOGETHER]) as accounts:
            still = Account.objects.filter(pk__in=accounts)
            late = {row.account for row in aging.past_due(still, on)}
            ledger.look_again(accounts.keys() - late, on)


# -- what a client owes -------------------------------------------------------------------------------------------------------


def _debt_of_client(account: Account, on: date) -> Debt | None:
    """Only what fell due by a due, not what was never billed; after unapplied money, without what is in dispute."""
    disputed = set(account.holds.on(on).exclude(charge=None).values_list("charge", flat=True))
    parts = [
        p
        for p in aging.parts(Account.objects.filter(pk=account.pk), on)
        if p.payer is None and p.charge not in disputed
    ]
    netted = aging.net([p for p in parts if p.dated and p.day <= on], ledger.balance(account)[1])
    cents = sum(part.cents for part in netted.parts)
    if not cents:
        return None
    live = list(Invoice.objects.live().filter(account=account, due_on__lte=on).order_by("due_on", "id"))
    open_now = balances.of_invoices(live)
    invoices = [(invoice, open_now[invoice.pk]) for invoice in live if open_now[invoice.pk]]
    return Debt(cents, min(part.day for part in netted.parts), invoices)


# -- what a payer owes --------------------------------------------------------------------------------------------------------


def _overdue_of_payer(debtor: Debtor, on: date):
    return Invoice.objects.live().filter(payer=debtor.payer, office=debtor.office, due_on__lte=on)


def _debt_of_payer(debtor: Debtor, payer: Payer, on: date) -> Debt | None:
    """Unapplied money of the payer is not this office's alone; laid here on the oldest first, it errs on the side of silence."""
    overdue = list(_overdue_of_payer(debtor, on).order_by("due_on", "id"))
    open_now, left = _uncontested(overdue, on), ledger.balance(payer.house_account)[1]
    invoices = []
    for invoice in overdue:
        used = min(left, open_now.get(invoice.pk, 0))
        left -= used
        if still := open_now.get(invoice.pk, 0) - used:
            invoices.append((invoice, still))
    if not invoices:
        return None
    return Debt(sum(cents for _, cents in invoices), invoices[0][0].due_on, invoices)


def _uncontested(invoices: list[Invoice], on: date) -> dict[int, int]:
    """What is open of each invoice without charges in dispute, and without accounts in dispute or before the law."""
    still = balances.of_lines(invoices)
    lines = InvoiceLine.objects.filter(pk__in=[pk for pk, cents in still.items() if cents])
    holds = Hold.objects.on(on)
    contested = Q(open_item__charge__in=holds.exclude(charge=None).values("charge"))
    whole = holds.filter(charge=None, kind__in=CONTESTED).values("account")
    contested |= Q(open_item__account__in=whole) | Q(open_item__account__merged_into__in=whole)
    sums: dict[int, int] = {}
    for line, invoice in lines.exclude(contested).values_list("pk", "invoice"):
        sums[invoice] = sums.get(invoice, 0) + still[line]
    return sums
