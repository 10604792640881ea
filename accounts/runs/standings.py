"""How accounts stand, as the rules of a run ask: read for many at once, whatever their number in the same few queries."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from django.db.models import Max

from accounts import aging
from accounts.models import Account, AccountFlag, Charge, Hold, Kind, MoneyRule
from billing_office.staff.models import Office


@dataclass
class Standing:
    """One account. `held` are the charges under a hold of their own, `fees` its charges that are no services.

    `last_fee`, `last_interest`: the days of the newest late fee and of the newest interest that stand.
    """

    account: Account
    parts: list[aging.Part] = field(default_factory=list)
    stops: list[str] = field(default_factory=list)
    flags: list[str] = field(default_factory=list)
    held: set[int] = field(default_factory=set)
    fees: set[int] = field(default_factory=set)
    last_fee: date | None = None
    last_interest: date | None = None

    @property
    def of_client(self) -> list[aging.Part]:
        return [part for part in self.parts if part.payer is None and part.cents > 0]

    @property
    def unapplied(self) -> int:
        return self.account.balance.unapplied_cents if hasattr(self.account, "balance") else 0


def candidates(rule: MoneyRule, office: Office, on: date) -> list[int]:
    """The accounts that a run has to look at: with a small sum open, or with something of the client's overdue."""
    accounts = Account.objects.filter(kind=Account.Kind.CLIENT, office=office)
    if rule.kind == MoneyRule.Kind.SMALL_BALANCE:
        small = accounts.filter(balance__receivable_cents__gt=0, balance__receivable_cents__lte=rule.most_cents)
        return list(small.order_by("sort_key", "pk").values_list("pk", flat=True))
    overdue = {row.account for row in aging.past_due(accounts, on)}
    return list(accounts.filter(pk__in=overdue).order_by("sort_key", "pk").values_list("pk", flat=True))


def standings(ids: Iterable[int], on: date) -> dict[int, Standing]:
    """By account id, in the order of `ids`."""
    ids = list(ids)
    rows = Account.objects.filter(pk__in=ids).select_related("balance").in_bulk(ids)
    found = {pk: Standing(rows[pk]) for pk in ids}
    for part in aging.parts(Account.objects.filter(pk__in=ids), on):
        found[part.account].parts.append(part)
    for hold in Hold.objects.on(on).filter(account__in=ids):
        if hold.charge_id:
            found[hold.account_id].held.add(hold.charge_id)
        else:
            found[hold.account_id].stops.append(hold.get_kind_display().lower())
    flags = AccountFlag.objects.on(on).exclude(kind=AccountFlag.Kind.RETURNED_CHEQUE)  # it asks for care, not for mercy
    for flag in flags.filter(account__in=ids):
        found[flag.account_id].flags.append(flag.get_kind_display().lower())
    _fees(found)
    return found


def _fees(found: dict[int, Standing]):
    charges = {part.charge for standing in found.values() for part in standing.parts}
    fees = Charge.objects.filter(pk__in=charges).exclude(kind=Charge.Kind.SERVICE)
    for account, charge in fees.values_list("account", "pk"):
        found[account].fees.add(charge)
    standing = Charge.objects.filter(
        account__in=found, kind__in=[Charge.Kind.LATE_FEE, Charge.Kind.INTEREST],
        postings__entry__kind__in=[Kind.LATE_FEE, Kind.INTEREST], postings__entry__reversal=None,
    )  # fmt: skip
    for account, kind, last in standing.order_by().values_list("account", "kind").annotate(last=Max("service_on")):
        name = "last_fee" if kind == Charge.Kind.LATE_FEE else "last_interest"
        setattr(found[account], name, last)
