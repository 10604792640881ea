"""Lines and payers in, figures out: pure. Billed = written off + payers + client on every line, whatever is put in.

Lines are settled in order of service, on one day the dearest first, so that it does not matter in which order they were
typed; each uses up what is left of the year's amounts for those after it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _

from billing_office.lib.money import show

from ..shares import Left, Paid, Share, Terms, coordinate

PARTS = ("copay", "deductible", "coinsurance")
NAMES = ("allowed", *PARTS, "over", "insurer")  # figures of one payer, in order of reading


@dataclass(frozen=True)
class Asked:
    """One line: billed for all its units in cents, with the terms of each payer in rank and the figures put in by people."""

    key: int
    on: date
    code: str
    modifier: str
    units: Decimal
    billed: int
    terms: tuple[Terms, ...] = ()
    overrides: tuple[Mapping[str, int], ...] = ()

    @property
    def place(self) -> tuple:
        given = tuple(tuple(sorted(one.items())) for one in self.overrides)
        return self.on, -self.billed, self.code, self.modifier, self.units, given, repr(self.terms)


@dataclass(frozen=True)
class Figure:
    """One cell. `cents` stands; `calculated` is what stands without an override of this cell."""

    name: str
    calculated: int
    cents: int
    note: str


@dataclass(frozen=True)
class Worked:
    """One line settled. `figures` per payer in rank; `client` is what no payer pays and none takes off."""

    asked: Asked
    writeoff: int
    payers: int
    client: int
    figures: tuple[tuple[Figure, ...], ...] = field(default=(), compare=False)
    paid: tuple[Paid, ...] = field(default=(), compare=False)


def work_out(lines: Iterable[Asked], left: Iterable[Left]) -> dict[int, Worked]:
    """Every line by its key. `left` per payer in rank, as `terms` of each line; all of one client and benefit year."""
    left, found = list(left), {}
    for line in sorted(lines, key=lambda one: one.place):
        paid = coordinate(line.billed, zip(line.terms, left, strict=True), line.overrides)
        writeoff, payers = sum(one.writeoff for one in paid), sum(one.insurer for one in paid)
        figures = tuple(_figures(one, rank) for rank, one in enumerate(paid, start=1))
        found[line.key] = Worked(line, writeoff, payers, line.billed - writeoff - payers, figures, tuple(paid))
        # A later payer uses up its yearly maximum by what it pays in truth, not by what it would pay alone.
        left = [was.after(replace(one.own, insurer=one.insurer)) for was, one in zip(left, paid, strict=True)]
    return found


def _figures(paid: Paid, rank: int) -> tuple[Figure, ...]:
    share, steps = paid.own, {step.name: step for step in paid.own.steps}
    limit = steps.get("limit")
    found = []
    for name in NAMES:
        cents = paid.insurer if name == "insurer" else getattr(share, name)
        step = steps.get(name)
        note = (
            step.note
            if step
            else _over_note(share)
            if name == "over"
            else _("Not reckoned: the plan does not cover this.")
        )
        calculated = step.calculated if step else cents
        if limit and name in PARTS and step and cents < step.cents:
            note, calculated = f"{note} {limit.note}", (cents if step.override is None else calculated)
        elif name == "insurer" and step and step.override is None:
            calculated = cents
        if name == "insurer" and paid.note:
            note = f"{note} {paid.note}" if rank == 1 else paid.note
        found.append(Figure(name, calculated, cents, note))
    return tuple(found)


def _over_note(share: Share) -> str:
    if not share.over:
        return _("Nothing goes beyond what the plan pays.")
    return _("$%(amount)s is beyond what the plan pays for this.") % {"amount": show(share.over)}
