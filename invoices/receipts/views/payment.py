"""A payment's own page: what came in, where it stands, and its paper."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.corrections.returned import RETURNABLE
from accounts.models import Account, Book, JournalEntry, Message, Payment
from billing_office.lib import dates
from billing_office.staff.access import may
from invoices.receipts import documents, unapplied


def payment_of(request, pk) -> Payment:
    rows = Payment.objects.for_staff(request.user).select_related("account__office", "payer", "created_by")
    return get_object_or_404(rows, pk=pk)


def payment(request, pk):
    """What came in, where it stands, and its paper."""
    row = payment_of(request, pk)
    mine = Account.objects.for_staff(request.user)
    rows = documents.settled(row, mine)
    standing = unapplied.of_payment(row, request.user, dates.today())
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
        "returnable": documents.received(row) and row.method in RETURNABLE,
        "document": document,
        "messages_of": document.messages.all() if document else [],
    }
    return render(request, "receipts/payment.html", context)


def _undoable(row: Payment, mine) -> JournalEntry | None:
    """The entry by which the money came in, on an account of this person's; undoing it undoes the receipt whole."""
    came = JournalEntry.objects.filter(postings__payment=row, postings__book=Book.CASH, account__in=mine)
    return came.filter(reversal=None, reverses=None).first()


@require_POST
def payment_receipt(request, pk):
    row = payment_of(request, pk)
    try:
        message = documents.issue(row, on=dates.today(), by=request.user, on_paper=request.POST.get("by") == "print")
    except documents.NoReceipt as none:
        messages.error(request, str(none))
    else:
        said = (
            _("Receipt %(number)s goes out by e-mail to %(address)s.")
            if message.channel == Message.Channel.EMAIL
            else _("Receipt %(number)s goes out on the print list (%(why)s).")
        )
        facts = {"number": message.document.number, "address": message.to, "why": message.why_print.lower()}
        messages.success(request, said % facts)
    return redirect("payment", pk=row.pk)
