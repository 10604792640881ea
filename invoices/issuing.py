"""Issuing: what is open at a client or a payer and on no live invoice yet becomes a numbered, frozen, due invoice, queued to go out."""

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import QuerySet, Sum
from django.utils.translation import gettext as _

from accounts import ledger, sending
from accounts.models import Account, Book, Document, OpenItem, Payer, Posting
from accounts.models.number import take
from billing_office.audit import acts
from billing_office.staff.models import Office
from insurance.good_faith import comparing

from . import balances, documents
from .models import Invoice, InvoiceLine

LINES = 400  # of one invoice to a payer, well below what one document may hold; what is more goes on the next


class NothingToInvoice(ValueError):
    """Nothing is open at the addressee that is not on an invoice already."""


class Stopped(ValueError):
    """A client would be billed so much above a good-faith estimate that somebody has to look first."""

    def __init__(self, bills: list[comparing.Exceeds]):
        self.bills = bills
        told = " ".join(bill.sentence for bill in bills)
        super().__init__(_("%(told)s A supervisor has to look at it first.") % {"told": told})


@dataclass(frozen=True)
class Ready:
    """One open item to be invoiced: `cents` are asked, `off` came off, `payers_paid` and `others` explain the rest of billed.

    To a payer, `payers_paid` is what other parties paid: other payers, and the client.
    """

    item: OpenItem
    cents: int
    off: int
    payers_paid: int
    others: int


# -- what is ready ------------------------------------------------------------------------------------------------------------


def ready(account: Account) -> list[Ready]:
    """The client's open items of an account that are not, or not wholly, on a live invoice; oldest service first."""
    return _ready(OpenItem.objects.filter(account=account, payer=None))


def ready_for_payer(payer: Payer, office: Office, accounts: Iterable[int] | None = None) -> list[Ready]:
    """What a payer owes on an office's accounts and was not asked for yet: at most LINES items, oldest service first."""
    items = OpenItem.objects.filter(payer=payer, account__office=office)
    if accounts is not None:
        items = items.filter(account__in=accounts)
    return _ready(balances.unasked(items), LINES)


def _ready(items: QuerySet, most: int | None = None) -> list[Ready]:
    items = items.filter(cents__gt=0).select_related("charge__client", "charge__account")
    items = list(items.order_by("charge__service_on", "charge_id")[:most])
    asked = balances.of_items([item.pk for item in items])
    off, paid, theirs = _came_off(items)
    found = []
    for item in items:
        cents, charge = item.cents - asked.get(item.pk, 0), item.charge_id
        if cents > 0:
            of_others = paid[charge] - theirs[charge] if item.payer_id else paid[charge]
            others = item.charge.cents - off[charge] - of_others - cents
            found.append(Ready(item, cents, off[charge], of_others, others))
    return found


def above_estimate(lines: list[Ready]) -> list[comparing.Exceeds]:
    """What of a client's bill stands so far above its good-faith estimate that it stops."""
    charges = [line.item.charge for line in lines]
    return comparing.stops((charge.client_id, charge.service_on) for charge in charges if charge.client_id)


def _came_off(items: list[OpenItem]) -> tuple[dict[int, int], dict[int, int], dict[int, int]]:
    """Per charge, in cents: what adjustments took off; what payers paid or, on a payer's item, anybody; the payer's own part of it."""
    payer = items[0].payer_id if items else None
    legs = Posting.objects.filter(charge__in=[item.charge_id for item in items])
    off = legs.exclude(book__in=[Book.RECEIVABLE, Book.REVENUE]).values_list("charge").annotate(Sum("cents"))
    paid = legs.filter(book=Book.RECEIVABLE, payment__isnull=False)
    if payer is None:
        paid = paid.filter(payment__payer__isnull=False)
    theirs = paid.filter(payment__payer=payer) if payer else paid.none()
    sums = [{charge: -cents for charge, cents in legs.values_list("charge").annotate(Sum("cents"))} for legs in (paid, theirs)]  # fmt: skip
    return defaultdict(int, off), defaultdict(int, sums[0]), defaultdict(int, sums[1])


# -- the act ------------------------------------------------------------------------------------------------------------------


def issue(account: Account, *, on: date, by, key: str, as_of=None) -> Invoice:
    """Issue one invoice for all that is ready. With a `key` used before: the invoice that stands.

    `as_of` is the moment a day run by hand stands for, else None. Raises NothingToInvoice, Stopped, ledger.Refused.
    """
    with ledger.locked([account.pk]) as accounts:
        standing = Invoice.objects.filter(source_key=key).first()
        if standing:
            return standing
        account, lines = accounts[account.pk], ready(account)
        if not lines:
            raise NothingToInvoice(_("Nothing is open at the client that is not on an invoice already."))
        if bills := above_estimate(lines):
            raise Stopped(bills)
        return _issue(account, account.office, lines, on=on, by=by, key=key, as_of=as_of)


def issue_to_payer(payer: Payer, office: Office, *, on: date, by, key: str, as_of=None) -> Invoice:
    """Issue one invoice over all accounts of an office on which the payer owes what it was not asked for: LINES items at most.

    With a `key` used before: the invoice that stands. Raises NothingToInvoice, ledger.Refused.
    """
    touched = {line.item.account_id for line in ready_for_payer(payer, office)}
    with ledger.locked([*touched, payer.house_account.pk]):
        standing = Invoice.objects.filter(source_key=key).first()
        if standing:
            return standing
        payer = Payer.objects.select_related("house_account").get(pk=payer.pk)
        lines = ready_for_payer(payer, office, touched)
        if not lines:
            raise NothingToInvoice(
                _("%(payer)s owes nothing here that is not on an invoice already.") % {"payer": payer}
            )
        return _issue(payer, office, lines, on=on, by=by, key=key, as_of=as_of)


def _issue(to: Account | Payer, office: Office, lines: list[Ready], *, on: date, by, key: str, as_of) -> Invoice:
    """Under the locks of all accounts of these lines."""
    due = due_on(to, on)
    sequence = take("invoice", office)[0]
    number = f"{office.code}-INV-{sequence:06d}"
    document = Document.objects.create(
        kind=Document.Kind.INVOICE, number=number, template="invoice", paper=office.paper,
        context=documents.invoice(to, office, number, lines, on=on, due_on=due), **addressed(to, office),
    )  # fmt: skip
    account, payer = (None, to) if isinstance(to, Payer) else (to, None)
    invoice = Invoice.objects.create(
        office=office, account=account, payer=payer, number=number, series_number=sequence, issued_on=on, due_on=due,
        cents=sum(line.cents for line in lines), document=document, content_hash=content_hash(document.context),
        source_key=key, issued_by=by,
    )  # fmt: skip
    InvoiceLine.objects.bulk_create(_line(invoice, line) for line in lines)
    for line in lines:
        ledger.fall_due_also(line.item, line.cents, due, from_day=on, because=number)
    sending.queue(document, to, action="invoice", as_of=as_of)
    detail = {"number": number, "cents": invoice.cents, "on": str(on), "due_on": str(due)}
    acts.record(by, "invoice_issued", invoice, detail=detail | ({"payer": payer.pk} if payer else {}))
    return invoice


def addressed(to: Account | Payer, office: Office) -> dict:
    """The columns of a Document that say whom it is for and, to a payer, whose paper it is."""
    return {"payer": to, "office": office} if isinstance(to, Payer) else {"account": to}


def due_on(to: Account | Payer, on: date) -> date:
    """The day an invoice issued on `on` falls due: by the office's terms, to a payer by the terms agreed with it."""
    return on + timedelta(days=to.terms_days if isinstance(to, Payer) else to.office.terms_days)


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
