"""Estimates: lists, the page with every figure and its reason, changing a draft, giving it, its paper."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.views.decorators.http import require_POST

from accounts.views.pages import account_of, form_page
from billing_office.audit import acts
from billing_office.lib import dates
from billing_office.lib.tables import Column, Empty, Table, chips, export, keyset
from billing_office.lib.views import answer_form

from ..estimates import drafting, papers, reading
from ..estimates.drafting import NoPrice, Refused
from ..forms.estimates import FigureForm, LineForm, MoveForm, NewEstimateForm
from ..models import Estimate, EstimateLine, Visit

SHOWS = {"": lazy("Drafts and given"), "draft": lazy("Drafts"), "given": lazy("Given"), "all": lazy("All versions")}
FIGURES = {
    "fee": lazy("what we bill"),
    "allowed": lazy("the agreed price"),
    "copay": lazy("the copay"),
    "deductible": lazy("what goes to the deductible"),
    "coinsurance": lazy("the coinsurance"),
    "insurer": lazy("what the payer pays"),
}


# -- lists -------------------------------------------------------------------------------------------------------------------


def estimates(request):
    return _list(request, Estimate.objects.for_staff(request.user))


def account_estimates(request, pk):
    account = account_of(request, pk)
    return _list(request, Estimate.objects.filter(client__account=account), account)


def _list(request, found, account=None):
    show = request.GET.get("show", "")
    if show in ("draft", "given"):
        found = found.filter(state=show)
    elif show != "all":
        found = found.exclude(state=Estimate.State.SUPERSEDED)
    found = found.select_related("client__account", "made_by")
    if file := export(request, Table(LIST, found.order_by("-id")), "estimates"):
        acts.record(request.user, "estimates_exported", account_id=account and account.pk, detail={"show": show})
        return file
    page = keyset(found, ("-id",), request.GET.get("after"), request.GET.get("before"))
    empty = Empty(_("No estimates"), _("Make one from a client’s account."))
    table = Table(LIST, page.rows, caption=_("Estimates"), href=_href, page=page, empty=empty)
    context = {"table": table, "chips": chips(request, "show", SHOWS.items()), "account": account}
    return render(request, "insurance/estimates.html", context)


def _href(row: Estimate) -> str:
    return reverse("estimate", args=[row.pk])


def _state(row: Estimate) -> tuple[str, str]:
    return row.get_state_display(), reading.TONES[row.state]


LIST = [
    Column("number", lazy("Number"), value="full_number", kind="id"),
    Column("client", lazy("Client"), value="client.name"),
    Column("service_on", lazy("Planned for"), kind="day"),
    Column("billed_cents", lazy("Billed"), kind="money", lo=True),
    Column("payers_cents", lazy("Payers pay"), kind="nil_money"),
    Column("client_cents", lazy("Client pays"), kind="money"),
    Column("good_until", lazy("Good until"), kind="day", lo=True),
    Column("made_by", lazy("By"), value="made_by.name", lo=True),
    Column("state", lazy("State"), value=_state, kind="tag"),
]


# -- one ---------------------------------------------------------------------------------------------------------------------


def estimate(request, pk):
    row = _estimate(request, pk)
    picture = reading.picture(row)
    if file := export(request, _grid(picture), row.full_number):
        acts.record(request.user, "estimate_exported", row, account_id=row.client.account_id)
        return file
    return _page(request, row, LineForm(), picture)


def _estimate(request, pk) -> Estimate:
    rows = Estimate.objects.for_staff(request.user).select_related("client__account__office", "made_by", "given_by")
    return get_object_or_404(rows, pk=pk)


def _page(request, row: Estimate, form: LineForm, picture=None):
    picture = picture or reading.picture(row)
    context = {"estimate": row, "account": row.client.account, "picture": picture, "form": form}
    if len(picture.lines) > 1:
        context["grid"] = _grid(picture)
    return answer_form(request, "insurance/estimate.html", context)


def _grid(picture: reading.Picture) -> Table:
    """The services beside each other; all but the first three columns are amounts."""
    heads, rows = reading.grid(picture)
    columns = [
        Column(
            str(at), head, value=lambda cells, at=at: cells[at], kind="text" if at < 3 else "nil_money", wrap=at == 0
        )
        for at, head in enumerate(heads)
    ]
    table = Table(columns, rows, caption=_("All services"), empty=Empty(_("No service yet"), ""))
    table.totals = {"0": _("Total")} | {str(at): sum(row[at] for row in rows) for at in range(3, len(heads))}
    return table


# -- drafts --------------------------------------------------------------------------------------------------------------------


def estimate_new(request, pk):
    account = account_of(request, pk)
    form = NewEstimateForm(request.POST or None, account=account, initial=_planned(request, account))
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            row = drafting.draft(
                given["client"], given["service_on"], [form.wanted], by=request.user, form=form.key,
                in_network=given["in_network"],
            )  # fmt: skip
        except Refused as refusal:
            form.add_error("fee" if isinstance(refusal, NoPrice) else "code", str(refusal))
        else:
            return redirect("estimate", pk=row.pk)
    return form_page(
        request, account, form, _("Estimate what a client will owe"), _("Work it out"), "insurance/estimate_new.html"
    )


def _planned(request, account) -> dict:
    """For the next visit that is planned, else today."""
    today = dates.today()
    visit = Visit.objects.expected().filter(client__account=account, on__gte=today).order_by("on").first()
    planned = {"service_on": visit.on, "client": visit.client_id} if visit else {"service_on": today}
    return planned | {"code": request.GET.get("code", "")[:20]}


@require_POST
def estimate_line_new(request, pk):
    row = _estimate(request, pk)
    form = LineForm(request.POST)
    if form.is_valid():
        try:
            drafting.add(row, form.wanted, by=request.user, form=form.key)
        except Refused as refusal:
            form.add_error("fee" if isinstance(refusal, NoPrice) else None, str(refusal))
        else:
            return redirect("estimate", pk=pk)
    return _page(request, row, form)


def estimate_edit(request, pk):
    row = _estimate(request, pk)
    form = MoveForm(request.POST or None, initial={"service_on": row.service_on, "in_network": row.in_network})
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            drafting.move(row, given["service_on"], given["in_network"], by=request.user)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            return redirect("estimate", pk=pk)
    return form_page(
        request,
        row.client.account,
        form,
        _("Day and network of %(estimate)s") % {"estimate": row},
        _("Work it out anew"),
    )


def estimate_figure(request, pk):
    """One figure of a line: `?payer=` its rank (0: our fee) and `?figure=` its name."""
    line = _line_of(request, pk)
    rank, name = request.GET.get("payer", ""), request.GET.get("figure", "")
    stands = _stands(line, rank, name)
    form = FigureForm(request.POST or None, initial=stands)
    taken_out = request.method == "POST" and "take_out" in request.POST
    if taken_out or (request.method == "POST" and form.is_valid()):
        given = (None, "") if taken_out else (form.cleaned_data["amount"], form.cleaned_data["reason"])
        try:
            drafting.put_in(line, int(rank), name, *given, by=request.user)
        except Refused as refusal:
            messages.error(request, str(refusal))
        return redirect("estimate", pk=line.estimate_id)
    title = _("Change %(figure)s: %(service)s") % {"figure": FIGURES[name], "service": line.description}
    context = {"line": line, "put_in": bool(stands.get("reason")), "why": stands.get("note", "")}
    account = line.estimate.client.account
    return form_page(request, account, form, title, _("Put in"), "insurance/estimate_figure.html", **context)


def _stands(line: EstimateLine, rank: str, name: str) -> dict:
    """What is in the cell now. 404 for a cell that is none, or follows from others."""
    if (rank, name) == ("0", "fee"):
        put_in = line.fee_cents != line.calculated_cents
        return {"amount": line.fee_cents, "reason": line.fee_why if put_in else "", "note": line.fee_why}
    figure = line.figures.filter(rank=rank, name=name).first() if rank in ("1", "2", "3") and name in FIGURES else None
    if figure is None:
        raise Http404(_("No such figure."))
    return {"amount": figure.cents, "reason": figure.reason, "note": figure.note}


def _line_of(request, pk) -> EstimateLine:
    mine = EstimateLine.objects.filter(estimate__in=Estimate.objects.for_staff(request.user))
    return get_object_or_404(mine.select_related("estimate__client__account__office"), pk=pk)


@require_POST
def estimate_line_take_out(request, pk):
    line = _line_of(request, pk)
    return _done(request, line.estimate, lambda: drafting.take_out(line, by=request.user))


@require_POST
def estimate_renew(request, pk):
    row = _estimate(request, pk)
    return _done(request, row, lambda: drafting.renew(row, by=request.user), _("Worked out by what is known now."))


@require_POST
def estimate_discard(request, pk):
    row = _estimate(request, pk)
    try:
        drafting.discard(row, by=request.user)
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("estimate", pk=pk)
    messages.success(request, _("%(estimate)s is thrown away.") % {"estimate": row})
    return redirect("account_estimates", pk=row.client.account_id)


def _done(request, row: Estimate, act, said=""):
    """Do it, say so or why not, and show the estimate."""
    try:
        act()
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        if said:
            messages.success(request, said)
    return redirect("estimate", pk=row.pk)


# -- given -------------------------------------------------------------------------------------------------------------------


@require_POST
def estimate_give(request, pk):
    """Told to the client; `by` says whether a paper follows: email (where allowed), print, or none."""
    row = _estimate(request, pk)
    shown, way = request.POST.get("shown", ""), request.POST.get("by", "")
    try:
        row = drafting.give(
            row, shown=int(shown) if shown.isascii() and shown.isdigit() and len(shown) < 19 else -1, by=request.user
        )
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("estimate", pk=pk)
    if way in ("email", "print"):
        return _sent(request, row, way)
    messages.success(request, _("%(estimate)s is kept as it was told.") % {"estimate": row})
    return redirect("estimate", pk=pk)


@require_POST
def estimate_send(request, pk):
    return _sent(request, _estimate(request, pk), request.POST.get("by", ""))


def _sent(request, row: Estimate, way: str):
    try:
        document = papers.document(row, by=request.user, on_paper=way == "print")
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        mailed = document.messages.filter(channel="email").exists()
        said = (
            _("%(estimate)s: it is being e-mailed.") if mailed else _("%(estimate)s: its paper is on the print list.")
        )
        messages.success(request, said % {"estimate": row})
    return redirect("estimate", pk=row.pk)


@require_POST
def estimate_revise(request, pk):
    made = drafting.revise(_estimate(request, pk), by=request.user)
    return redirect("estimate", pk=made.pk)
