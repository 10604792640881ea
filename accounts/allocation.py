"""Which charges a payment goes to. Pure: the screen shows the proposal, the ledger posts what a person confirmed.

The order (reference: the billing office's domain page, section 3): what the payer said; else what is due; else the oldest.
Among what is due, and again among what is not, costs (late fees), interest and principal follow the office's `pay_order`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from .aging import Part


@dataclass(frozen=True)
class Told:
    """What the payer said: pay these charges, `cents` of them or (None) all."""

    charges: frozenset[int]
    cents: int | None = None


def in_order(
    parts: list[Part], on: date, ranks: Mapping[int, int] | None = None, *, oldest: bool = False
) -> list[Part]:
    """Debts in the order money is laid on them. Credits are no debts.

    `ranks` says of each charge which goes first where as much is due: see `rank`. `oldest`: by age alone, whatever is due.
    """

    def place(part: Part):
        if oldest:
            return part.day, part.open_item
        return not (part.dated and part.day <= on), (ranks or {}).get(part.charge, 0), part.day, part.open_item

    return sorted((part for part in parts if part.cents > 0), key=place)


def rank(kind: str, pay_order: str) -> int:
    """The place of costs, interest or principal in an office's order.

    >>> rank("interest", "principal interest costs")
    1
    """
    return pay_order.split().index(kind)


def propose(cents: int, parts: list[Part], told: Iterable[Told] = (), *, rest: bool = True) -> dict[int, int]:
    """{charge: cents}: first as the payer said; then, with `rest`, each part in the order given is paid in full until the
    money is gone. What no part takes is unapplied.

    >>> older = Part(open_item=1, account=1, charge=7, payer=None, day=date(2026, 9, 1), dated=True, cents=5000)
    >>> newer = Part(open_item=2, account=1, charge=8, payer=None, day=date(2026, 10, 1), dated=True, cents=5000)
    >>> propose(8000, [older, newer])
    {7: 5000, 8: 3000}
    >>> propose(8000, [older, newer], [Told(frozenset([8]), 4000)])
    {8: 4000, 7: 4000}
    """
    shares: dict[int, int] = {}
    for wish in told:
        theirs = [part for part in parts if part.charge in wish.charges]
        cents -= _lay(cents if wish.cents is None else min(cents, wish.cents), theirs, shares)
    if rest:
        _lay(cents, parts, shares)
    return shares


def _lay(cents: int, parts: list[Part], shares: dict[int, int]) -> int:
    """Add to `shares` what these parts take beyond what they have there; the cents laid."""
    taken, left = dict(shares), cents
    for part in parts:
        before = min(taken.get(part.charge, 0), part.cents)
        taken[part.charge] = taken.get(part.charge, 0) - before
        paid = min(left, part.cents - before)
        if paid > 0:
            shares[part.charge] = shares.get(part.charge, 0) + paid
            left -= paid
    return cents - left
