"""Issuing: what is open at the client and on no live invoice yet becomes a numbered, frozen, due invoice, queued to go out."""

import hashlib
import json
from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Sum

from accounts import ledger, sending
from accounts.models import Account, Book, Document, OpenItem, Posting
from accounts.models.number import take
from billing_office.audit import acts
from billing_office.staff.models import Office

from . import balances, documents
from .models import Invoice, InvoiceLine


class NothingToInvoice(ValueError):
    """Nothing is open at the client that is not on an invoice already."""


@dataclass(frozen=True)
class Ready:
    """One open item to be invoiced: `cents` are asked, `off` came off, `payers_paid` and `others` explain the rest of billed."""

    item: OpenItem
    cents: int
    off: int
    payers_paid: int
    others: int


def ready(account: Account) -> list[Ready]:
    """The client's open items of an account that are not, or not wholly, on a live invoice; oldest service first."""
    items = list(
        OpenItem.objects.filter(account=account, payer=None, cents__gt=0)
        .select_related("charge__client")
        .order_by("charge__service_on", "charge_id")
    )
    asked = balances.of_items([item.pk for item in items])
    off, paid = _came_off([item.charge_id for item in items])
    found = []
    for item in items:
        cents, charge = item.cents - asked.get(item.pk, 0), item.charge_id
        if cents > 0:
            others = item.charge.cents - off[charge] - paid[charge] - cents
            found.append(Ready(item, cents, off[charge], paid[charge], others))
    return found


def _came_off(charges: list[int]) -> tuple[dict[int, int], dict[int, int]]:
    """Per charge: what adjustments took off, and what payers paid, in cents."""
    legs = Posting.objects.filter(charge__in=charges)
    plain = [Book.RECEIVABLE, Book.REVENUE]
    off = legs.exclude(book__in=plain).values_list("charge").annotate(Sum("cents"))
    paid = legs.filter(book=Book.RECEIVABLE, payment__payer__isnull=False).values_list("charge").annotate(Sum("cents"))
    return defaultdict(int, off), defaultdict(int, {charge: -cents for charge, cents in paid})


def issue(account: Account, *, on: date, by, key: str, as_of=None) -> Invoice:
    """Issue one invoice for all that is ready. With a `key` used before: the invoice that stands.

    `as_of` is the moment a day run by hand stands for, else None. Raises NothingToInvoice, ledger.Refused.
    """
    with ledger.locked([account.pk]) as accounts:
        standing = Invoice.objects.filter(source_key=key).first()
        if standing:
            return standing
        account, lines = accounts[account.pk], ready(account)
        if not lines:
            raise NothingToInvoice("Nothing is open at the client that is not on an invoice already.")
        office = account.office
        due = due_on(office, on)
        sequence = take("invoice", office)[0]
        number = f"{office.code}-INV-{sequence:06d}"
        words = documents.invoice(account, office, number, lines, on=on, due_on=due)
        document = Document.objects.create(
            account=account,
            kind=Document.Kind.INVOICE,
            number=number,
            template="invoice",
            paper=office.paper,
            context=words,
        )
        invoice = Invoice.objects.create(
            office=office, account=account, number=number, series_number=sequence, issued_on=on, due_on=due,
            cents=sum(line.cents for line in lines), document=document, content_hash=content_hash(words), source_key=key, issued_by=by,
        )  # fmt: skip
        InvoiceLine.objects.bulk_create(_line(invoice, line) for line in lines)
        for line in lines:
            ledger.fall_due_also(line.item, line.cents, due, from_day=on, because=number)
        sending.queue(document, account, action="invoice", as_of=as_of)
        acts.record(
            by,
            "invoice_issued",
            invoice,
            detail={"number": number, "cents": invoice.cents, "on": str(on), "due_on": str(due)},
        )
        return invoice


def due_on(office: Office, on: date) -> date:
    """The day an invoice issued on `on` falls due, by the office's terms."""
    return on + timedelta(days=office.terms_days)


def _line(invoice: Invoice, line: Ready) -> InvoiceLine:
    charge = line.item.charge
    return InvoiceLine(
        invoice=invoice, open_item=line.item, cents=line.cents, description=charge.description, code=charge.code,
        service_on=charge.service_on, client_name=charge.client.name if charge.client else "", billed_cents=charge.cents,
        off_cents=line.off, payers_paid_cents=line.payers_paid, others_cents=line.others,
    )  # fmt: skip


def content_hash(words: dict) -> str:
    """SHA-256 of a document's words in one agreed spelling (sorted keys, UTF-8)."""
    return hashlib.sha256(json.dumps(words, sort_keys=True, ensure_ascii=False).encode()).hexdigest()
