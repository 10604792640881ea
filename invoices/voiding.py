"""Voiding: an invoice asks nothing any more. It keeps its number and its paper; a credit note with its own number takes it back.

Money that was paid stays where it was laid: what an invoice still asks is derived (balances.py). What the invoice asked for
is free to be invoiced anew.
"""

from datetime import date
from itertools import groupby

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import ledger, sending
from accounts.dues import remaining
from accounts.models import Document
from accounts.models.number import take
from billing_office.audit import acts

from . import balances, documents
from .issuing import addressed
from .models import CreditNote, Invoice, InvoiceLine


def void(invoice: Invoice, *, on: date, by, reason: str) -> CreditNote:
    """Void an invoice; void already: the credit note that stands. Raises ValueError without a reason."""
    if not reason.strip():
        raise ValueError("Say why the invoice is voided.")
    lines = list(invoice.lines.select_related("open_item"))
    with ledger.locked({line.open_item.account_id for line in lines} | _house(invoice)):
        standing = CreditNote.objects.filter(invoice=invoice).first()
        if standing:
            return standing
        invoice = Invoice.objects.select_related("office", "document", "account", "payer__house_account").get(
            pk=invoice.pk
        )
        touched = _live_lines(lines)
        before = balances.of_lines({line.invoice for line in touched})
        Invoice.objects.filter(pk=invoice.pk).update(voided_at=timezone.now())
        _fall_due_anew(touched, before, on, _("%(invoice)s void") % {"invoice": invoice.number})
        return _credit_note(invoice, on, by, " ".join(reason.split()))


def _house(invoice: Invoice) -> set[int]:
    return {invoice.payer.house_account.pk} if invoice.payer_id else set()


def _live_lines(lines: list[InvoiceLine]) -> list[InvoiceLine]:
    """Every live line of the open items of these lines: where one goes, an older one may ask what it asked."""
    items = [line.open_item_id for line in lines]
    live = InvoiceLine.objects.filter(open_item__in=items, invoice__voided_at=None)
    return list(live.select_related("invoice", "open_item").order_by("open_item", "id"))


def _fall_due_anew(lines: list[InvoiceLine], before: dict[int, int], on: date, because: str):
    """Each day of the dues in force loses what its invoices ask no more, and gains what falls back to an older one."""
    after = balances.of_lines({line.invoice for line in lines})
    for _item, group in groupby(lines, key=lambda line: line.open_item_id):
        of_item = list(group)
        item = of_item[0].open_item
        parts = remaining(item.cents, ledger.dues_in_force(item, on))
        for line in of_item:
            day = line.invoice.due_on
            parts[day] = parts.get(day, 0) + after.get(line.pk, 0) - before.get(line.pk, 0)
        ledger.fall_due(item, {day: cents for day, cents in parts.items() if cents > 0}, from_day=on, because=because)


def _credit_note(invoice: Invoice, on: date, by, reason: str) -> CreditNote:
    office, sequence = invoice.office, take("credit-note", invoice.office)[0]
    number = f"{office.code}-CRN-{sequence:06d}"
    document = Document.objects.create(
        kind=Document.Kind.CREDIT_NOTE, number=number, template="credit-note", paper=invoice.document.paper,
        context=documents.credit_note(invoice, number, on=on), **addressed(invoice.to, office),
    )  # fmt: skip
    note = CreditNote.objects.create(
        invoice=invoice, office=office, number=number, series_number=sequence, issued_on=on, cents=-invoice.cents,
        reason=reason, document=document, issued_by=by,
    )  # fmt: skip
    sending.queue(document, invoice.to, action="invoice")
    detail = {"number": invoice.number, "credit_note": number, "cents": invoice.cents, "on": str(on)}
    acts.record(by, "invoice_voided", invoice, reason=reason, detail=detail)
    return note
