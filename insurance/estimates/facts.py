"""What is known of a coverage for a service of a day, made into the terms that shares.py works with.

What a payer did not tell is counted in the way that is said beside it, never silently: each such gap is a sentence.
"""

import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from billing_office.lib import dates, money

from .. import benefits, prices, verification
from ..benefits import EITHER, IN, LEFT, OUT, WHOLE
from ..edi import words, x271
from ..edi.x271 import WHOLE_PLAN
from ..models import Benefit, Contract, Coverage, Verification
from ..shares import Left, Rule, Terms
from . import kinds

COINSURANCE, COPAY, NOT_COVERED = "A", "B", "I"
NO_DEDUCTIBLE = re.compile(
    r"deductible (does not apply|waived|not applicable)|not subject to (the )?deductible|no deductible|waive[sd]? (the )?deductible",
    re.I,
)
WITH_DEDUCTIBLE = re.compile(r"after (the )?deductible|deductible applies|subject to (the )?deductible", re.I)
STALE_DAYS = 30


@dataclass(frozen=True)
class Facts:
    """One coverage on a day. `left` in cents; `gaps` sentences of what is not known and how it is counted."""

    coverage: Coverage
    in_network: bool
    check: Verification | None
    rows: list[Benefit] = field(default_factory=list)
    same_year: bool = False
    left: Left = Left()
    gaps: tuple[str, ...] = ()

    def kept(self) -> dict:
        """The snapshot that stays with an estimate, as JSON."""
        coverage, check = self.coverage, self.check
        return {
            "coverage": coverage.pk,
            "payer": coverage.plan.payer.name,
            "plan": coverage.plan.name,
            "rank": coverage.rank,
            "rule": coverage.plan.rule,
            "member": coverage.member_number,
            "in_network": self.in_network,
            "check": check and check.pk,
            "told_on": check and check.checked_on.isoformat(),
            "how": check.get_how_display().lower() if check else "",
            "same_year": self.same_year,
            "left": asdict(self.left),
            "gaps": list(self.gaps),
        }


@dataclass(frozen=True)
class Told:
    """The terms of one service under one coverage; where the price comes from; what of it is not known. `instead` is said of
    its shares in place of how they are reckoned: there is nothing to reckon with."""

    terms: Terms
    source: str
    note: str
    gaps: tuple[str, ...]
    instead: str = ""


def known(coverage: Coverage, on: date, *, in_network: bool, today: date) -> Facts:
    """`coverage.plan.payer` is read. A few queries a coverage, none a service."""
    found, payer = verification.known(coverage, on), coverage.plan.payer.name
    gaps = []
    if found is None:
        gaps.append(_("%(payer)s never told what the plan pays: it is counted as paying nothing.") % {"payer": payer})
    elif (old := (today - found.check.checked_on).days) > STALE_DAYS:
        gaps.append(
            _("%(payer)s told this %(days)d days ago, on %(day)s.")
            % {"payer": payer, "days": old, "day": dates.long(found.check.checked_on)}
        )
    last = coverage.verifications.exclude(state=Verification.State.WAITING).first()
    if last and last.state in (Verification.State.INACTIVE, Verification.State.NOT_FOUND):
        gaps.append(
            _("%(payer)s said on %(day)s: %(state)s. It may pay nothing.")
            % {"payer": payer, "day": dates.long(last.checked_on), "state": last.get_state_display().lower()}
        )
    if in_network and not contracted(coverage, on):
        gaps.append(_("Counted as in network, but no contract with %(payer)s is on file.") % {"payer": payer})
    if not in_network:
        gaps.append(
            _("Out of network: no price is agreed, and %(payer)s may count from a lower one than ours.")
            % {"payer": payer}
        )
    if found is None:
        return Facts(coverage, in_network, None, gaps=tuple(gaps))
    left, more = _left(found, in_network, payer)
    return Facts(coverage, in_network, found.check, found.rows, found.same_year, left, (*gaps, *more))


def contracted(coverage: Coverage, on: date) -> bool:
    """Whether the office is in the network of this plan on that day."""
    plan = coverage.plan
    running = Contract.objects.filter(Q(until=None) | Q(until__gte=on), payer=plan.payer_id, since__lte=on)
    return running.filter(Q(plan=plan) | Q(plan=None)).exists()


# -- what is left of the year ----------------------------------------------------------------------------------------------

SUMS = (
    ("deductible", benefits.DEDUCTIBLE, "IND"),
    ("family_deductible", benefits.DEDUCTIBLE, "FAM"),
    ("out_of_pocket", benefits.MAXIMUM, "IND"),
    ("family_out_of_pocket", benefits.MAXIMUM, "FAM"),
)
NOT_TOLD = {
    "deductible": lazy("%(payer)s named no deductible: none is counted."),
    "out_of_pocket": lazy("%(payer)s named no out-of-pocket maximum: no limit is counted."),
}


def _left(found: verification.Known, in_network: bool, payer: str) -> tuple[Left, list[str]]:
    told, gaps = found.accumulators, []
    sums = {}
    for name, code, level in SUMS:
        one = _sum(told, code, level, in_network)
        sums[name] = one and (one.left if found.same_year and one.left is not None else one.whole)
        if one is None:
            gaps += [NOT_TOLD[name] % {"payer": payer}] if name in NOT_TOLD and _of_family(told, code) is None else []
        elif sums[name] is None:
            gaps.append(
                _("What is left of the %(sum)s was told for another benefit year: none is counted.")
                % {"sum": _named(one)}
            )
        elif not found.same_year:
            gaps.append(
                _("The %(sum)s was told for another benefit year: the whole of it is counted.") % {"sum": _named(one)}
            )
        elif one.left is None:
            gaps.append(
                _("How much of the %(sum)s is met was not told: the whole of it is counted.") % {"sum": _named(one)}
            )
    sums["annual_maximum"], more = _most(found, in_network, payer)
    return Left(**sums), [*gaps, *more]


def _sum(told, code: str, level: str, in_network: bool):
    """The one for this network, else the one for both or for none named. A sum without a level is the person's own."""
    levels = (level, "") if level == "IND" else (level,)
    fits = [one for one in told if one.code == code and one.level in levels and one.network in _networks(in_network)]
    return min(fits, key=lambda one: (_networks(in_network).index(one.network), one.level == ""), default=None)


def _of_family(told, code: str):
    return next((one for one in told if one.code == code and one.level == "FAM"), None)


def _networks(in_network: bool) -> tuple[str, ...]:
    return (IN if in_network else OUT, EITHER, "U", "")


def _named(one: benefits.Accumulator) -> str:
    return one.words[0].lower() + one.words[1:]


def _most(found: verification.Known, in_network: bool, payer: str) -> tuple[int | None, list[str]]:
    """What the plan still pays in the year, all services together."""
    rows = [
        row for row in found.rows
        if row.code == benefits.LIMIT and row.cents is not None and not row.procedure and row.level != "FAM"
        and (not row.service_types or WHOLE_PLAN in row.service_types) and row.in_network in _networks(in_network)
    ]  # fmt: skip
    left = next((row.cents for row in rows if row.period in LEFT), None)
    if left is not None and found.same_year:
        return left, []
    whole = next((row.cents for row in rows if row.period in WHOLE), None)
    if whole is None:
        return None, []
    return whole, [
        _("What %(payer)s already paid of its yearly maximum is not known: the whole of it is counted.")
        % {"payer": payer}
    ]


# -- one service -----------------------------------------------------------------------------------------------------------


def told(facts: Facts, code: str, on: date, modifier: str, units: Decimal) -> Told:
    """What a plan says of one service. The agreed price is of all units together."""
    price = _price(facts, code, on, modifier)
    allowed = None if price.cents is None else money.rounded(price.cents * units)
    if facts.check is None:
        terms = Terms(allowed, deductible_applies=False, coinsurance=Decimal(1), rule=_rule(facts))
        instead = _("Not known: %(payer)s never told what the plan pays.") % {"payer": facts.coverage.plan.payer.name}
        return Told(terms, price.source, price.note, (), instead)
    terms, gaps = _terms(facts, code, allowed)
    return Told(terms, price.source, price.note, tuple(gaps))


def _price(facts: Facts, code: str, on: date, modifier: str) -> prices.Price:
    if not facts.in_network:
        return prices.Price(None, prices.Source.UNKNOWN, _("Out of network no price is agreed."))
    return prices.allowed(facts.coverage.plan, code, on, modifier)


def _rule(facts: Facts) -> Rule:
    return Rule(facts.coverage.plan.rule)


def _terms(facts: Facts, code: str, allowed: int | None) -> tuple[Terms, list[str]]:
    rows, gaps, payer = facts.rows, [], facts.coverage.plan.payer.name
    nearness = _nearness(code, facts.in_network)
    if _excluded(rows, nearness):
        return Terms(allowed, covered=False, rule=_rule(facts)), gaps
    copay = _nearest(rows, COPAY, nearness, lambda row: row.cents is not None and row.period not in LEFT)
    part = _nearest(rows, COINSURANCE, nearness, lambda row: _rate(row) is not None)
    if copay and part and nearness(copay) < nearness(part):
        part = None  # its copay stands for this kind of service in place of the plan's coinsurance
    if not copay and not part:
        gaps.append(
            _("%(payer)s named neither copay nor coinsurance for %(service)s: none is counted.")
            % {"payer": payer, "service": _service(code)}
        )
    applies, said = _deductible(rows, nearness, copay or part)
    if not said and facts.left.deductible_now:
        gaps.append(
            _("%(payer)s did not say whether the deductible applies to %(service)s: counted as if it does.")
            % {"payer": payer, "service": _service(code)}
        )
    terms = Terms(
        allowed=allowed,
        copay=copay.cents if copay else 0,
        copay_after_deductible=facts.coverage.plan.copay_after_deductible,
        deductible_applies=applies,
        coinsurance=_rate(part) if part else Decimal(0),
        rule=_rule(facts),
    )
    return terms, gaps


def _nearness(code: str, in_network: bool):
    """A function from a row to how near it is to the service: smaller is nearer, None is not about it."""
    value, wanted, networks = kinds.normal(code), kinds.of_code(code), _networks(in_network)

    def near(row: Benefit) -> tuple | None:
        if row.in_network not in networks:
            return None
        if row.procedure:
            kind = 0 if kinds.normal(row.procedure) == value else None
        else:
            types = row.service_types or [WHOLE_PLAN]
            kind = next((at for at, each in enumerate(wanted, start=1) if each in types), None)
        if kind is None:
            return None
        whole = not row.procedure and wanted[kind - 1] == WHOLE_PLAN
        return (len(wanted) if whole else kind), networks.index(row.in_network), row.level == "FAM"

    return near


def _nearest(rows: Iterable[Benefit], code: str, nearness, wanted) -> Benefit | None:
    fits = [row for row in rows if row.code == code and wanted(row) and nearness(row) is not None]
    return min(fits, key=nearness, default=None)


def _excluded(rows: list[Benefit], nearness) -> bool:
    """Said not to be covered, and nothing nearer says that it is."""
    said = [row for row in rows if row.code == NOT_COVERED or row.code in x271.ACTIVE | {COPAY, COINSURANCE}]
    nearest = min((row for row in said if nearness(row) is not None), key=nearness, default=None)
    return nearest is not None and nearest.code == NOT_COVERED


def _rate(row: Benefit) -> Decimal | None:
    try:
        rate = Decimal(row.percent)
    except InvalidOperation:
        return None
    return rate if rate.is_finite() and 0 <= rate <= 1 else None


def _deductible(rows: list[Benefit], nearness, share: Benefit | None) -> tuple[bool, bool]:
    """Whether it applies, and whether the payer said so: beside the share, or by a deductible of this service alone."""
    said = " ".join(share.messages) if share else ""
    if NO_DEDUCTIBLE.search(said):
        return False, True
    if WITH_DEDUCTIBLE.search(said):
        return True, True
    own = _nearest(rows, benefits.DEDUCTIBLE, nearness, lambda row: row.cents == 0 and not _whole(row))
    return own is None, own is not None


def _whole(row: Benefit) -> bool:
    return not row.procedure and (not row.service_types or WHOLE_PLAN in row.service_types)


def _service(code: str) -> str:
    kind = kinds.of_code(code)[0]
    named = None if kind == WHOLE_PLAN else words.SERVICE.get(kind)
    return named or _("code %(code)s") % {"code": kinds.normal(code)}
