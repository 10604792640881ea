"""What the office's rule takes off for paying promptly: offered where money comes in and where it is taken off, done by hand."""

from dataclasses import dataclass
from datetime import date, timedelta

from accounts.models import Account, Charge, Due, MoneyRule, OpenItem, Reason
from accounts.runs.amounts import prompt_pay


@dataclass(frozen=True)
class Offer:
    """`cents` come off a charge that is settled by `until`, the last day; `rest` is what is to be paid for it still."""

    charge: Charge
    words: str
    cents: int
    rest: int
    until: date


def offers(account: Account, on: date, reader) -> list[Offer]:
    """Of what an account's client owes, by the rule in force. The days count from the bill that made it fall due last.

    The percent is of what fell due then: who paid all but that much in time owes the rest no more.
    """
    rule = MoneyRule.objects.in_force(MoneyRule.Kind.PROMPT_PAY, account.office, on)
    if rule is None:
        return []
    items = OpenItem.objects.filter(account=account, payer=None, cents__gt=0).select_related("charge").order_by("pk")
    found, billed = [], _billed([item.pk for item in items], on)
    for item in items:
        day, gross = billed.get(item.pk, (None, 0))
        cents = min(prompt_pay(gross, rule), item.cents)
        until = day and day + timedelta(days=rule.days)
        if cents and until >= on:
            found.append(Offer(item.charge, item.charge.words_for(reader), cents, item.cents - cents, until))
    return found


def _billed(items: list[int], on: date) -> dict[int, tuple[date, int]]:
    """When what is due of each item was billed last, and how much of it, in cents."""
    newest: dict[int, list[Due]] = {}
    for due in Due.objects.filter(open_item__in=items, in_force_from__lte=on).order_by("version"):
        rows = newest.setdefault(due.open_item_id, [])
        if rows and rows[0].version != due.version:
            rows.clear()
        rows.append(due)
    return {item: (rows[0].in_force_from, sum(due.cents for due in rows)) for item, rows in newest.items()}


def reason() -> Reason | None:
    """The reason that stands on such a discount."""
    return Reason.objects.filter(code="PROMPT", active=True).first()
