"""Drafts of estimates: lines in, figures out, anew with every change; then given to the client, and frozen.

Every verb locks the estimate and raises Settled where it is no draft any more. Figures that a person put in stay until they
are taken out.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from accounts.models import Client
from accounts.models.number import take
from accounts.once import once
from billing_office.audit import acts
from billing_office.lib import dates, money

from .. import prices, verification
from ..codes.rows import is_code, normal
from ..coverage import coverage_on
from ..models import Code, Estimate, EstimateFigure, EstimateLine
from ..shares import OVERRIDES, Left
from . import facts as known
from .working_out import Asked, Figure, Worked, work_out

MOST_LINES = 60
FEE_LIST = lazy("Our price list")


class Refused(ValueError):
    """It cannot be done; the message says why and what to do instead."""


class NoPrice(Refused):
    """Our price list has no fee for the service, and nobody said one."""


class Settled(Refused):
    """The estimate was given: nothing of it changes. A change is a draft of its next version (`revise`)."""

    def __init__(self, estimate: Estimate):
        super().__init__(
            _("%(estimate)s was given to the client and stays as it is. Make a new version to change it.")
            % {"estimate": estimate}
        )


class Changed(Refused):
    """What the client pays is not what the person saw who gives it."""


@dataclass(frozen=True)
class Wanted:
    """A service to estimate. Empty `description` and `fee` (cents, all units) are filled from the codes and our price list."""

    code: str
    units: Decimal = Decimal(1)
    modifier: str = ""
    description: str = ""
    fee: int | None = None
    why: str = ""


# -- beginning -----------------------------------------------------------------------------------------------------------------


def draft(client: Client, on: date, wanted: Iterable[Wanted], *, by, form, in_network=True) -> Estimate:
    """A new estimate for services of that day; once however often the form is sent. Raises Refused for a line that has no
    price: nothing is given away, the clerk names one."""
    with once(form, "estimate_drafted", by) as done:
        if done:
            return Estimate.objects.get(pk=done.object_id)
        lines = [_line(one, on) for one in wanted]
        office = client.account.office
        estimate = Estimate.objects.create(
            client=client, service_on=on, in_network=in_network, made_by=by, worked_out_at=dates.now(),
            number=f"{office.code}-EST-{take('estimate', office)[0]:06d}",
        )  # fmt: skip
        for line in lines:
            line.estimate = estimate
            line.save()
        _work_out(estimate)
        detail = {"form": str(form), "number": estimate.number, "codes": [str(line) for line in lines]}
        acts.record(by, "estimate_drafted", estimate, account_id=client.account_id, detail=detail)
    return estimate


def revise(estimate: Estimate, *, by) -> Estimate:
    """The draft of the next version, with the same lines and figures put in, worked out by what is known now. The one that is
    being made already when there is one."""
    with transaction.atomic():
        versions = Estimate.objects.filter(number=estimate.number)
        versions.select_for_update(no_key=True).get(version=1)  # one lock, whichever version they revise
        if there := versions.filter(state=Estimate.State.DRAFT).first():
            return there
        last = versions.order_by("-version").first()
        made = Estimate.objects.create(
            client_id=last.client_id, number=last.number, version=last.version + 1, service_on=last.service_on,
            in_network=last.in_network, made_by=by, worked_out_at=dates.now(),
        )  # fmt: skip
        for line in last.lines.prefetch_related("figures"):
            put_in = [figure for figure in line.figures.all() if figure.override_cents is not None]
            line.pk, line._state.adding, line.estimate = None, True, made
            line.save()
            for figure in put_in:
                figure.pk, figure._state.adding, figure.line = None, True, line
            EstimateFigure.objects.bulk_create(put_in)
        _work_out(made)
        detail = {"number": made.number, "version": made.version}
        acts.record(by, "estimate_revised", made, account_id=made.client.account_id, detail=detail)
    return made


# -- changing a draft ----------------------------------------------------------------------------------------------------------


def add(estimate: Estimate, wanted: Wanted, *, by, form) -> EstimateLine:
    """One more service; once however often the form is sent."""
    with once(form, "estimate_line_added", by) as done:
        row = _draft(estimate)
        if done:
            return row.lines.filter(pk=done.detail["line"]).first()
        if row.lines.count() >= MOST_LINES:
            raise Refused(_("An estimate holds %(n)d lines. Make another one for the rest.") % {"n": MOST_LINES})
        line = _line(wanted, row.service_on)
        line.estimate = row
        line.save()
        _work_out(row)
        detail = {"form": str(form), "line": line.pk, "code": line.code}
        acts.record(by, "estimate_line_added", row, account_id=row.client.account_id, detail=detail)
    return line


def swap(line: EstimateLine, instead: Wanted, *, by):
    """Another service in place of a line, in one step. Done already: nothing happens. Raises Refused for one without a price."""
    with transaction.atomic():
        row = _draft(line.estimate)
        if not row.lines.filter(pk=line.pk).exists():
            return
        other, code = _line(instead, row.service_on), str(line)
        line.delete()
        other.estimate = row
        other.save()
        _work_out(row)
        detail = {"code": code, "instead": str(other), "client": row.client_cents}
        acts.record(
            by, "estimate_line_swapped", row, account_id=row.client.account_id, reason=instead.why, detail=detail
        )


def take_out(line: EstimateLine, *, by):
    """A service that is not planned after all."""
    with transaction.atomic():
        row = _draft(line.estimate)
        if not row.lines.filter(pk=line.pk).exists():
            return
        code = str(line)
        line.delete()
        _work_out(row)
        acts.record(by, "estimate_line_taken_out", row, account_id=row.client.account_id, detail={"code": code})


def put_in(line: EstimateLine, rank: int, name: str, cents: int | None, reason: str, *, by):
    """A figure in place of the calculated one, with its reason; `cents` None takes it out again. `rank` 0 is our fee.

    A figure is bounded by what it is taken from, so that the line still adds up. Raises Refused for one that is none.
    """
    with transaction.atomic():
        row = _draft(line.estimate)
        line = row.lines.select_for_update().get(pk=line.pk)
        if cents is not None and not reason:
            raise Refused(_("Say why."))
        if rank == 0 and name == "fee":
            _put_fee(line, cents, reason)
        elif name in OVERRIDES and line.figures.filter(rank=rank, name=name).exists():
            line.figures.filter(rank=rank, name=name).update(
                override_cents=cents, reason=reason if cents is not None else ""
            )
        else:
            raise Refused(_("This figure follows from the others. Change one of those."))
        _work_out(row)
        detail = {"line": line.pk, "code": line.code, "rank": rank, "figure": name, "cents": cents}
        verb = "estimate_figure_put_in" if cents is not None else "estimate_figure_taken_out"
        acts.record(by, verb, row, account_id=row.client.account_id, reason=reason, detail=detail)


def _put_fee(line: EstimateLine, cents: int | None, reason: str):
    if cents is None and line.calculated_cents is None:
        raise Refused(_("Our price list has no fee for this code; the one put in must stand."))
    _set_fee(line, line.calculated_cents if cents is None else cents, FEE_LIST if cents is None else reason)


def _set_fee(line: EstimateLine, cents: int, why: str):
    """All of it is the client's until the line is worked out, so that it adds up at every moment."""
    line.fee_cents = line.client_cents = cents
    line.fee_why, line.writeoff_cents, line.payers_cents = str(why), 0, 0
    line.save()


def move(estimate: Estimate, on: date, in_network: bool, *, by):
    """Another day, or a provider in or out of network: prices, coverage and what is left are looked up anew."""
    with transaction.atomic():
        row = _draft(estimate)
        if (row.service_on, row.in_network) == (on, in_network):
            return
        row.service_on, row.in_network = on, in_network
        row.save(update_fields=["service_on", "in_network"])
        for line in row.lines.all():
            by_list = line.fee_cents == line.calculated_cents
            line.calculated_cents = _usual(line.code, on, line.modifier, line.units)
            if by_list and line.calculated_cents is not None:
                _set_fee(line, line.calculated_cents, FEE_LIST)
            else:
                line.save(update_fields=["calculated_cents"])
        _work_out(row)
        detail = {"service_on": str(on), "in_network": in_network}
        acts.record(by, "estimate_moved", row, account_id=row.client.account_id, detail=detail)


def renew(estimate: Estimate, *, by):
    """Work it out by what is known now: after a verification, a new contract, an answer of a payer."""
    with transaction.atomic():
        row = _draft(estimate)
        _work_out(row)
        acts.record(by, "estimate_renewed", row, account_id=row.client.account_id)


def discard(estimate: Estimate, *, by):
    """A draft that nobody was given is thrown away."""
    with transaction.atomic():
        row = _draft(estimate)
        detail = {"number": row.number, "version": row.version}
        acts.record(by, "estimate_discarded", row, account_id=row.client.account_id, detail=detail)
        row.delete()


def _draft(estimate: Estimate) -> Estimate:
    row = Estimate.objects.select_related("client__account__office").select_for_update(of=("self",), no_key=True)
    row = row.get(pk=estimate.pk)
    if not row.is_draft:
        raise Settled(row)
    return row


# -- giving ----------------------------------------------------------------------------------------------------------------------


def give(estimate: Estimate, *, shown: int, by) -> Estimate:
    """It was told to the client: from now on it stays as it is, and supersedes what was given before under its number.

    Given already: nothing happens. `shown` is what the person saw the client pay, in cents; it is worked out once more, and
    Raises Changed (the draft is kept as it stands now) when that is another amount by now.
    """
    with transaction.atomic():
        row = Estimate.objects.select_related("client__account__office").select_for_update(of=("self",), no_key=True)
        row = row.get(pk=estimate.pk)
        if not row.is_draft:
            return row
        if not row.lines.exists():
            raise Refused(_("There is no service on it yet."))
        _work_out(row)
        if row.client_cents == shown:
            Estimate.objects.filter(number=row.number, state=Estimate.State.GIVEN).update(
                state=Estimate.State.SUPERSEDED
            )
            row.state, row.given_at, row.given_by = Estimate.State.GIVEN, dates.now(), by
            row.good_until = good_until(row)
            row.save(update_fields=["state", "given_at", "given_by", "good_until"])
            detail = {"number": row.number, "version": row.version, "client": row.client_cents}
            acts.record(by, "estimate_given", row, account_id=row.client.account_id, detail=detail)
    if row.is_draft:
        raise Changed(
            _("Something became known meanwhile: the client pays $%(now)s now, not $%(shown)s. Look at it again.")
            % {"now": money.show(row.client_cents), "shown": money.show(shown)}
        )
    return row


def good_until(estimate: Estimate) -> date:
    """The last day of the benefit year of the service: after it deductibles begin anew. Without coverage, of the year."""
    coverages = coverage_on(estimate.client, estimate.service_on)
    month, year = 1, estimate.service_on.year
    if coverages:
        month, year = coverages[0].plan.year_begins, verification.benefit_year(coverages[0], estimate.service_on)
    return date(year + 1, month, 1) - timedelta(days=1)


# -- working it out ----------------------------------------------------------------------------------------------------------


def _line(wanted: Wanted, on: date) -> EstimateLine:
    code, modifier = normal(wanted.code), normal(wanted.modifier)
    if not is_code(code):
        raise Refused(_("%(code)s is no code.") % {"code": wanted.code} if wanted.code else _("Nothing is no code."))
    listed = _usual(code, on, modifier, wanted.units)
    fee = listed if wanted.fee is None else wanted.fee
    if fee is None:
        raise NoPrice(
            _("Our price list has no fee for %(code)s on %(day)s. Say what we bill for it.")
            % {"code": code, "day": dates.long(on)}
        )
    named = wanted.description or _named(code, on)
    why = FEE_LIST if wanted.fee is None or wanted.fee == listed else wanted.why or _("Named by hand")
    return EstimateLine(
        code=code, modifier=modifier, description=named, units=wanted.units, calculated_cents=listed, fee_cents=fee,
        fee_why=str(why), client_cents=fee,
    )  # fmt: skip


def _usual(code: str, on: date, modifier: str, units: Decimal) -> int | None:
    cents = prices.usual(code, on, modifier)
    return None if cents is None else money.rounded(cents * units)


def _named(code: str, on: date) -> str:
    known_code = Code.objects.valid(on).filter(value=code).order_by("system").first()
    return known_code.words[:200] if known_code else _("Service %(code)s") % {"code": code}


def _work_out(estimate: Estimate):
    """Look up what is known now, settle all lines together, and write every figure. Under the lock of the estimate."""
    lines = list(estimate.lines.prefetch_related("figures"))
    put_in = {line.pk: _put_in(line) for line in lines}
    found, told, worked = _reckon(estimate, lines, put_in, in_network=estimate.in_network)
    for line in lines:
        _write(line, worked[line.pk], told[line.pk])
    estimate.facts = [one.kept() for one in found]
    estimate.billed_cents = sum(line.fee_cents for line in lines)
    for name in ("writeoff_cents", "payers_cents", "client_cents"):
        setattr(estimate, name, sum(getattr(line, name) for line in lines))
    estimate.worked_out_at = dates.now()
    estimate.save(
        update_fields=["facts", "billed_cents", "writeoff_cents", "payers_cents", "client_cents", "worked_out_at"]
    )


def _reckon(estimate: Estimate, lines: list[EstimateLine], put_in: dict[int, list[dict]], *, in_network: bool):
    """By what is known now: the facts of each coverage of the day; per line, by its pk, what each tells of it, and its figures.
    `put_in` holds per line and rank what people put in the place of figures."""
    on, today = estimate.service_on, dates.today()
    coverages = coverage_on(estimate.client, on)
    found = [known.known(one, on, in_network=in_network, today=today) for one in coverages]
    told = {line.pk: [known.told(one, line.code, on, line.modifier, line.units) for one in found] for line in lines}
    asked = [_asked(line, told[line.pk], on, put_in[line.pk]) for line in lines]
    return found, told, work_out(asked, [one.left if one.check else Left() for one in found])


def what_if(
    estimate: Estimate, *, line: EstimateLine | None = None, instead: Wanted | None = None, in_network: bool | None = None
) -> int:  # fmt: skip
    """What the client would pay of all lines, in cents, with another service in place of `line`, or in or out of network.
    Nothing is written. What people put in stays on the lines that stay as they are. Raises Refused for one without a price."""
    lines = list(estimate.lines.prefetch_related("figures"))
    put_in = {one.pk: _put_in(one) if in_network is None else [] for one in lines}
    if line is not None:
        other = _line(instead, estimate.service_on)
        other.pk, put_in[line.pk] = line.pk, []
        lines = [other if one.pk == line.pk else one for one in lines]
    network = estimate.in_network if in_network is None else in_network
    worked = _reckon(estimate, lines, put_in, in_network=network)[2]
    return sum(one.client for one in worked.values())


def _put_in(line: EstimateLine) -> list[dict]:
    """Per rank, by name: the figures that a person put in."""
    given = [{}, {}, {}]
    for one in line.figures.all():
        if one.override_cents is not None:
            given[one.rank - 1][one.name] = one.override_cents
    return given


def _asked(line: EstimateLine, told: list[known.Told], on: date, put_in: list[dict]) -> Asked:
    overrides = tuple(put_in[at] if at < len(put_in) else {} for at in range(len(told)))
    return Asked(
        line.pk, on, line.code, line.modifier, line.units, line.fee_cents, tuple(one.terms for one in told), overrides
    )


def _write(line: EstimateLine, worked: Worked, told: list[known.Told]):
    before = {(one.rank, one.name): one for one in line.figures.all()}
    line.figures.all().delete()
    EstimateFigure.objects.bulk_create(
        _figure(line, rank, figure, before.get((rank, figure.name)), told[rank - 1])
        for rank, figures in enumerate(worked.figures, start=1)
        for figure in figures
    )
    line.writeoff_cents, line.payers_cents, line.client_cents = worked.writeoff, worked.payers, worked.client
    line.said = [gap for one in told for gap in one.gaps]
    line.save(update_fields=["writeoff_cents", "payers_cents", "client_cents", "said"])


def _figure(line, rank: int, figure: Figure, before: EstimateFigure | None, told: known.Told) -> EstimateFigure:
    price = figure.name == "allowed"
    note = f"{told.note} {figure.note}" if price else told.instead or figure.note
    return EstimateFigure(
        line=line, rank=rank, name=figure.name, calculated_cents=figure.calculated, cents=figure.cents,
        override_cents=before and before.override_cents, reason=before.reason if before else "",
        note=note[:600], source=told.source if price else "",
    )  # fmt: skip
