"""Which charges a payment goes to. Pure: the screen shows the proposal, the ledger posts what a person confirmed."""

from datetime import date

from .aging import Part


def in_order(parts: list[Part], on: date) -> list[Part]:
    """Debts in the order money is laid on them: what has fallen due first, then the oldest. Credits are no debts."""
    debts = (part for part in parts if part.cents > 0)
    return sorted(debts, key=lambda part: (not (part.dated and part.day <= on), part.day, part.open_item))


def propose(cents: int, parts: list[Part]) -> dict[int, int]:
    """{charge: cents}: each part in the order given is paid in full until the money is gone. What no part takes is unapplied.

    >>> older = Part(open_item=1, account=1, charge=7, payer=None, day=date(2026, 9, 1), dated=True, cents=5000)
    >>> newer = Part(open_item=2, account=1, charge=8, payer=None, day=date(2026, 10, 1), dated=True, cents=5000)
    >>> propose(8000, [older, newer])
    {7: 5000, 8: 3000}
    """
    left, shares = cents, {}
    for part in parts:
        paid = min(left, part.cents)
        if paid > 0:
            shares[part.charge] = shares.get(part.charge, 0) + paid
        left -= paid
    return shares
