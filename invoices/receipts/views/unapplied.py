"""Money that stands unapplied: the list, laying it on charges, moving it to another account."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts import ledger
from accounts.models import Account, JournalEntry, Payment
from accounts.posting import done_before, lay_unapplied, move_unapplied
from billing_office.audit.acts import record
from billing_office.lib import dates
from billing_office.lib.money import show
from billing_office.lib.tables import FILES, Column, Empty, Table, address, chips, export
from billing_office.lib.views import answer_form, linked
from billing_office.staff.access import may
from invoices.receipts import unapplied
from invoices.receipts.forms import LaterForm, MoveForm

from .payment import payment_of
from .receipts import ordered


def unapplied_list(request):
    """Money on no charge yet, the longest waiting first."""
    user, today, kind = request.user, dates.today(), request.GET.get("as", "")
    owner, number = request.GET.get("owner", ""), request.GET.get("account", "").replace("\x00", "")
    accounts = unapplied.accounts_of(user, owner, number)
    columns = [
        Column("name", _("Whose"), link=lambda row: row.href),
        Column("number", _("Account"), value=lambda row: "" if row.house else row.number, kind="id"),
        Column("received_on", _("Received"), kind="day"),
        Column("method", _("How"), value=lambda row: Payment.Method(row.method).label),
        Column("reference", _("Reference"), kind="id"),
        Column("cents", _("Unapplied"), kind="money"),
        Column("days", _("Open"), kind="age"),
    ]
    if kind in FILES:
        record(user, "unapplied_exported", detail={"as": kind, "owner": owner})
        return export(request, Table(columns, unapplied.standing(accounts, today)), "unapplied")
    page = unapplied.page(accounts, today, request.GET.get("after") or request.GET.get("before") or "")
    empty = Empty(_("No unapplied money"), _("All money received is on charges."))
    table = Table(columns, page.rows, caption=_("Unapplied money"), href=lambda row: row.href, page=page, empty=empty)
    context = {
        "table": table, "chips": chips(request, "owner", unapplied.OWNERS.items()), "number": number,
        "of_all": address(request, account=None, after=None, before=None),
    }  # fmt: skip
    return render(request, "receipts/unapplied.html", context)


def _source(request, row: Payment) -> unapplied.Standing | None:
    """Where the money stands that is to be laid or moved: the account that ?at= names, else the payment's own."""
    standing, at = unapplied.of_payment(row, request.user, dates.today()), request.GET.get("at", "")
    wanted = at if at.isascii() and at.isdecimal() else str(row.account_id)
    return next((one for one in standing if str(one.account) == wanted), None)


def payment_allocate(request, pk):
    """Lay what stands unapplied on charges."""
    row, today = payment_of(request, pk), dates.today()
    if row.payer_id and not may(request.user, "post_payer_payments"):
        raise PermissionDenied(_("This needs the right “post payer payments”."))
    source = _source(request, row)
    if source is None:
        return _nothing_left(request, row)
    where = Account.objects.get(pk=source.account)
    home = None if row.payer_id else where

    def form_of(data):
        return LaterForm(data, payment=row, left=source.cents, home=home, by=request.user, today=today)

    form, act = form_of(ordered(request)), request.POST.get("act", "")
    valid = form.is_bound and form.is_valid()
    if act == "post" and done_before("payment_allocated", row, form.cleaned_data.get("once")):
        _say_done(request, False, "", [])
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
            keys = [f"allocate:{row.pk}:{form.key}:{account}:" for account in form.shares]
            _say_done(request, new, _("$%(amount)s laid on charges.") % {"amount": show(form.sums.laid)}, keys)
            return redirect("payment", pk=row.pk)
    context = {
        "payment": row, "source": source, "account": home, "payer": row.payer, "form": form, "lines": form.lines, "sums": form.sums,
        "fresh": fresh, "changed": fresh and act == "post", "notes": form.offered.notes,
    }  # fmt: skip
    return answer_form(request, "receipts/allocate.html", context)


def payment_move(request, pk):
    """Move what a client's payment left unapplied to another client's account: shown by name first, then moved."""
    row = payment_of(request, pk)
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
                moved = _("$%(amount)s moved to %(name)s.") % {
                    "amount": show(given["amount"]),
                    "name": form.target.name,
                }
                _say_done(request, new, moved, [f"move:{row.pk}:{form.key}:out:"])
                return redirect("payment", pk=row.pk)
    context = {"payment": row, "source": source, "form": form, "target": form.target if form.is_bound else None}
    return answer_form(request, "receipts/move.html", context)


def _nothing_left(request, row: Payment):
    """A form sent twice ends here too: the first press took what was left."""
    if request.method == "POST":
        messages.info(request, _("Nothing is left there to lay or move; what was sent before stands."))
        return redirect("payment", pk=row.pk)
    raise Http404(_("Nothing of this payment stands unapplied there."))


def _say_done(request, new: bool, words: str, keys: list[str]):
    """`keys`: how the act's entries begin, one for each act that is undone by itself; one alone is offered its undo."""
    if new:
        entry = len(keys) == 1 and JournalEntry.objects.filter(source_key__startswith=keys[0]).last()
        offers = entry and may(request.user, "reverse_entries")
        undo = offers and linked(words, reverse("entry_reverse", args=[entry.pk]), _("Undo"))
        messages.success(request, undo or words)
    else:
        messages.info(request, _("This was done from this form already; nothing was posted twice."))
