"""Cheaper ways to have what is planned, each with what the client would pay, worked out like the estimate itself.

Only what the client may choose: in network where the office is; another service where a rule in force for this payer says so
and its condition is told with it; the prompt-pay discount where it is in use and no public program pays.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.models import MoneyRule, Payer
from accounts.runs.amounts import prompt_pay
from billing_office.lib.money import show

from .. import authorizations
from ..coverage import coverage_on
from ..estimates import drafting, facts
from ..estimates.drafting import Refused, Wanted
from ..models import CheaperWay, Coverage, Estimate, EstimateLine


@dataclass(frozen=True)
class Way:
    """`cents`: what the client would pay of the whole estimate, None where nobody can say; `note`: what it hangs on.
    `line` and `rule`: the service that another may take the place of, and what says so."""

    label: str
    cents: int | None
    saves: int | None
    note: str = ""
    line: EstimateLine | None = None
    rule: CheaperWay | None = None

    def kept(self) -> dict:
        return {"label": self.label, "cents": self.cents, "saves": self.saves, "note": self.note}


def ways(estimate: Estimate, today: date) -> list[Way]:
    """The one that saves most first, then help with paying. `estimate.client.account.office` is read."""
    if not estimate.client_cents:
        return []
    coverages = coverage_on(estimate.client, estimate.service_on)
    found = [*_in_network(estimate, coverages), *_others(estimate, coverages), *_prompt(estimate, coverages, today)]
    found = sorted((one for one in found if one.saves > 0), key=lambda one: -one.saves)
    help_text = estimate.client.account.office.help_text
    return [*found, Way(_("Help with paying"), None, None, help_text)] if help_text else found


def wanted(way: CheaperWay, line: EstimateLine) -> Wanted:
    """The service that a rule puts in the place of a line."""
    return Wanted(way.to_code, line.units, way.to_modifier, why=way.words)


def _way(estimate: Estimate, label: str, cents: int, note="", **more) -> Way:
    return Way(label, cents, estimate.client_cents - cents, note, **more)


def _in_network(estimate: Estimate, coverages: list[Coverage]) -> list[Way]:
    if estimate.in_network or not coverages or not facts.contracted(coverages[0], estimate.service_on):
        return []
    cents = drafting.what_if(estimate, in_network=True)
    return [_way(estimate, _("With a provider in the plan’s network"), cents)]


def _others(estimate: Estimate, coverages: list[Coverage]) -> Iterable[Way]:
    lines = list(estimate.lines.all())
    for rule in _rules(estimate, coverages, {line.code for line in lines}):
        for line in lines:
            if line.code != rule.code:
                continue
            try:
                cents = drafting.what_if(estimate, line=line, instead=wanted(rule, line))
            except Refused:  # it has no price with us: nothing can be promised
                continue
            note = _note(rule, estimate, line)
            yield _way(estimate, f"{line.description}: {rule.words}", cents, note, line=line, rule=rule)


def _rules(estimate: Estimate, coverages: list[Coverage], codes: set[str]):
    """Those of the first payer and its plan, and those for everybody."""
    whose = Q(payer=None, plan=None)
    if coverages:
        whose |= Q(plan=coverages[0].plan_id) | Q(payer=coverages[0].plan.payer_id)
    return CheaperWay.objects.on(estimate.service_on).filter(whose, code__in=codes)


def _note(rule: CheaperWay, estimate: Estimate, line: EstimateLine) -> str:
    """On what it hangs, and whether it has to be asked for."""
    condition = f"{rule.condition[0].upper()}{rule.condition[1:].rstrip('.')}." if rule.condition else ""
    leave = authorizations.ask(estimate.client, rule.to_code, estimate.service_on, units=line.units)
    asked = _("Authorization is needed for %(code)s too.") % {"code": rule.to_code} if leave.missing else ""
    return " ".join(filter(None, [condition, asked]))


def _prompt(estimate: Estimate, coverages: list[Coverage], today: date) -> list[Way]:
    """Not to members of public programs: a discount could count as an inducement (42 U.S.C. 1320a-7a(i)(6))."""
    rule = MoneyRule.objects.in_force(MoneyRule.Kind.PROMPT_PAY, estimate.client.account.office, today)
    public = any(one.plan.payer.payer_class == Payer.Class.GOVERNMENT for one in coverages)
    if rule is None or public:
        return []
    off = prompt_pay(estimate.client_cents, rule)
    label = _("Pay within %(days)s days of the invoice, %(percent)s %% off") % {
        "days": rule.days,
        "percent": f"{rule.percent.normalize():f}",
    }
    return [_way(estimate, label, estimate.client_cents - off)]


def in_words(way: dict) -> str:
    """A way as it was kept, as it stands on paper."""
    if way["cents"] is None:
        said = _("%(way)s.") % {"way": way["label"]}
    else:
        amounts = {"amount": show(way["cents"]), "less": show(way["saves"])}
        said = _("%(way)s: you would pay $%(amount)s, $%(less)s less.") % {"way": way["label"], **amounts}
    return f"{said} {way['note']}".strip()
