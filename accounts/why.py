"""Why is this owed? What was billed and everything that came off it, in order, down to the entries; and one sentence of it.

The clerk reads the sentence out, the invoice prints it: both are made here, from the same postings.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from enum import IntEnum

from django.db import connection
from django.utils.translation import gettext as _

from billing_office.lib import money

from .models import Kind


class Part(IntEnum):
    """What a step does to the sum; they are told in this order."""

    BILLED = 0
    OFF = 1
    PAYER = 2
    LEFT = 3  # moved to the debtor by another party: it changes who owes, not the sum
    CLIENT = 4  # the debtor's own money
    ELSEWHERE = 5  # still asked of another party


@dataclass(frozen=True)
class Step:
    """One term. `cents` as added: what came off is negative. What is open elsewhere has no `entry` and no day."""

    part: Part
    kind: str
    party: str
    cents: int
    on: date | None = None
    entry: int | None = None
    memo: str = ""

    @property
    def counts(self) -> bool:
        return self.part != Part.LEFT

    @property
    def words(self) -> str:
        """For the sum on screen: `Agreed discount, Blue Shield`."""
        label, less = Kind(self.kind).label if self.kind else "", self.cents < 0
        match self.part:
            case Part.BILLED:
                return _("We billed") if self.kind == Kind.CHARGE else label
            case Part.OFF:
                return f"{label}, {self._whom}" if self.party else label
            case Part.PAYER:
                said = _("%(party)s paid") if less else _("%(party)s took back")
            case Part.LEFT:
                said = _("%(party)s left")
            case Part.CLIENT:
                said = _("You paid") if less else _("You got back")
            case Part.ELSEWHERE:
                return (_("Still asked of %(party)s") if less else _("Too much paid by %(party)s")) % {
                    "party": self._whom
                }
        return said % {"party": _capital(self._whom)}

    @property
    def said(self) -> str:
        """As one says it: `Blue Shield paid $96.00`."""
        less, told = self.cents < 0, {"amount": f"${money.show(abs(self.cents))}", "party": _capital(self._whom)}
        match self.part:
            case Part.BILLED if self.kind == Kind.CHARGE:
                said = _("We billed %(amount)s")
            case Part.BILLED:
                said, told["what"] = _("%(what)s added %(amount)s"), Kind(self.kind).label
            case Part.OFF:
                return self._off(less, told)
            case Part.PAYER:
                said = _("%(party)s paid %(amount)s") if less else _("%(party)s took back %(amount)s")
            case Part.LEFT:
                said = _("%(party)s left %(amount)s to you")
            case Part.CLIENT:
                said = _("You paid %(amount)s") if less else _("You got back %(amount)s")
            case Part.ELSEWHERE:
                told["party"] = self._whom
                said = (
                    _("Still asked of %(party)s: %(amount)s") if less else _("Too much paid by %(party)s: %(amount)s")
                )
        return said % told

    def _off(self, less: bool, told: dict) -> str:
        what = Kind(self.kind).label
        told |= {"what": f"{what[0].lower()}{what[1:]}"}
        if not self.party:
            return (_("Our %(what)s took off %(amount)s") if less else _("Our %(what)s put back %(amount)s")) % told
        told["whose"] = (_("%(party)s’") if self.party.endswith("s") else _("%(party)s’s")) % told
        return (
            _("%(whose)s %(what)s took off %(amount)s") if less else _("%(whose)s %(what)s put back %(amount)s")
        ) % told

    @property
    def _whom(self) -> str:
        return _("the client") if self.party == CLIENT else self.party


@dataclass(frozen=True)
class Story:
    """The steps that count sum to `owed`, in cents: what the debtor owes on these charges."""

    steps: list[Step] = field(default_factory=list)

    @property
    def owed(self) -> int:
        return sum(step.cents for step in self.steps if step.counts)

    @property
    def sums(self) -> list[Step]:
        """Like terms in one; what is summed names no single entry any more."""
        sums: dict[tuple, list[Step]] = {}
        for step in self.steps:
            kind = step.kind if step.part in (Part.BILLED, Part.OFF) else ""
            sums.setdefault((step.part, kind, step.party), []).append(step)
        added = [(key, sum(step.cents for step in steps), steps) for key, steps in sorted(sums.items(), key=_order)]
        return [steps[0] if len(steps) == 1 else Step(*key, cents) for key, cents, steps in added if cents]

    def discreet(self, known: str) -> "Story":
        """Without the names of other payers than `known`: an employer need not read who insures its people."""
        other = _("another payer")
        return Story([s if s.party in ("", CLIENT, known) else replace(s, party=other) for s in self.steps])

    @property
    def sentence(self) -> str:
        """`We billed $500.00. Blue Shield’s agreed discount took off $180.00. … That leaves $224.00 for you to pay.`"""
        return self.ending_in(self.owed)

    def ending_in(self, owed: int) -> str:
        """The sentence of a bill that asks `owed` cents of it; the rest was asked before."""
        before = self.owed - owed
        earlier = [_("$%(amount)s is on an earlier bill.") % {"amount": money.show(before)}] if before > 0 else []
        if owed > 0:
            end = _("That leaves $%(amount)s for you to pay.") % {"amount": money.show(owed)}
        elif owed == 0:
            end = _("That leaves nothing for you to pay.")
        else:
            end = _("That is $%(amount)s more than was owed; it stands to your credit.") % {"amount": money.show(-owed)}
        return " ".join([*(f"{step.said}." for step in self.sums), *earlier, end])


def _order(found):
    part, kind, party = found[0]
    return part, party, kind


def _capital(party: str) -> str:
    return party[:1].upper() + party[1:]


# A reversed entry and its reversal cancel out and explain nothing; both stand on the ledger.
_LEGS = """
    SELECT p.charge_id, e.id, e.kind, e.effective_date, e.memo, p.book, p.cents, p.payer_id, p.payment_id IS NOT NULL,
           y.payer_id, coalesce(paid.name, other.name, ''), coalesce(own.name, '')
      FROM accounts_posting p
      JOIN accounts_journalentry e ON e.id = p.entry_id AND e.reverses_id IS NULL
      LEFT JOIN accounts_payment y ON y.id = p.payment_id
      LEFT JOIN accounts_payer paid ON paid.id = y.payer_id
      LEFT JOIN accounts_payer own ON own.id = p.payer_id
      LEFT JOIN LATERAL (SELECT o.name FROM accounts_posting q JOIN accounts_payer o ON o.id = q.payer_id
                          WHERE q.entry_id = e.id AND q.charge_id = p.charge_id AND q.book = 'receivable'
                            AND (p.book <> 'receivable' OR q.payer_id IS DISTINCT FROM p.payer_id) LIMIT 1) other
             ON p.book <> 'receivable' OR e.kind = 'transfer_responsibility'
     WHERE p.charge_id = ANY(%s) AND NOT EXISTS (SELECT 1 FROM accounts_journalentry r WHERE r.reverses_id = e.id)
     ORDER BY p.charge_id, e.effective_date, e.id, p.id
"""
_EARNED = ("revenue", "late_fees", "interest")


def stories(charges: Iterable[int], debtor: int | None = None) -> dict[int, Story]:
    """Per charge, why the client, or the payer `debtor`, owes what they owe on it. One query, however many charges.

    A charge without postings has no story.
    """
    steps: dict[int, list[Step]] = {}
    open_at: dict[int, dict[str, int]] = {}
    with connection.cursor() as cursor:
        cursor.execute(_LEGS, [list(charges)])
        for charge, entry, kind, on, memo, book, cents, payer, paid, paid_by, party, own in cursor.fetchall():
            told, elsewhere = steps.setdefault(charge, []), open_at.setdefault(charge, {})
            if book == "receivable" and payer != debtor:
                elsewhere[own or CLIENT] = elsewhere.get(own or CLIENT, 0) + cents
            if part := _part(kind, book, cents, payer == debtor, paid, paid_by == debtor):
                whose = party if part[0] not in (Part.BILLED, Part.CLIENT) else ""
                if not whose and part[0] in (Part.PAYER, Part.LEFT):
                    whose = CLIENT
                told.append(Step(part[0], kind, whose, part[1], on, entry, memo))
    for charge, elsewhere in open_at.items():
        steps[charge] += [Step(Part.ELSEWHERE, "", name, -cents) for name, cents in elsewhere.items() if cents]
    return {charge: Story(sorted(told, key=lambda step: step.part)) for charge, told in steps.items()}


CLIENT = "the client"  # whom it was for: a mark, translated where it is said; as a payer's paper calls whom it was for


def _part(kind: str, book: str, cents: int, own: bool, paid: bool, own_money: bool) -> tuple[Part, int] | None:
    """What one leg of a charge tells: the part, and its cents as they are added to what is owed; None when nothing by itself.

    `own`: it is the debtor's leg; `own_money`: the money came from the debtor.
    """
    if book in _EARNED:
        return Part.BILLED, -cents
    if book != "receivable":
        return Part.OFF, -cents
    if paid:
        return Part.CLIENT if own_money else Part.PAYER, cents
    if kind == Kind.TRANSFER_RESPONSIBILITY and own and cents > 0:
        return Part.LEFT, cents
    return None


def together(told: Iterable[Story]) -> Story:
    return Story([step for story in told for step in story.steps])
