"""An estimate as it is read: on screen, aloud, on paper. Nothing is worked out here; every figure is one that is kept."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from billing_office.lib import charts, dates
from billing_office.lib.money import MINUS, show

from ..authorizations import Answer, ask
from ..models import Estimate, EstimateFigure, EstimateLine
from .comparing import Actual, compare

PARTS = {
    "copay": lazy("Copay"),
    "deductible": lazy("Deductible"),
    "coinsurance": lazy("Coinsurance"),
    "over": lazy("Beyond what the plan pays"),
}
MOSTLY = {
    "copay": lazy("the copay for the visit"),
    "deductible": lazy("the deductible you still have to meet this year"),
    "coinsurance": lazy("your share after the deductible"),
    "over": lazy("beyond what the plan pays"),
}
TONES = {"draft": "info", "given": "good", "superseded": ""}


@dataclass(frozen=True)
class Step:
    """One row of how a line is worked out. `name` and `rank` name the figure that can be changed, "" where it follows from
    others; `instead_of` is what was calculated (cents) where a person put in another; `part`: it is part of the client's."""

    label: str
    cents: int
    why: str
    rank: int = 0
    name: str = ""
    instead_of: int | None = None
    part: bool = False


@dataclass(frozen=True)
class Read:
    """One line: its steps, how its parts sum to what the client pays, whether the payer wants to be asked."""

    line: EstimateLine
    steps: list[Step]
    sum: str
    leave: Answer


@dataclass(frozen=True)
class Picture:
    """All that the page of an estimate shows. `heads` are those of the grid; `said` what is not known, each sentence once."""

    estimate: Estimate
    payers: list[dict]
    lines: list[Read]
    sentence: str
    bars: list[charts.Bar]
    said: list[str]
    versions: list[Estimate]
    actual: list[Actual]

    @property
    def state(self) -> tuple[str, str]:
        return self.estimate.get_state_display(), TONES[self.estimate.state]

    @property
    def who(self) -> str:
        return self.estimate.client.first_name or self.estimate.client.name

    @property
    def missing(self) -> list[Read]:
        """Lines that the payer wants to be asked about, without leave for the day or for so many units."""
        return [one for one in self.lines if one.leave.missing or one.leave.short]

    @property
    def missing_codes(self) -> str:
        return ", ".join(str(one.line) for one in self.missing)


def picture(estimate: Estimate) -> Picture:
    """`estimate.client` is read. Figures and versions are two queries, leave a few a service."""
    lines = list(estimate.lines.prefetch_related("figures"))
    versions = Estimate.objects.filter(number=estimate.number).select_related("made_by").order_by("-version")
    return Picture(
        estimate=estimate,
        payers=[one | {"told_on": _day(one["told_on"])} for one in estimate.facts],
        lines=[_read(line, estimate) for line in lines],
        sentence=spoken(estimate, lines),
        bars=_bars(estimate, lines),
        said=gaps(estimate, lines),
        versions=list(versions),
        actual=compare(estimate, lines),
    )  # fmt: skip


def gaps(estimate: Estimate, lines: Iterable[EstimateLine]) -> list[str]:
    """What is not known and how it is counted, of the coverages and then of the lines; each sentence once."""
    said = [gap for payer in estimate.facts for gap in payer["gaps"]] + [gap for line in lines for gap in line.said]
    return list(dict.fromkeys(said))


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _read(line: EstimateLine, estimate: Estimate) -> Read:
    figures = list(line.figures.all())
    leave = ask(estimate.client, line.code, estimate.service_on, units=line.units)
    return Read(line, _steps(line, figures, estimate), _sum(line, figures), leave)


# -- step by step ------------------------------------------------------------------------------------------------------------


def _steps(line: EstimateLine, figures: list[EstimateFigure], estimate: Estimate) -> list[Step]:
    """Fee, what is taken off, what the client's part is made of, what each payer pays; in the order in which it is read."""
    fee = _("Fee for %(service)s") if line.units == 1 else _("Fee for %(service)s, %(units)s units")
    listed = line.calculated_cents if line.fee_cents != line.calculated_cents else None
    label = fee % {"service": line, "units": f"{line.units.normalize():f}"}
    steps = [Step(label, line.fee_cents, line.fee_why, name="fee", instead_of=listed)]
    first = {one.name: one for one in figures if one.rank == 1}
    if price := first.get("allowed"):
        off = _step(_("Agreed discount"), price, -line.writeoff_cents)
        steps.append(off)
    steps += [_step(label, first[name], part=True) for name, label in PARTS.items() if name in first]
    for rank, payer in enumerate(estimate.facts, start=1):
        paid = next((one for one in figures if (one.rank, one.name) == (rank, "insurer")), None)
        if paid:
            steps.append(_step(_("%(payer)s pays") % {"payer": payer["payer"]}, paid, -paid.cents))
    return steps


def _step(label: str, figure: EstimateFigure, cents: int | None = None, part=False) -> Step:
    why = figure.reason and _("Put in: %(reason)s.") % {"reason": figure.reason} or figure.note
    name = "" if figure.name == "over" else figure.name
    instead_of = None if figure.override_cents is None else figure.calculated_cents
    return Step(label, figure.cents if cents is None else cents, why, figure.rank, name, instead_of, part)


def _sum(line: EstimateLine, figures: list[EstimateFigure]) -> str:
    """`1,500.00 + 100.00 + 200.00` with one payer; with more, what is left after them."""
    payers = [one for one in figures if one.name == "insurer"]
    if len(payers) == 1:
        parts = [one.cents for one in figures if one.name in PARTS and one.cents]
        return " + ".join(map(show, parts)) if len(parts) > 1 else ""
    taken = [line.writeoff_cents, *(one.cents for one in payers)]
    return f" {MINUS} ".join(map(show, [line.fee_cents, *filter(None, taken)])) if payers else ""


# -- aloud -------------------------------------------------------------------------------------------------------------------


def spoken(estimate: Estimate, lines: Iterable[EstimateLine]) -> str:
    """What a clerk reads out, and what stands on top of the paper."""
    billed, client = show(estimate.billed_cents), show(estimate.client_cents)
    if not estimate.facts:
        return _("The price is $%(billed)s. We know of no insurance for that day, so all of it is yours to pay.") % {
            "billed": billed
        }
    said = [_("The price is $%(billed)s.") % {"billed": billed}]
    if estimate.writeoff_cents:
        said.append(_("Your plan’s agreed price takes off $%(amount)s.") % {"amount": show(estimate.writeoff_cents)})
    for payer, cents in paid(estimate, lines):
        said.append(
            _("%(payer)s pays about $%(amount)s.") % {"payer": payer, "amount": show(cents)}
            if cents
            else _("%(payer)s pays nothing.") % {"payer": payer}
        )
    said.append(_("So your part is about $%(client)s.") % {"client": client})
    parts = _parts(lines)
    if (
        parts
        and len(estimate.facts) == 1
        and (most := max(parts, key=parts.get))
        and parts[most] * 2 > estimate.client_cents
    ):
        all_of_it = parts[most] == estimate.client_cents
        said.append(
            (_("All of that is %(part)s.") if all_of_it else _("Most of that is %(part)s.")) % {"part": MOSTLY[most]}
        )
    return " ".join(said)


def paid(estimate: Estimate, lines: Iterable[EstimateLine]) -> list[tuple[str, int]]:
    """What each payer pays of all lines, in rank."""
    sums = Counter()
    for line in lines:
        for one in line.figures.all():
            if one.name == "insurer":
                sums[one.rank] += one.cents
    return [(payer["payer"], sums[rank]) for rank, payer in enumerate(estimate.facts, start=1)]


def _parts(lines: Iterable[EstimateLine]) -> dict[str, int]:
    sums = Counter()
    for line in lines:
        for one in line.figures.all():
            if one.rank == 1 and one.name in PARTS:
                sums[one.name] += one.cents
    return {name: cents for name, cents in sums.items() if cents}


def _bars(estimate: Estimate, lines: list[EstimateLine]) -> list[charts.Bar]:
    who = estimate.client.first_name or estimate.client.name
    payers = [
        charts.Part(f"fr{min(at, 3)}", name, cents) for at, (name, cents) in enumerate(paid(estimate, lines), start=1)
    ]
    return charts.strip(
        [
            charts.Part("fr4", who, estimate.client_cents),
            *payers,
            charts.Part("fa0", _("Discount"), estimate.writeoff_cents),
        ]
    )


def grid(picture: Picture) -> tuple[list[str], list[list]]:
    """The lines beside each other, for files and the table of several: heads, and per line the texts and cents."""
    heads = [_("Service"), _("Code"), _("Units"), _("Fee"), _("Discount")]
    heads += [_("Copay"), _("Deductible"), _("Coinsurance"), _("Over")]
    heads += [_("%(payer)s pays") % {"payer": payer["payer"]} for payer in picture.payers] + [_("Client pays")]
    rows = []
    for one in picture.lines:
        line, figures = one.line, {(f.rank, f.name): f.cents for f in one.line.figures.all()}
        rows.append(
            [line.description, str(line), f"{line.units.normalize():f}", line.fee_cents, line.writeoff_cents]
            + [figures.get((1, name), 0) for name in PARTS]
            + [figures.get((rank, "insurer"), 0) for rank in range(1, len(picture.payers) + 1)]
            + [line.client_cents]
        )
    return heads, rows


def told_on(estimate: Estimate) -> str:
    """`United Choice told this on November 23, 2026.`"""
    said = []
    for one in estimate.facts:
        if day := _day(one["told_on"]):
            said.append(_("%(payer)s told us this on %(day)s.") % {"payer": one["payer"], "day": dates.long(day)})
        else:
            said.append(_("%(payer)s has not told us what it pays.") % {"payer": one["payer"]})
    return " ".join(said)
