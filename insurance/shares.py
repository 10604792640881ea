"""What of a service each payer and the client pays: pure arithmetic in cents, every step with its reason in words.

The formula and its worked cases follow the office's domain notes; the order of steps is that of the most complete open
implementation (ClaimProcs.ComputeBaseEst in OpenDental): price, copay, deductible, coinsurance, out-of-pocket limit, annual
maximum, then the later payers. What a plan says is data; where it says nothing, nothing is assumed in the client's favour
or against them without the step saying so.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from billing_office.lib import money
from billing_office.lib.money import show


class Rule(StrEnum):
    """How a later payer coordinates with those before it."""

    BASIC = "basic"
    STANDARD = "standard"
    CARVE_OUT = "carve_out"
    SECONDARY_MEDICAID = "secondary_medicaid"


RULES = {
    Rule.BASIC: lazy("Basic"),
    Rule.STANDARD: lazy("Standard"),
    Rule.CARVE_OUT: lazy("Carve out"),
    Rule.SECONDARY_MEDICAID: lazy("Secondary medicaid"),
}


@dataclass(frozen=True)
class Terms:
    """What a plan says of one service. Cents; `coinsurance` is the client's part, 0 to 1 (Decimal("0.2") for 80/20)."""

    allowed: int | None = None  # the agreed price; None: there is none, the billed price stands
    covered: bool = True
    charge_uncovered_whole: bool = False  # by contract nothing is taken off a service that is not covered
    copay: int = 0
    copay_after_deductible: bool = False
    deductible_applies: bool = True
    coinsurance: Decimal = Decimal(0)
    rule: Rule = Rule.STANDARD


@dataclass(frozen=True)
class Left:
    """What is left of a benefit year's amounts, in cents; None where the plan has no such amount."""

    deductible: int | None = None
    family_deductible: int | None = None
    out_of_pocket: int | None = None
    family_out_of_pocket: int | None = None
    annual_maximum: int | None = None

    @property
    def deductible_now(self) -> int:
        """A line takes from the person's and the family's deductible; the smaller remainder bounds it (to be confirmed per plan)."""
        return min((left for left in (self.deductible, self.family_deductible) if left is not None), default=0)

    @property
    def out_of_pocket_now(self) -> int | None:
        return min((left for left in (self.out_of_pocket, self.family_out_of_pocket) if left is not None), default=None)

    def after(self, share: "Share") -> "Left":
        """What is left once a line was adjudicated so. `over` is usually outside the out-of-pocket limit and does not lower it."""
        counted = share.copay + share.deductible + share.coinsurance
        return Left(
            _less(self.deductible, share.deductible),
            _less(self.family_deductible, share.deductible),
            _less(self.out_of_pocket, counted),
            _less(self.family_out_of_pocket, counted),
            _less(self.annual_maximum, share.insurer),
        )


def _less(left: int | None, used: int) -> int | None:
    return None if left is None else max(0, left - used)


@dataclass(frozen=True)
class Step:
    """One figure: what was calculated, what a person put in its place (None: nothing), and why, in a sentence to read out."""

    name: str
    calculated: int
    override: int | None
    note: str

    @property
    def cents(self) -> int:
        return self.calculated if self.override is None else self.override


@dataclass(frozen=True)
class Share:
    """One line as one payer sees it, alone: billed = writeoff + insurer + client; client = copay + deductible + coinsurance + over."""

    billed: int
    allowed: int
    writeoff: int
    copay: int
    deductible: int
    coinsurance: int
    over: int
    insurer: int
    client: int
    steps: list[Step] = field(default_factory=list, compare=False)


OVERRIDES = ("allowed", "copay", "deductible", "coinsurance", "insurer")


def share(billed: int, terms: Terms, left: Left, overrides: Mapping[str, int] | None = None) -> Share:
    """The client's and the payer's part of one line, the payer being the only one.

    `overrides` puts figures in place of calculated ones, by name (OVERRIDES); each is bounded by what it is taken from, so
    that the parts always sum to what was billed. Raises ValueError for a name that is none, or a negative amount.

    >>> from decimal import Decimal
    >>> s = share(50000, Terms(32000, coinsurance=Decimal("0.2")), Left(deductible=20000))
    >>> (s.writeoff, s.deductible, s.coinsurance, s.insurer, s.client)
    (18000, 20000, 2400, 9600, 22400)
    """
    given = dict(overrides or {})
    if unknown := given.keys() - set(OVERRIDES):
        raise ValueError(f"No such figure: {', '.join(sorted(unknown))}")
    if billed < 0 or any(cents < 0 for cents in given.values()):
        raise ValueError("An amount is never below zero.")
    steps: list[Step] = []

    def step(name: str, calculated: int, most: int, note: str) -> int:
        override = min(given[name], most) if name in given else None
        steps.append(Step(name, calculated, override, note))
        return steps[-1].cents

    agreed = billed if terms.allowed is None else min(billed, terms.allowed)
    if not terms.covered:
        return _uncovered(billed, agreed, terms, step, steps)
    allowed = step("allowed", agreed, billed, _price_note(billed, agreed, terms))
    copay, deductible = _copay_and_deductible(allowed, terms, left, step)
    rest = allowed - copay - deductible
    rate = terms.coinsurance
    coinsurance = step(
        "coinsurance",
        _percent(rest, rate),
        rest,
        _("You pay %(rate)s of the remaining $%(amount)s.") % {"rate": _rate(rate), "amount": show(rest)},
    )
    copay, deductible, coinsurance = _within_limit(copay, deductible, coinsurance, left.out_of_pocket_now, steps)
    insurer = allowed - copay - deductible - coinsurance
    paid = insurer if left.annual_maximum is None else min(insurer, left.annual_maximum)
    note = _("The plan pays $%(amount)s.") % {"amount": show(paid)}
    if paid < insurer:
        note = _("The plan pays no more than the $%(left)s left of its yearly maximum; $%(over)s is yours.") % {
            "left": show(paid),
            "over": show(insurer - paid),
        }
    paid = step("insurer", paid, allowed, note)
    return _shared(billed, allowed, copay, deductible, coinsurance, paid, steps)


def _shared(billed, allowed, copay, deductible, coinsurance, insurer, steps) -> Share:
    """A figure put in for the payer (a received authorization, for example) is made up for by the client's parts, the last first."""
    client = allowed - insurer
    copay = min(copay, client)
    deductible = min(deductible, client - copay)
    coinsurance = min(coinsurance, client - copay - deductible)
    over = client - copay - deductible - coinsurance
    return Share(billed, allowed, billed - allowed, copay, deductible, coinsurance, over, insurer, client, steps)


def _uncovered(billed, agreed, terms, step, steps) -> Share:
    whole = billed if terms.charge_uncovered_whole else agreed
    allowed = step(
        "allowed",
        whole,
        billed,
        _("The plan does not cover this service. It costs you $%(amount)s.") % {"amount": show(whole)},
    )
    insurer = step("insurer", 0, allowed, _("The plan pays nothing."))
    client = allowed - insurer
    return Share(billed, allowed, billed - allowed, 0, 0, 0, client, insurer, client, steps)


def _price_note(billed: int, agreed: int, terms: Terms) -> str:
    if terms.allowed is None:
        return _("There is no agreed price; $%(amount)s stands.") % {"amount": show(billed)}
    if agreed == billed:
        return _("The price is $%(amount)s.") % {"amount": show(billed)}
    return _("We bill $%(billed)s; the price agreed with the plan is $%(agreed)s, $%(off)s less.") % {
        "billed": show(billed),
        "agreed": show(agreed),
        "off": show(billed - agreed),
    }


def _copay_and_deductible(allowed: int, terms: Terms, left: Left, step) -> tuple[int, int]:
    """Copay first, unless the plan takes the deductible before it."""
    open_deductible = left.deductible_now if terms.deductible_applies else 0

    def copay(of: int) -> int:
        cents = min(terms.copay, of)
        return step(
            "copay",
            cents,
            of,
            _("Your copay is $%(amount)s.") % {"amount": show(cents)} if cents else _("There is no copay."),
        )

    def deductible(of: int) -> int:
        cents = min(open_deductible, of)
        if not terms.deductible_applies:
            note = _("The deductible does not apply to this service.")
        elif cents:
            note = _("$%(amount)s goes to your deductible, of which $%(left)s is left.") % {
                "amount": show(cents),
                "left": show(open_deductible),
            }
        else:
            note = _("Nothing is left of your deductible.")
        return step("deductible", cents, of, note)

    if terms.copay_after_deductible:
        taken = deductible(allowed)
        return copay(allowed - taken), taken
    paid = copay(allowed)
    return paid, deductible(allowed - paid)


def _within_limit(
    copay: int, deductible: int, coinsurance: int, limit: int | None, steps: list[Step]
) -> tuple[int, int, int]:
    """What is above the out-of-pocket limit comes off the coinsurance, then the copay, then the deductible; it is the plan's."""
    excess = max(0, copay + deductible + coinsurance - limit) if limit is not None else 0
    if excess:
        note = _("Only $%(left)s is left of what you pay in a year; the plan takes over $%(over)s.") % {
            "left": show(limit),
            "over": show(excess),
        }
        steps.append(Step("limit", excess, None, note))
    parts = []
    for part in (coinsurance, copay, deductible):
        off = min(part, excess)
        excess -= off
        parts.append(part - off)
    return parts[1], parts[2], parts[0]


def _percent(cents: int, rate: Decimal) -> int:
    return money.rounded(cents * rate)


def _rate(rate: Decimal) -> str:
    return f"{(rate * 100).normalize():f} %"


# -- several payers ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Paid:
    """What one payer of several does for a line. `own` is its share as if it were alone."""

    insurer: int
    writeoff: int
    own: Share
    note: str = ""


def coordinate(
    billed: int, plans: Iterable[tuple[Terms, Left]], overrides: Iterable[Mapping[str, int]] = ()
) -> list[Paid]:
    """What each payer in rank pays and writes off; what is then left of `billed` is the client's.

    Together they never pay and write off more than was billed. A later payer writes nothing off once an earlier one did.

    >>> from decimal import Decimal
    >>> first = Terms(32000, coinsurance=Decimal("0.2")), Left(deductible=20000)
    >>> second = Terms(32000, coinsurance=Decimal("0.1"), rule=Rule.CARVE_OUT), Left()
    >>> [(p.insurer, p.writeoff) for p in coordinate(50000, [first, second])]
    [(9600, 18000), (19200, 0)]
    """
    found: list[Paid] = []
    given = list(overrides)
    for rank, (terms, left) in enumerate(plans, start=1):
        changed = given[rank - 1] if rank <= len(given) else {}
        own = share(billed, terms, left, changed)
        paid, writeoff = sum(one.insurer for one in found), sum(one.writeoff for one in found)
        if rank == 1:
            found.append(Paid(own.insurer, own.writeoff, own))
            continue
        insurer = (
            own.insurer
            if "insurer" in changed
            else max(0, min(own.insurer, _cap(rank, terms.rule, own, billed, paid, writeoff)))
        )
        insurer = min(insurer, billed - paid - writeoff)
        off = 0 if writeoff else min(own.writeoff, billed - paid - insurer)
        found.append(Paid(insurer, off, own, _cap_note(rank, terms.rule, own, insurer)))
    return found


def _cap(rank: int, rule: Rule, own: Share, billed: int, paid: int, writeoff: int) -> int:
    if rule == Rule.SECONDARY_MEDICAID:
        rule = Rule.BASIC if rank == 2 else Rule.STANDARD
    if rule == Rule.BASIC:
        return own.allowed - paid
    if rule == Rule.CARVE_OUT:
        return own.insurer - paid
    return billed - paid - writeoff


def _cap_note(rank: int, rule: Rule, own: Share, insurer: int) -> str:
    which = {2: _("second"), 3: _("third")}.get(rank, f"{rank}th")
    if insurer == own.insurer:
        return _("The %(which)s payer pays its whole benefit, $%(amount)s.") % {"which": which, "amount": show(insurer)}
    return _(
        "Alone the %(which)s payer would pay $%(alone)s; after the others it pays $%(amount)s (rule: %(rule)s)."
    ) % {"which": which, "alone": show(own.insurer), "amount": show(insurer), "rule": str(RULES[rule]).lower()}


# -- a year of lines -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Line:
    """One planned or billed service. `order` settles lines of one day (their place on the bill)."""

    on: date
    order: int
    billed: int
    terms: Terms
    overrides: Mapping[str, int] = field(default_factory=dict)


def in_turn(lines: Iterable[Line], left: Left) -> list[tuple[Line, Share]]:
    """Every line's share with the year's amounts used up in order of service, whatever order they were entered in.

    All lines are of one client and one benefit year; the caller groups them.
    """
    found = []
    for line in sorted(lines, key=lambda line: (line.on, line.order)):
        found.append((line, share(line.billed, line.terms, left, line.overrides)))
        left = left.after(found[-1][1])
    return found
