"""The open list of cash, and what accounts for it by hand."""

from django.contrib import messages
from django.db.models import Q
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.views.decorators.http import require_POST

from accounts import ledger
from accounts.models import Payment
from accounts.once import once
from billing_office.audit.acts import record
from billing_office.lib import dates
from billing_office.lib.money import show
from billing_office.lib.tables import Column, Empty, Table, chips, export
from billing_office.lib.views import answer_form
from invoices.deposits import cash, clearing
from invoices.deposits.forms import ClearForm
from invoices.models import Clearing, Deposit
from invoices.receipts.views.payment import payment_of

WHICH = {
    "": lazy("All"),
    "deposit": lazy("Deposits"),
    "building": lazy("Not closed"),
    "loose": lazy("In no deposit"),
    "out": lazy("Out"),
}
COLUMNS = [
    Column("what", lazy("What"), wrap=True),
    Column("kind", lazy("Where it stands"), kind="tag"),
    Column("since", lazy("Since"), kind="day"),
    Column("cents", lazy("Cash"), kind="money"),
    Column("open", lazy("Not cleared"), kind="money"),
    Column("days", lazy("Age"), kind="age"),
]


def cash_open(request):
    """Cash that the bank has not been seen to have, the oldest first."""
    which, kind = request.GET.get("which", ""), request.GET.get("as", "")
    rows = [row for row in cash.open_list(request.user, dates.today()) if which in ("", row.place)]
    if file := export(request, Table(COLUMNS, rows), "cash-not-cleared"):
        record(request.user, "open_cash_exported", detail={"as": kind})
        return file
    empty = Empty(_("All cash is cleared"), _("Every receipt since the first deposit is in the bank, or explained."))
    table = Table(
        COLUMNS, rows[:300], caption=_("Cash that is not cleared"), href=lambda row: row.href, empty=empty,
        totals={"what": _("Sum"), "open": sum(row.open for row in rows)},
    )  # fmt: skip
    context = {"table": table, "chips": chips(request, "which", WHICH.items()), "more": max(0, len(rows) - 300)}
    return render(request, "deposits/open.html", context)


def deposit_clear(request, pk):
    """A bank's line that no file brought, or why the bank never shows it."""
    row = get_object_or_404(Deposit.objects.for_staff(request.user).closed().select_related("office"), pk=pk)
    return _clear(
        request, row, clearing.open_of_deposit(row), clearing.clear_deposit, reverse("deposit", args=[row.pk])
    )


def cash_payment(request, pk):
    """The same for cash of one payment that is in no deposit: an EFT, a refund, a cheque that came back."""
    row = payment_of(request, pk)
    found = cash.loose(list(request.user.offices.values_list("pk", flat=True)), request.user, payments=[row.pk])
    if not found and request.method != "POST":
        raise Http404(_("All cash of this payment is accounted for."))
    return _clear(
        request, row, found[0].cents if found else 0, clearing.clear_payment, reverse("payment", args=[row.pk])
    )


def _clear(request, row, open_now: int, do, back: str):
    form = ClearForm(request.POST or None, by=request.user, open_now=open_now, today=dates.today())
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            with once(form.key, "cash_cleared", request.user) as before:
                if before is None:
                    facts = {name: given[name] for name in ("kind", "on", "words")}
                    do(row, given["amount"], by=request.user, form=form.key, **facts)
        except ledger.Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(
                request, _("%(amount)s of %(what)s is accounted for.") % {"amount": show(given["amount"]), "what": row}
            )
            return redirect(back)
    context = {"form": form, "back": back, "what": row, "open_now": open_now}
    return answer_form(request, "deposits/clear.html", context)


@require_POST
def clearing_undo(request, pk):
    """Take it back: both the cash and the bank's line are open again."""
    offices = request.user.offices.all()
    theirs = Q(deposit__office__in=offices) | Q(payment__in=Payment.objects.for_staff(request.user).values("pk"))
    row = get_object_or_404(Clearing.objects.filter(theirs).select_related("deposit", "line"), pk=pk)
    if clearing.undo(row, now=dates.now(), by=request.user):
        messages.success(request, _("%(amount)s is open again.") % {"amount": show(row.cents)})
    else:
        messages.info(request, _("This was undone already."))
    return redirect("deposit", pk=row.deposit_id) if row.deposit_id else redirect("payment", pk=row.payment_id)
