"""Deposits: the list, opening one, its receipts, the count, the close, the slip."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from accounts import ledger
from billing_office.audit.acts import record
from billing_office.lib import dates
from billing_office.lib.money import show
from billing_office.lib.tables import Column, Empty, Table, chips, export, keyset
from billing_office.lib.views import answer_form
from billing_office.staff.access import may
from invoices.deposits import cash, keeping
from invoices.deposits.forms import CountForm, DepositForm
from invoices.models import Deposit

STATES = {"": lazy("All"), "open": lazy("Not closed"), "uncleared": lazy("Not cleared"), "closed": lazy("Closed")}


def _sum_of(deposit: Deposit) -> int | None:
    return deposit.expected_cents if deposit.expected_cents is not None else deposit.lines_cents


def _missing(deposit: Deposit) -> int | None:
    return deposit.expected_cents - deposit.cleared_cents if deposit.closed_at else None


COLUMNS = [
    Column("number", lazy("Deposit"), kind="id"),
    Column("day", lazy("Receipts of"), kind="day"),
    Column("office", lazy("Office"), value="office.name", lo=True),
    Column("method", lazy("What"), value="get_method_display"),
    Column("drawer", lazy("Drawer"), value=lambda d: d.drawer.short_name if d.drawer else _("Everybody’s"), lo=True),
    Column("sum", lazy("Receipts"), value=_sum_of, kind="money"),
    Column("counted", lazy("Counted"), value="counted_cents", kind="money"),
    Column("missing", lazy("Not cleared"), value=_missing, kind="nil_money"),
    Column("state", lazy("State"), kind="tag"),
    Column("opened_by", lazy("Opened by"), value="opened_by.short_name", lo=True),
    Column("closed_by", lazy("Closed by"), value=lambda d: d.closed_by.short_name if d.closed_by else "", lo=True),
]


def _shown(user, state: str):
    rows = Deposit.objects.for_staff(user).select_related("office", "drawer", "opened_by", "closed_by")
    match state:
        case "open":
            rows = rows.being_built()
        case "uncleared":
            rows = rows.uncleared()
        case "closed":
            rows = rows.closed()
    return rows.with_sums()


def deposits(request):
    state, kind = request.GET.get("state", ""), request.GET.get("as", "")
    found = _shown(request.user, state)
    if file := export(request, Table(COLUMNS, found.order_by("-id")), "deposits"):
        record(request.user, "deposits_exported", detail={"as": kind})
        return file
    page = keyset(found, ("-id",), request.GET.get("after"), request.GET.get("before"))
    empty = Empty(_("No deposits"), _("Open one: the day’s receipts are put in at once."))
    table = Table(COLUMNS, page.rows, caption=_("Deposits"), href=_href, page=page, empty=empty)
    return render(request, "deposits/list.html", {"table": table, "chips": chips(request, "state", STATES.items())})


def _href(deposit: Deposit) -> str:
    return reverse("deposit", args=[deposit.pk])


def deposit_new(request):
    opening = {"day": dates.today(), "drawer": request.user.pk if not may(request.user, "clear_deposits") else None}
    form = DepositForm(request.POST or None, by=request.user, initial=opening)
    if request.method == "POST" and form.is_valid():
        facts = {name: form.cleaned_data[name] for name in ("day", "method", "drawer")}
        deposit = keeping.open_deposit(form.cleaned_data["office"], by=request.user, form=form.key, **facts)
        return redirect("deposit", pk=deposit.pk)
    return answer_form(request, "deposits/new.html", {"form": form, "back": reverse("deposits")})


def _of(request, pk) -> Deposit:
    people = ("office", "drawer", "opened_by", "counted_by", "closed_by")
    return get_object_or_404(Deposit.objects.for_staff(request.user).select_related(*people).with_cleared(), pk=pk)


IN_IT = [
    Column("name", lazy("From"), value="payment.account.name", link=lambda r: reverse("payment", args=[r.payment.pk])),
    Column(
        "number", lazy("Account"), value=lambda r: "" if r.payment.payer_id else r.payment.account.number, kind="id"
    ),
    Column("reference", lazy("Reference"), value="payment.reference", kind="id"),
    Column("received_on", lazy("Received"), value="payment.received_on", kind="day"),
    Column("by", lazy("Posted by"), value="payment.created_by.short_name", lo=True),
    Column("came", lazy("Received"), kind="money"),
    Column("back", lazy("Undone"), kind="nil_money"),
    Column("cents", lazy("In the deposit"), kind="money"),
]
NOT_IN_IT = [
    Column("name", lazy("From"), link=lambda one: one.href),
    Column("number", lazy("Account"), value=lambda one: "" if one.house else one.number, kind="id"),
    Column("reference", lazy("Reference"), kind="id"),
    Column("since", lazy("Received"), kind="day"),
    Column("taken", lazy("Posted by"), lo=True),
    Column("cents", lazy("Amount"), kind="money"),
]


NOTE = Column("note", "", kind="tag")


def _in_it(receipts: list[cash.Receipt], ticks: bool) -> Table:
    came, back = sum(one.came for one in receipts), sum(one.back for one in receipts)
    return Table(
        [*IN_IT, NOTE] if back else IN_IT,
        receipts,
        caption=_("Receipts in it"),
        tick=(lambda one: str(one.payment.pk)) if ticks else None,
        totals={"name": _("Sum"), "came": came, "back": back, "cents": came + back},
        empty=Empty(_("Nothing is in it yet"), _("Tick receipts below and add them.")),
    )


def _page(request, deposit: Deposit, form: CountForm | None = None):
    builds = deposit.open and may(request.user, "build_deposits")
    receipts = cash.receipts_of(deposit)
    total = sum(one.cents for one in receipts)
    free = cash.loose([deposit.office_id], request.user, method=deposit.method) if builds else []
    free = [one for one in free if one.cents > 0]
    context = {
        "deposit": deposit,
        "total": total,
        "receipts": receipts,
        "form": form or CountForm(),
        "builds": builds,
        "mine": request.user.pk in (deposit.opened_by_id, deposit.counted_by_id),
        "table": _in_it(receipts, builds),
        "free": Table(NOT_IN_IT, free, caption=_("Receipts in no deposit"), tick=lambda one: str(one.payment)),
        "free_count": len(free),
        "changed": deposit.open and deposit.counted_at and total != deposit.expected_cents,
        "missing": _missing(deposit),
        "clearings": deposit.clearings.live().select_related("line", "by") if deposit.closed_at else [],
    }
    return answer_form(request, "deposits/page.html", context)


def deposit(request, pk):
    return _page(request, _of(request, pk))


@require_POST
def deposit_receipts(request, pk):
    """Receipts that were ticked join, or leave."""
    row = _of(request, pk)
    ticked = [
        int(text)
        for text in request.POST.getlist("row")[:1000]
        if text.isascii() and text.isdecimal() and len(text) < 19
    ]
    out = request.POST.get("act") == "remove"
    try:
        count = (keeping.remove if out else keeping.add)(row, ticked, by=request.user)
    except ledger.Refused as refusal:
        messages.error(request, str(refusal))
    else:
        said = (
            ngettext("%(n)d receipt taken out.", "%(n)d receipts taken out.", count)
            if out
            else ngettext("%(n)d receipt added.", "%(n)d receipts added.", count)
        ) % {"n": count}
        if count < len(ticked):
            said = f"{said} {_('%(n)d stood elsewhere meanwhile.') % {'n': len(ticked) - count}}"
        messages.success(request, said)
    return redirect("deposit", pk=row.pk)


@require_POST
def deposit_count(request, pk):
    row = _of(request, pk)
    form = CountForm(request.POST)
    if form.is_valid():
        given = form.cleaned_data
        try:
            keeping.count(row, given["counted"], reason=given["reason"], now=dates.now(), by=request.user)
        except ledger.Refused as refusal:
            form.add_error("reason" if row.open else None, str(refusal))
        else:
            messages.success(
                request,
                _("Counted %(amount)s. Now another person closes %(deposit)s.")
                % {"amount": show(given["counted"]), "deposit": row},
            )
            return redirect("deposit", pk=row.pk)
    return _page(request, row, form)


@require_POST
def deposit_close(request, pk):
    """As a second person. The page says which sum it showed, so that an old page closes nothing else."""
    row, seen = _of(request, pk), request.POST.get("seen", "")
    try:
        new = keeping.close(row, seen=_whole(seen), now=dates.now(), by=request.user)
    except ledger.Refused as refusal:
        messages.error(request, _("Nothing was closed. %(why)s") % {"why": refusal})
    else:
        said = (
            _("%(deposit)s is closed.") % {"deposit": row}
            if new
            else _("%(deposit)s was closed already; nothing was done twice.") % {"deposit": row}
        )
        (messages.success if new else messages.info)(request, said)
    return redirect("deposit", pk=row.pk)


def _whole(text: str) -> int | None:
    bare = text.removeprefix("-")
    return int(text) if bare.isascii() and bare.isdecimal() and len(bare) < 16 else None


@require_POST
def deposit_drop(request, pk):
    row = _of(request, pk)
    try:
        keeping.drop(row, now=dates.now(), by=request.user)
    except ledger.Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("%(deposit)s is discarded; its receipts are free for another.") % {"deposit": row})
    return redirect("deposits")


def deposit_slip(request, pk):
    """The slip that goes to the bank with it, to be printed."""
    row = _of(request, pk)
    receipts = [one for one in cash.receipts_of(row) if one.cents]
    total = sum(one.cents for one in receipts)
    return render(request, "deposits/slip.html", {"deposit": row, "receipts": receipts, "total": total})
