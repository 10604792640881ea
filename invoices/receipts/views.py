"""The payment desk: who paid; the receipt and where it goes; what stands unapplied; a payment's own page and its paper."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from accounts import ledger
from accounts.models import Account, Book, JournalEntry, Message, Payer, Payment
from accounts.posting import Done, done_before, lay_unapplied, move_unapplied, payment_of, post_payment
from billing_office.audit.acts import record
from billing_office.lib import dates
from billing_office.lib.money import show
from billing_office.lib.tables import Column, Empty, Table, chips, export, keyset
from billing_office.lib.views import answer_form
from billing_office.staff.access import may

from . import documents, unapplied
from .finding import who
from .forms import LaterForm, MoveForm, ReceiptForm

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
        Column("name", "Name", link=lambda payee: payee.href),
        Column("number", "Account", kind="id"),
        Column("what", "Who"),
    ]
    empty = Empty(f"Nobody found for “{text}”", "Look for part of a name, an account’s, invoice’s or phone number.")
    table = Table(columns, found, caption="Who may have paid", href=lambda payee: payee.href, empty=empty)
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

    form, act = form_of(_ordered(request)), request.POST.get("act", "")
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
        "changed": fresh and act == "post", "twin": form.twin if form.shown else None, "notes": form.offered.notes,
    }  # fmt: skip
    return answer_form(request, "receipts/new.html", context)


def _ordered(request):
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
        to = f"to {account.name}" if account else f"from {payment.payer.name}"
        messages.success(request, f"Posted {amount} {to}.", extra_tags=href)
    else:
        words = f"{amount} was posted from this form already; nothing was posted twice."
        messages.info(request, words, extra_tags=href)
    return redirect("account", pk=account.pk) if account else redirect("payment", pk=payment.pk)


# -- lists ----------------------------------------------------------------------------------------------------------------------


def receipts(request):
    """Every receipt that this person may know of, newest first."""
    text = request.GET.get("q", "").replace("\x00", "").strip()[:60]
    found = Payment.objects.for_staff(request.user).select_related("account", "payer", "created_by")
    if text:
        found = found.filter(reference__icontains=text)
    columns = [
        Column("received_on", "Received", kind="day"),
        Column("name", "From", value="account.name"),
        Column("number", "Account", value=lambda p: "" if p.payer_id else p.account.number, kind="id"),
        Column("means", "How"),
        Column("reference", "Reference", kind="id"),
        Column("cents", "Amount", kind="money"),
        Column("by", "Posted by", value="created_by.name", lo=True),
    ]
    kind = request.GET.get("as", "")
    if file := export(Table(columns, found.order_by("-id")), "receipts", kind):
        record(request.user, "receipts_exported", detail={"as": kind, "searched": bool(text)})
        return file
    page = keyset(found, ("-id",), request.GET.get("after"), request.GET.get("before"))
    empty = Empty("No receipts", f"None has “{text}” in its reference." if text else "Money received is listed here.")
    table = Table(columns, page.rows, caption="Receipts", href=_payment_href, page=page, empty=empty)
    return render(request, "receipts/list.html", {"table": table, "text": text})


def _payment_href(payment: Payment) -> str:
    return reverse("payment", args=[payment.pk])


def unapplied_list(request):
    """Money on no charge yet, the longest waiting first."""
    user, today, kind = request.user, dates.today(), request.GET.get("as", "")
    owner = request.GET.get("owner", "")
    accounts = unapplied.accounts_of(user, owner, payers=_sees_payers(user))
    columns = [
        Column("name", "Whose", link=lambda row: row.href),
        Column("number", "Account", value=lambda row: "" if row.house else row.number, kind="id"),
        Column("received_on", "Received", kind="day"),
        Column("method", "How", value=lambda row: Payment.Method(row.method).label),
        Column("reference", "Reference", kind="id"),
        Column("cents", "Unapplied", kind="money"),
        Column("days", "Open", kind="age"),
    ]
    if kind in ("csv", "xlsx"):
        record(user, "unapplied_exported", detail={"as": kind, "owner": owner})
        return export(Table(columns, unapplied.standing(accounts, today)), "unapplied", kind)
    page = unapplied.page(accounts, today, request.GET.get("after") or request.GET.get("before") or "")
    empty = Empty("No unapplied money", "All money received is on charges.")
    table = Table(columns, page.rows, caption="Unapplied money", href=lambda row: row.href, page=page, empty=empty)
    context = {"table": table, "chips": chips(request, "owner", unapplied.OWNERS.items())}
    return render(request, "receipts/unapplied.html", context)


def _sees_payers(user) -> bool:
    return may(user, "post_payer_payments") or may(user, "read_board")


# -- one payment ------------------------------------------------------------------------------------------------------------------


def _payment_of(request, pk) -> Payment:
    rows = Payment.objects.for_staff(request.user).select_related("account__office", "payer", "created_by")
    return get_object_or_404(rows, pk=pk)


def payment(request, pk):
    """What came in, where it stands, and its paper."""
    row = _payment_of(request, pk)
    mine = Account.objects.for_staff(request.user)
    rows = documents.settled(row, mine)
    standing = _standing(row, request.user)
    shown, left = sum(one.cents for one in rows), sum(one.cents for one in standing)
    document = documents.document_of(row)
    context = {
        "payment": row,
        "rows": [(one, one.charge.words_for(request.user)) for one in rows],
        "standing": standing,
        "settled": shown,
        "undo": _undoable(row, mine) if may(request.user, "reverse_entries") else None,
        "elsewhere": documents.received(row) - shown - left,
        "undone": not documents.received(row),
        "document": document,
        "messages_of": document.messages.all() if document else [],
    }
    return render(request, "receipts/payment.html", context)


def _undoable(row: Payment, mine) -> JournalEntry | None:
    """The entry by which the money came in, on an account of this person's; undoing it undoes the receipt whole."""
    came = JournalEntry.objects.filter(postings__payment=row, postings__book=Book.CASH, account__in=mine)
    return came.filter(reversal=None, reverses=None).first()


def _standing(row: Payment, user) -> list[unapplied.Standing]:
    accounts = unapplied.accounts_of(user, "", payers=_sees_payers(user))
    return unapplied.standing(accounts, dates.today(), payment=row.pk)


@require_POST
def payment_receipt(request, pk):
    row = _payment_of(request, pk)
    try:
        message = documents.issue(row, on=dates.today(), by=request.user, on_paper=request.POST.get("by") == "print")
    except documents.NoReceipt as none:
        messages.error(request, str(none))
    else:
        email = message.channel == Message.Channel.EMAIL
        way = f"by e-mail to {message.to}" if email else f"on the print list ({message.why_print.lower()})"
        messages.success(request, f"Receipt {message.document.number} goes out {way}.")
    return redirect("payment", pk=row.pk)


# -- what stands unapplied --------------------------------------------------------------------------------------------------------


def _source(request, row: Payment) -> unapplied.Standing:
    """Where the money stands that is to be laid or moved: the account that ?at= names, else the payment's own."""
    standing, at = _standing(row, request.user), request.GET.get("at", "")
    wanted = at if at.isascii() and at.isdecimal() else str(row.account_id)
    return next((one for one in standing if str(one.account) == wanted), None)


def payment_allocate(request, pk):
    """Lay what stands unapplied on charges."""
    row, today = _payment_of(request, pk), dates.today()
    if row.payer_id and not may(request.user, "post_payer_payments"):
        raise PermissionDenied("This needs the right “post payer payments”.")
    source = _source(request, row)
    if source is None:
        return _nothing_left(request, row)
    where = Account.objects.get(pk=source.account)
    home = None if row.payer_id else where

    def form_of(data):
        return LaterForm(data, payment=row, left=source.cents, home=home, by=request.user, today=today)

    form, act = form_of(_ordered(request)), request.POST.get("act", "")
    valid = form.is_bound and form.is_valid()
    if act == "post" and done_before("payment_allocated", row, form.cleaned_data.get("once")):
        _say_done(request, False, "")
        return redirect("payment", pk=row.pk)
    fresh = not form.is_bound or (form.can_show and (form.wants_showing or act in ("due", "oldest")))
    if fresh:
        form = form_of(form.proposed())
        form.is_valid()
    elif valid and act == "post":
        try:
            new = lay_unapplied(row, where, form.shares, on=today, form=form.key, by=request.user)
        except ledger.Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            _say_done(request, new, f"${show(form.sums.laid)} laid on charges.")
            return redirect("payment", pk=row.pk)
    context = {
        "payment": row, "source": source, "account": home, "payer": row.payer, "form": form, "lines": form.lines, "sums": form.sums,
        "fresh": fresh, "changed": fresh and act == "post", "notes": form.offered.notes,
    }  # fmt: skip
    return answer_form(request, "receipts/allocate.html", context)


def payment_move(request, pk):
    """Move what a client's payment left unapplied to another client's account: shown by name first, then moved."""
    row = _payment_of(request, pk)
    source = None if row.payer_id else _source(request, row)
    if source is None:
        return _nothing_left(request, row)
    mine = Account.objects.for_staff(request.user)
    where = get_object_or_404(mine, pk=source.account)

    def form_of(data):
        return MoveForm(data, left=source.cents, source=where, accounts=mine, initial={"amount": source.cents})

    form = form_of(request.POST or None)
    if request.method == "POST" and form.is_valid():
        if not form.confirmed:
            form = form_of(form.with_target())
            form.is_valid()
        else:
            given = form.cleaned_data
            try:
                new = move_unapplied(
                    row, where, form.target, given["amount"], on=dates.today(), reason=given["reason"], form=form.key,
                    by=request.user,
                )  # fmt: skip
            except ledger.Refused as refusal:
                form.add_error(None, str(refusal))
            else:
                _say_done(request, new, f"${show(given['amount'])} moved to {form.target.name}.")
                return redirect("payment", pk=row.pk)
    context = {"payment": row, "source": source, "form": form, "target": form.target if form.is_bound else None}
    return answer_form(request, "receipts/move.html", context)


def _nothing_left(request, row: Payment):
    """A form sent twice ends here too: the first press took what was left."""
    if request.method == "POST":
        messages.info(request, "Nothing is left there to lay or move; what was sent before stands.")
        return redirect("payment", pk=row.pk)
    raise Http404("Nothing of this payment stands unapplied there.")


def _say_done(request, new: bool, words: str):
    if new:
        messages.success(request, words)
    else:
        messages.info(request, "This was done from this form already; nothing was posted twice.")
