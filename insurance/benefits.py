"""What a plan pays and what is left of it, read from the rows of an answer: for people, and for estimates.

Pure: rows in, words and sums out.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from billing_office.lib import dates, money

from .edi import words, x271
from .models import Benefit

DEDUCTIBLE, MAXIMUM, LIMIT = "C", "G", "F"
LEFT = {"29", "33"}  # EB06: what remains of it
WHOLE = {"", "21", "22", "23", "25", "32"}  # for a year, a contract, a lifetime
IN, OUT, EITHER = "Y", "N", "W"
NETWORK = {IN: lazy("in"), OUT: lazy("out"), EITHER: lazy("in or out"), "U": lazy("unknown")}
SUMS = {  # by code and level: in network or everywhere, and out of it
    (DEDUCTIBLE, ""): (lazy("Deductible"), lazy("Deductible out of network")),
    (DEDUCTIBLE, "IND"): (lazy("Own deductible"), lazy("Own deductible out of network")),
    (DEDUCTIBLE, "FAM"): (lazy("Family deductible"), lazy("Family deductible out of network")),
    (MAXIMUM, ""): (lazy("Out-of-pocket maximum"), lazy("Out-of-pocket maximum out of network")),
    (MAXIMUM, "IND"): (lazy("Own out-of-pocket maximum"), lazy("Own out-of-pocket maximum out of network")),
    (MAXIMUM, "FAM"): (lazy("Family out-of-pocket maximum"), lazy("Family out-of-pocket maximum out of network")),
}
SELDOM = x271.ACTIVE | x271.INACTIVE


@dataclass(frozen=True)
class Accumulator:
    """A sum that fills up in a benefit year: `code` C deductible or G maximum, `level` IND or FAM, `network` Y, N, W or "".

    Cents; `left` is None where the payer did not say how much of it was met.
    """

    code: str
    level: str
    network: str
    whole: int | None
    left: int | None

    @property
    def met(self) -> int | None:
        return None if self.whole is None or self.left is None else max(0, self.whole - self.left)

    @property
    def percent(self) -> int:
        return min(100, self.met * 100 // self.whole) if self.met is not None and self.whole else 0

    @property
    def words(self) -> str:
        level = self.level if self.level in ("IND", "FAM") else ""
        return str(SUMS[self.code, level][self.network == OUT])


def accumulators(rows: Iterable[Benefit]) -> list[Accumulator]:
    """Deductibles and maxima of the plan as a whole, own before family's, in network before out of it."""
    found: dict[tuple[str, str, str], dict[str, int]] = {}
    for row in rows:
        if _fills_up(row):
            place = "left" if row.period in LEFT else "whole"
            found.setdefault((row.code, row.level, row.in_network), {}).setdefault(place, row.cents)
    made = [Accumulator(*key, sums.get("whole"), sums.get("left")) for key, sums in found.items()]
    return sorted(made, key=lambda one: (one.network == OUT, one.code, one.level == "FAM"))


def _fills_up(row: Benefit) -> bool:
    whole_plan = not row.procedure and (not row.service_types or x271.WHOLE_PLAN in row.service_types)
    return row.code in (DEDUCTIBLE, MAXIMUM) and row.cents is not None and whole_plan and row.period in LEFT | WHOLE


# -- for people ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Line:
    """One benefit in words. `share` is an amount, a percentage or a quantity; `note` what it is bound to."""

    service: str
    network: str
    benefit: str
    share: str
    note: str
    authorization: str
    messages: tuple[str, ...]

    @property
    def leave(self) -> tuple[str, str] | None:
        return {"Y": (_("needed"), "warn"), "N": (_("not needed"), "good")}.get(self.authorization)


def lines(rows: Iterable[Benefit], *, sums=True) -> list[Line]:
    """Grouped by service, the plan as a whole first. What only says that a service is in the plan is left out, as are,
    without `sums`, the amounts that the accumulators show."""
    wanted = [row for row in rows if row.code not in SELDOM or row.messages]
    found = [_line(row) for row in wanted if sums or not _fills_up(row) or row.messages]
    return sorted(found, key=lambda line: (line.service != "The plan as a whole", line.service, line.network))


def _line(row: Benefit) -> Line:
    return Line(
        service=_service(row),
        network=str(NETWORK.get(row.in_network, "")),
        benefit=", ".join(
            filter(None, [words.INFORMATION.get(row.code, row.code), words.LEVEL.get(row.level, row.level)])
        ),
        share=share(row),
        note=", ".join(filter(None, [words.PERIOD.get(row.period, row.period), row.plan_name, *_days(row)])),
        authorization=row.authorization,
        messages=(*(_sentence(text) for text in row.messages), *_parties(row)),
    )


def _service(row: Benefit) -> str:
    if row.procedure:
        return _("Code %(code)s") % {"code": row.procedure}
    named = ", ".join(words.SERVICE.get(each, _("service %(code)s") % {"code": each}) for each in row.service_types)
    named = named or words.SERVICE[x271.WHOLE_PLAN]
    return named[0].upper() + named[1:]


def share(row: Benefit) -> str:
    """What the row grants or asks, as it is read: 1,500.00; 20 %; 30 visits."""
    quantity = words.QUANTITY.get(row.quantity_qualifier, row.quantity_qualifier)
    return ", ".join(
        filter(
            None,
            [
                "" if row.cents is None else money.show(row.cents),
                f"{(Decimal(row.percent) * 100).normalize():f} %" if row.percent else "",
                f"{row.quantity} {quantity}".strip() if row.quantity else "",
            ],
        )
    )


def _days(row: Benefit) -> list[str]:
    return [_span(each) for each in row.more.get("days", ())]


def _span(days: dict) -> str:
    what, first = words.DAYS.get(days["qualifier"], days["qualifier"]), _day(days["first"])
    if not days["last"]:
        return f"{what} {first}"
    return _("%(what)s %(first)s to %(last)s") % {"what": what, "first": first, "last": _day(days["last"])}


def _day(text: str) -> str:
    return dates.short(date.fromisoformat(text))


def _sentence(text: str) -> str:
    """Payers shout; a message all in capitals is written as a sentence."""
    return text.capitalize() if text.isupper() else text


def _parties(row: Benefit) -> list[str]:
    """Who else is named: another payer, a desk to call."""
    found = []
    for party in row.more.get("entities", ()):
        numbers = [value for contact in party["contacts"] for _kind, value in contact["numbers"]]
        name = " ".join(filter(None, [party["first"], party["last"]]))
        found.append(", ".join(filter(None, [name, *numbers])))
    return [each for each in found if each]


# -- what changed ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Change:
    """One benefit as it was told before and now; "" where it was not told."""

    what: str
    before: str
    now: str


def changes(before: Iterable[Benefit], now: Iterable[Benefit], *, whole=True) -> list[Change]:
    """What the payer tells otherwise than last time; what is left of a sum changes by being used, and is told too.

    Without `whole` only what was told both times: a phone call names less than a machine's answer.
    """
    old, new = _by_place(before), _by_place(now)
    places = dict.fromkeys([*new, *old]) if whole else [at for at in new if at in old]
    found = [
        Change(" · ".join(filter(None, at)), ", ".join(old.get(at, ())), ", ".join(new.get(at, ()))) for at in places
    ]
    return [one for one in found if one.before != one.now]


def _by_place(rows: Iterable[Benefit]) -> dict[tuple, list[str]]:
    found: dict[tuple, list[str]] = {}
    for row in rows:
        line = _line(row)
        network = {IN: _("in network"), OUT: _("out of network")}.get(row.in_network, "")
        leave = {"Y": _("authorization needed"), "N": _("authorization not needed")}.get(row.authorization)
        at = (line.service, line.benefit, network, line.note)
        told = ", ".join(filter(None, [line.share, leave, *line.messages])) or _("yes")
        if told not in found.setdefault(at, []):
            found[at].append(told)
    return found
