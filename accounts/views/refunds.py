"""Refunds: asked for from a payment, listed, paid out; a credit taken off its charge; a returned check."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.views.decorators.http import require_POST

from accounts import ledger
from accounts.corrections import letter
from accounts.corrections.refunding import of_staff
from accounts.forms.refunds import PayoutForm, RefundForm, ReleaseForm, ReturnedForm
from accounts.models import Account, Charge, Document, Payment, Refund
from billing_office.audit.acts import record
from billing_office.lib import dates
from billing_office.lib.money import show
from billing_office.lib.tables import Column, Empty, Table, chips, export, keyset
from billing_office.lib.views import answer_form
from billing_office.staff.access import may

from .corrections import correct

ALREADY = lazy("It was paid out already; nothing was done twice.")


def payment_of(request, pk) -> Payment:
    rows = Payment.objects.for_staff(request.user).select_related("account__office", "account__guarantor", "payer")
    return get_object_or_404(rows, pk=pk)


def _where(request, row: Payment) -> Account:
    """Where the money stands that is to go back: the account that ?at= names, else the payment's own."""
    at = request.GET.get("at", "")
    wanted = int(at) if at.isascii() and at.isdecimal() and len(at) < 19 else row.account_id
    account = get_object_or_404(Account.objects.select_related("office", "guarantor"), pk=wanted)
    if not of_staff(account, request.user):
        raise Http404(_("The account is not of this person's offices."))
    return account


def payment_refund(request, pk):
    """Pay unapplied money back to whoever had paid it: approved here, paid out on its own page."""
    row = payment_of(request, pk)
    account = _where(request, row)
    left = ledger.unapplied(row, account.pk)
    form = RefundForm(request.POST or None, payment=row, account=account, left=left)
    if not left and not request.POST:
        messages.info(request, _("Nothing of this payment is unapplied there. Take it off its charge first."))
        return redirect("payment", pk=row.pk)
    return correct(
        request, account, form, "refund_approved", _("Refund"), then=_refund_href, button=_("Refund"), payment=row,
        why=_("To %(payer)s, who had paid it") % {"payer": row.payer or row.account.name},
    )  # fmt: skip


def _refund_href(entry) -> str:
    return reverse("refund", args=[entry.refund.pk])


def charge_release(request, pk):
    """A credit on a charge becomes unapplied money, which can be laid elsewhere, moved or refunded."""
    charges = Charge.objects.filter(account__in=Account.objects.for_staff(request.user))
    charge = get_object_or_404(charges.select_related("account__office", "account__guarantor"), pk=pk)
    form = ReleaseForm(request.POST or None, charge=charge)
    if any(payment.payer_id for payment in form.fields["payment"].queryset) and not may(
        request.user, "post_payer_payments"
    ):
        raise PermissionDenied(_("This needs the right “post payer payments”."))
    return correct(request, charge.account, form, "credit_released", _("Take the credit off its charge"))


def payment_returned(request, pk):
    """A check came back: one press undoes the payment wherever it was laid, asks the fee and flags the account."""
    row = payment_of(request, pk)
    if row.payer_id and not may(request.user, "post_payer_payments"):
        raise PermissionDenied(_("This needs the right “post payer payments”."))
    form = ReturnedForm(request.POST or None, payment=row, by=request.user)
    title = _("Returned check") if row.method == Payment.Method.CHEQUE else _("Returned payment")
    return correct(
        request,
        row.account,
        form,
        "cheque_returned",
        title,
        button=_("Undo $%(amount)s") % {"amount": show(row.cents)},
        payment=row,
    )


# -- the list, and one refund -------------------------------------------------------------------------------------------------

SHOWS = {"": lazy("To be paid out"), "paid": lazy("Paid out"), "all": lazy("All")}
COLUMNS = [
    Column("to", lazy("To")),
    Column("number", lazy("Account"), value="account.number", kind="id"),
    Column("approved", lazy("Approved"), value="entry.effective_date", kind="day"),
    Column("cents", lazy("Amount"), kind="money"),
    Column("way", lazy("How"), value="get_way_display"),
    Column("by", lazy("Approved by"), value="entry.posted_by.short_name", lo=True),
    Column("state", lazy("State"), kind="tag"),
    Column("paid", lazy("Paid out"), value=lambda refund: refund.payout and refund.payout.paid_on, kind="day"),
    Column(
        "reference", lazy("Reference"), value=lambda refund: refund.payout.reference if refund.payout else "", kind="id"
    ),
]


def _refunds(user):
    rows = Refund.objects.for_staff(user).select_related(
        "account__office", "payer", "payment", "entry__posted_by", "entry__reason", "entry__reversal"
    )
    return rows.prefetch_related("payouts__entry__reversal")


def refunds(request):
    show = request.GET.get("show", "")
    found = _refunds(request.user)
    found = found.to_pay() if show == "" else found.paid() if show == "paid" else found
    if file := export(request, Table(COLUMNS, found), "refunds"):
        record(request.user, "refunds_exported", detail={"show": show[:10]})
        return file
    page = keyset(found, ("-id",), request.GET.get("after"), request.GET.get("before"))
    table = Table(
        COLUMNS, page.rows, caption=_("Refunds"), page=page, href=lambda refund: reverse("refund", args=[refund.pk]),
        empty=Empty(_("No refund here"), _("What is paid too much waits among the credits."), reverse("credits"), _("Credits")),
    )  # fmt: skip
    return render(
        request, "accounts/refunds/list.html", {"table": table, "chips": chips(request, "show", SHOWS.items())}
    )


def refund(request, pk):
    """What goes back, to whom, and how far it is."""
    row = get_object_or_404(_refunds(request.user), pk=pk)
    return _page(request, row, PayoutForm(refund=row))


@require_POST
def refund_pay(request, pk):
    """It left the house: by which way, with which reference, when. Once."""
    row = get_object_or_404(_refunds(request.user), pk=pk)
    form = PayoutForm(request.POST, refund=row)
    if row.payout:
        messages.info(request, ALREADY)
    elif not (form.is_valid() and _paid_out(request, row, form)):
        return _page(request, row, form)
    return redirect("refund", pk=row.pk)


def _page(request, row: Refund, form: PayoutForm):
    payout, letters = row.payout, Document.objects.filter(kind=Document.Kind.REFUND)
    context = {
        "refund": row, "payout": payout, "form": form, "undone": getattr(row.entry, "reversal", None),
        "document": payout and letters.filter(number__endswith=f"-RFD-{payout.pk:06d}").first(),
    }  # fmt: skip
    return answer_form(request, "accounts/refunds/page.html", context)


def _paid_out(request, row: Refund, form: PayoutForm) -> bool:
    given = form.cleaned_data
    office = row.account.office or request.user.offices.order_by("pk").first()
    try:
        with ledger.locked([row.account_id]):
            if row.payouts.filter(entry__reversal=None).exists():
                messages.info(request, ALREADY)
                return True
            payout = ledger.pay_out(
                row, way=given["way"], reference=given["reference"], on=given["paid_on"], by=request.user
            )
            letter.write(payout, office, on=dates.today())
            detail = {"cents": row.cents, "way": payout.way, "on": str(payout.paid_on)}
            record(request.user, "refund_paid_out", row, account_id=row.account_id, detail=detail)
    except ledger.Refused as refusal:
        form.add_error(None, str(refusal))
        return False
    messages.success(
        request,
        _("$%(amount)s paid out to %(payer)s. The letter is queued.") % {"amount": show(row.cents), "payer": row.to},
    )
    return True
