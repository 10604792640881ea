"""The day's close: what came in, what was posted, what still hinders, and the close itself."""

from datetime import date

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_POST

from accounts import ledger
from billing_office.audit.acts import record
from billing_office.lib import dates
from billing_office.lib.tables import Column, Empty, Table, export
from invoices.deposits import day as days
from invoices.deposits.forms import DayForm
from invoices.models import DayClose

RECEIVED = [
    Column("means", "How"),
    Column("name", "Posted by"),
    Column("count", "Receipts", kind="int"),
    Column("came", "Came in", kind="money"),
    Column("back", "Went back", kind="nil_money"),
    Column("cents", "Left", kind="money"),
]
KINDS = [
    Column("label", "Kind"),
    Column("count", "Entries", kind="int"),
    Column("receivable", "Receivable", kind="nil_money"),
    Column("unapplied", "Unapplied", kind="nil_money"),
    Column("cash", "Cash", kind="nil_money"),
    Column("other", "Other books", kind="nil_money"),
]
DEPOSITS = [
    Column("number", "Deposit", kind="id"),
    Column("method", "What", value="get_method_display"),
    Column("expected_cents", "Receipts", kind="money"),
    Column("counted_cents", "Counted", kind="money"),
    Column("cleared_cents", "Cleared", kind="nil_money"),
    Column("state", "State", kind="tag"),
]


def day(request):
    form = DayForm(request.GET if "on" in request.GET or "office" in request.GET else None, by=request.user)
    given = form.cleaned_data if form.is_bound and form.is_valid() else {}
    on = given.get("on") or dates.today()
    office = given.get("office") or request.user.offices.order_by("name", "pk").first()
    if office is None:
        raise Http404("You belong to no office, so there is no day to show.")
    form.initial = {"on": on, "office": office.pk}
    found, kind = days.figures(office, on), request.GET.get("as", "")
    if file := export(request, Table(KINDS, found.kinds), f"day-{office.code}-{on}"):
        record(request.user, "day_exported", detail={"as": kind, "day": str(on)})
        return file
    closed = DayClose.objects.filter(office=office, day=on).select_related("closed_by").first()
    return render(request, "deposits/day.html", _context(request, form, office, on, found, closed))


def _context(request, form, office, on: date, found: days.Figures, closed: DayClose | None) -> dict:
    deposits = list(days.deposits_of(office, on))
    return {
        "form": form,
        "office": office,
        "on": on,
        "found": found,
        "closed": closed,
        "today": dates.today(),
        "waiting": [] if closed else days.hindrances(office, on, request.user),
        "mine": request.user.pk in days.takers(found, deposits),
        "after": closed is not None and closed.figures["sums"] != found.sums,
        "received": _received(found),
        "kinds": _kinds(found),
        "deposits": Table(DEPOSITS, deposits, caption="Deposits", href=_href, empty=Empty("No deposit of this day")),
    }


def _href(deposit) -> str:
    return reverse("deposit", args=[deposit.pk])


def _received(found: days.Figures) -> Table:
    came, back = sum(one.came for one in found.received), sum(one.back for one in found.received)
    totals = {"means": "Sum", "came": came, "back": back, "cents": found.cash}
    empty = Empty("Nothing was received", "Receipts posted on this day are summed here.")
    return Table(RECEIVED, found.received, caption="Received", totals=totals, empty=empty)


def _kinds(found: days.Figures) -> Table:
    empty = Empty("Nothing was posted on this day")
    return Table(KINDS, found.kinds, caption="Posted", totals={"label": "Sum"} | found.sums, empty=empty)


@require_POST
def day_close(request):
    """Close the day that the page showed."""
    form = DayForm(request.POST, by=request.user)
    if not form.is_valid() or not form.cleaned_data["on"] or not form.cleaned_data["office"]:
        raise Http404("No such day.")
    office, on = form.cleaned_data["office"], form.cleaned_data["on"]
    try:
        _, new = days.close(office, on, today=dates.today(), by=request.user)
    except ledger.Refused as refusal:
        messages.error(request, f"The day was not closed. {refusal}")
    else:
        said = f"{dates.long(on)} is closed." if new else f"{dates.long(on)} was closed already."
        (messages.success if new else messages.info)(request, said)
    return redirect(f"{reverse('day')}?{urlencode({'office': office.pk, 'on': on})}")
