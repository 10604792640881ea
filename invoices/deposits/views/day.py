"""The day's close: what came in, what was posted, what still hinders, and the close itself."""

from datetime import date

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.views.decorators.http import require_POST

from accounts import ledger
from billing_office.audit.acts import record
from billing_office.lib import dates
from billing_office.lib.tables import Column, Empty, Table, export
from invoices.deposits import day as days
from invoices.deposits.forms import DayForm
from invoices.models import DayClose

RECEIVED = [
    Column("means", lazy("How")),
    Column("name", lazy("Posted by")),
    Column("count", lazy("Receipts"), kind="int"),
    Column("came", lazy("Came in"), kind="money"),
    Column("back", lazy("Went back"), kind="nil_money"),
    Column("cents", lazy("Left"), kind="money"),
]
KINDS = [
    Column("label", lazy("Kind")),
    Column("count", lazy("Entries"), kind="int"),
    Column("receivable", lazy("Receivable"), kind="nil_money"),
    Column("unapplied", lazy("Unapplied"), kind="nil_money"),
    Column("cash", lazy("Cash"), kind="nil_money"),
    Column("other", lazy("Other books"), kind="nil_money"),
]
DEPOSITS = [
    Column("number", lazy("Deposit"), kind="id"),
    Column("method", lazy("What"), value="get_method_display"),
    Column("expected_cents", lazy("Receipts"), kind="money"),
    Column("counted_cents", lazy("Counted"), kind="money"),
    Column("cleared_cents", lazy("Cleared"), kind="nil_money"),
    Column("state", lazy("State"), kind="tag"),
]


def day(request):
    form = DayForm(request.GET if "on" in request.GET or "office" in request.GET else None, by=request.user)
    given = form.cleaned_data if form.is_bound and form.is_valid() else {}
    on = given.get("on") or dates.today()
    office = given.get("office") or request.user.offices.order_by("name", "pk").first()
    if office is None:
        raise Http404(_("You belong to no office, so there is no day to show."))
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
        "deposits": Table(
            DEPOSITS, deposits, caption=_("Deposits"), href=_href, empty=Empty(_("No deposit of this day"))
        ),
    }


def _href(deposit) -> str:
    return reverse("deposit", args=[deposit.pk])


def _received(found: days.Figures) -> Table:
    came, back = sum(one.came for one in found.received), sum(one.back for one in found.received)
    totals = {"means": _("Sum"), "came": came, "back": back, "cents": found.cash}
    empty = Empty(_("Nothing was received"), _("Receipts posted on this day are summed here."))
    return Table(RECEIVED, found.received, caption=_("Received"), totals=totals, empty=empty)


def _kinds(found: days.Figures) -> Table:
    empty = Empty(_("Nothing was posted on this day"))
    return Table(KINDS, found.kinds, caption=_("Posted"), totals={"label": _("Sum")} | found.sums, empty=empty)


@require_POST
def day_close(request):
    """Close the day that the page showed."""
    form = DayForm(request.POST, by=request.user)
    if not form.is_valid() or not form.cleaned_data["on"] or not form.cleaned_data["office"]:
        raise Http404(_("No such day."))
    office, on = form.cleaned_data["office"], form.cleaned_data["on"]
    try:
        _close, new = days.close(office, on, today=dates.today(), by=request.user)
    except ledger.Refused as refusal:
        messages.error(request, _("The day was not closed. %(why)s") % {"why": refusal})
    else:
        said = (
            _("%(day)s is closed.") % {"day": dates.long(on)}
            if new
            else _("%(day)s was closed already.") % {"day": dates.long(on)}
        )
        (messages.success if new else messages.info)(request, said)
    return redirect(f"{reverse('day')}?{urlencode({'office': office.pk, 'on': on})}")
