"""The payment desk: who paid, the receipt and where it goes, all receipts."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts import ledger, reading
from accounts.corrections import prompt
from accounts.models import Account, Book, Payer, Payment
from accounts.posting import Done, payment_of, post_payment
from billing_office.audit.acts import record
from billing_office.lib import dates
from billing_office.lib.money import show
from billing_office.lib.tables import Column, Empty, Table, export, keyset
from billing_office.lib.views import answer_form, linked
from invoices.receipts.finding import who
from invoices.receipts.forms import ReceiptForm

# -- who paid ---------------------------------------------------------------------------------------------------------------


def receipt_new(request):
    """Find who paid; one match leads straight to their receipt."""
    text = request.GET.get("q", "").replace("\x00", "").strip()[:120]
    found = who(request.user, text) if text else []
    if text:  # whom it found, never what was typed: that may be a name of somebody who is no client here
        named = [payee.account for payee in found if payee.account]
        record(request.user, "accounts_searched", detail={"found": named})
    if len(found) == 1:
        return redirect(found[0].href)
    columns = [
        Column("name", _("Name"), link=lambda payee: payee.href),
        Column("number", _("Account"), kind="id"),
        Column("what", _("Who")),
    ]
    empty = Empty(
        _("Nobody found for “%(text)s”") % {"text": text},
        _("Look for part of a name, an account’s, invoice’s or phone number."),
    )
    table = Table(columns, found, caption=_("Who may have paid"), href=lambda payee: payee.href, empty=empty)
    return render(request, "receipts/who.html", {"text": text, "table": table if text else None})


# -- the receipt --------------------------------------------------------------------------------------------------------------


def payment_new(request, pk):
    """On an account's page: the client pays, or a payer for this client."""
    account = get_object_or_404(Account.objects.for_staff(request.user).select_related("office"), pk=pk)
    return _receipt(request, account, None)


def payer_payment_new(request, pk):
    """On a payer's page: its cheque or EFT, over as many accounts as it names."""
    payers = Payer.objects.for_staff(request.user).filter(house_account__isnull=False)
    return _receipt(request, None, get_object_or_404(payers.select_related("house_account"), pk=pk))


def _receipt(request, account: Account | None, payer: Payer | None):
    today, home = dates.today(), account or payer.house_account
    opening = {"received_on": today, "stub": request.GET.get("for", "")[:60]}

    def form_of(data):
        return ReceiptForm(data, home=account, payer=payer, by=request.user, today=today, initial=opening)

    form, act = form_of(ordered(request)), request.POST.get("act", "")
    valid, fresh = form.is_bound and form.is_valid(), False
    if act == "post" and (former := _sent_before(home, form)):
        return _posted(request, former, account)
    if form.is_bound and form.can_show and (form.wants_showing or act in ("due", "oldest")):
        form, fresh = form_of(form.proposed()), True
        form.is_valid()
    elif valid and act == "post":
        try:
            done = _post(home, form, request.user)
        except ledger.Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            return _posted(request, done, account)
    context = {
        "account": account, "payer": payer, "form": form, "lines": form.lines, "sums": form.sums, "fresh": fresh,
        "back": reverse("account", args=[account.pk]) if account else reverse("payer", args=[payer.pk]),
        "changed": fresh and act == "post", "twin": form.twin if form.shown else None, "came_back": form.shown and form.came_back,
        "notes": form.offered.notes, "stops": reading.stops(home, today),
        "offers": prompt.offers(account, today, request.user) if account and not form.payer else [],
    }  # fmt: skip
    return answer_form(request, "receipts/new.html", context)


def ordered(request):
    """The data sent; a press of “What is due first” or “Oldest first” is written into its `laid`."""
    if not request.POST or request.POST.get("act") not in ("due", "oldest"):
        return request.POST or None
    data = request.POST.copy()
    data["laid"] = data["act"]
    return data


def _sent_before(home: Account, form) -> Done | None:
    """The second press of a form whose first settled what it paid: its charges are not open any more, and need not be.

    Asked after the form read what is open: whatever made a charge disappear is visible by then.
    """
    key = form.cleaned_data.get("once")
    payment = key and payment_of(home, key)
    return Done(payment, new=False) if payment else None


def _post(home: Account, form: ReceiptForm, by) -> Done:
    given = form.cleaned_data
    facts = {name: given[name] for name in ["received_on", "method", "reference"]}
    return post_payment(
        home, form.payer, form.shares, cents=given["amount"], form=form.key, by=by, card=form.card, **facts
    )


def _posted(request, done: Done, account: Account | None):
    """Say so, with the way to the payment's page, where its receipt is; go on with the account, or with the next receipt."""
    payment = done.row
    amount, href = f"${show(payment.cents)}", reverse("payment", args=[payment.pk])
    if done.new:
        said = _("Posted %(amount)s to %(name)s.") if account else _("Posted %(amount)s from %(name)s.")
        name = account.name if account else payment.payer.name
        came = payment.postings.filter(book=Book.CASH).earliest("pk").entry_id
        undo = linked(
            said % {"amount": amount, "name": name},
            reverse("entry_reverse", args=[came]),
            _("Undo"),
        )
        messages.success(request, undo, extra_tags=href)
    else:
        words = _("%(amount)s was posted from this form already; nothing was posted twice.") % {"amount": amount}
        messages.info(request, words, extra_tags=href)
    return redirect("account", pk=account.pk) if account else redirect("payment", pk=payment.pk)


# -- all receipts ----------------------------------------------------------------------------------------------------------------------


def receipts(request):
    """Every receipt that this person may know of, newest first."""
    text = request.GET.get("q", "").replace("\x00", "").strip()[:60]
    found = Payment.objects.for_staff(request.user).select_related("account", "payer", "created_by")
    if text:
        found = found.filter(reference__icontains=text)
    columns = [
        Column("received_on", _("Received"), kind="day"),
        Column("name", _("From"), value="account.name"),
        Column("number", _("Account"), value=lambda p: "" if p.payer_id else p.account.number, kind="id"),
        Column("means", _("How")),
        Column("reference", _("Reference"), kind="id"),
        Column("cents", _("Amount"), kind="money"),
        Column("by", _("Posted by"), value="created_by.name", lo=True),
    ]
    kind = request.GET.get("as", "")
    if file := export(request, Table(columns, found.order_by("-id")), "receipts"):
        record(request.user, "receipts_exported", detail={"as": kind, "searched": bool(text)})
        return file
    page = keyset(found, ("-id",), request.GET.get("after"), request.GET.get("before"))
    empty = Empty(
        _("No receipts"),
        _("None has “%(text)s” in its reference.") % {"text": text} if text else _("Money received is listed here."),
    )
    table = Table(columns, page.rows, caption=_("Receipts"), href=_payment_href, page=page, empty=empty)
    return render(request, "receipts/list.html", {"table": table, "text": text})


def _payment_href(payment: Payment) -> str:
    return reverse("payment", args=[payment.pk])
