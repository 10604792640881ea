"""Invoices: list, page, preview and issue, the PDF."""

import uuid

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet, Sum
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.views.decorators.http import require_GET

from accounts import ledger, why
from accounts.addressing import mailing_lines, reference
from accounts.models import Account, Document
from accounts.sending import by_email
from billing_office.audit import acts
from billing_office.lib import dates, money
from billing_office.lib.tables import FILES, Column, Empty, Table, chips, export, keyset, ordering
from billing_office.staff.access import may
from billing_office.staff.models import User
from invoices import balances, issuing
from invoices.models import Invoice

NAMING_SERVICES = {
    Document.Kind.INVOICE,
    Document.Kind.RECEIPT,
    Document.Kind.CREDIT_NOTE,
    Document.Kind.STATEMENT,
    Document.Kind.ESTIMATE,
    Document.Kind.ADVICE,
}
ORDERS = {"issued": ("id",), "due": ("due_on", "id"), "amount": ("cents", "id")}
SHOWS = {"": lazy("All"), "open": lazy("Open"), "overdue": lazy("Overdue"), "void": lazy("Void")}


def invoices(request):
    today, show, text = dates.today(), request.GET.get("show", ""), _text(request.GET)
    found = found_in(request.user, request.GET).select_related("account", "payer__house_account")
    asked, (sort, order) = request.GET.get("as", ""), ordering(request.GET.get("sort", ""), ORDERS, "-issued")
    if asked in FILES:
        everything = list(found.order_by(*order))
        acts.record(request.user, "invoices_exported", detail={"as": asked, "rows": len(everything)})
        return export(request, Table(_columns(everything, today), everything), "invoices")
    page = keyset(found, order, request.GET.get("after"), request.GET.get("before"))
    empty = Empty(
        _("No invoices"), _("Nothing matches.") if text or show else _("Open an account and press i to issue one.")
    )
    columns = _columns(page.rows, today)
    table = Table(columns, page.rows, caption=_("Invoices"), href=_href, sort=sort, page=page, empty=empty)
    if (
        text or show
    ):  # of a narrowed list; over all invoices of a large office it would take longer than the list itself
        table.totals = {"number": _("All found"), "cents": found.aggregate(sum=Sum("cents"))["sum"] or 0}
    context = {"table": table, "text": text, "chips": chips(request, "show", SHOWS.items())}
    return render(request, "invoices/list.html", context)


def found_in(user: User, given: QueryDict) -> QuerySet[Invoice]:
    """The invoices that the list finds for this person under this address."""
    show, text, found = given.get("show", ""), _text(given), Invoice.objects.for_staff(user)
    found = found.matching(text) if text else found
    found = found.void() if show == "void" else found.still_open() if show in ("open", "overdue") else found
    return found.filter(due_on__lt=dates.today()) if show == "overdue" else found


def _text(given: QueryDict) -> str:
    return given.get("q", "").strip().replace("\x00", "")


def _href(invoice: Invoice) -> str:
    return reverse("invoice", args=[invoice.pk])


def _columns(rows: list[Invoice], today) -> list[Column]:
    still = balances.of_invoices(rows)
    return [
        Column("number", _("Invoice"), kind="id"),
        Column("account", _("Account"), value=lambda i: reference(i.to)[1], kind="id"),
        Column("name", _("To"), value="to.name"),
        Column("issued", _("Issued"), value="issued_on", kind="day", sort="issued"),
        Column("due", _("Due"), value="due_on", kind="day", sort="due"),
        Column("cents", _("Amount"), kind="money", sort="amount"),
        Column("open", _("Still open"), value=lambda i: still[i.pk], kind="money"),
        Column("state", _("State"), value=lambda i: state(i, still[i.pk], today), kind="tag"),
    ]


def state(invoice: Invoice, still: int, today) -> tuple[str, str]:
    """The word and tone for where an invoice stands; derived, never stored."""
    if invoice.voided_at:
        return _("Void"), ""
    if not still:
        return _("Settled"), "good"
    if invoice.due_on < today:
        return _("Overdue"), "bad"
    return (_("Part paid"), "info") if still < invoice.cents else (_("Open"), "")


def invoice_of(request, pk) -> Invoice:
    """404 for an invoice of another office, as for one that is not there."""
    rows = Invoice.objects.for_staff(request.user).select_related(
        "account", "payer__house_account", "document", "office", "issued_by", "credit_note"
    )
    return get_object_or_404(rows, pk=pk)


def invoice(request, pk):
    row = invoice_of(request, pk)
    still = balances.of_invoices([row])[row.pk]
    context = {
        "invoice": row,
        "lines": row.lines.select_related("open_item__account"),
        "still": still,
        "state": state(row, still, dates.today()),
        "messages_of": row.document.messages.all(),
        "note": getattr(row, "credit_note", None),
    }
    return render(request, "invoices/page.html", context)


def invoice_why(request, pk):
    """Why an invoice asks what it asks: the sentence it was sent with, and how its charges stand today, down to the entries."""
    row = invoice_of(request, pk)
    lines = list(row.lines.select_related("open_item"))
    told = why.stories({line.open_item.charge_id for line in lines}, row.payer_id)
    context = {
        "invoice": row,
        "account": row.account,
        "still": balances.of_invoices([row])[row.pk],
        "sentence": row.document.context.get("lead", ""),
        "story": why.together(told.values()),
        "charges": [(line, told[line.open_item.charge_id]) for line in lines],
    }
    return render(request, "invoices/why.html", context)


def invoice_new(request, pk):
    """What would be asked, and of whom; issuing it takes one press, and a second press changes nothing."""
    account = get_object_or_404(Account.objects.for_staff(request.user).select_related("office"), pk=pk)
    if request.method == "POST":
        return _issue(request, account)
    lines = issuing.ready(account)
    address, why_print = by_email(account)
    context = {
        "account": account,
        "lines": lines,
        "above": issuing.above_estimate(lines),
        "total": sum(line.cents for line in lines),
        "due_on": issuing.due_on(account, dates.today()),
        "to": mailing_lines(account),
        "address": address,
        "why_print": why_print,
        "key": uuid.uuid4().hex,
    }
    return render(request, "invoices/new.html", context)


def _issue(request, account: Account):
    key = form_key(request)
    try:
        row = issuing.issue(account, on=dates.today(), by=request.user, key=f"invoice:{key}")
    except (issuing.NothingToInvoice, issuing.Stopped, ledger.Refused) as error:
        messages.error(request, _("No invoice was issued. %(error)s") % {"error": error})
        return redirect("account", pk=account.pk)
    messages.success(
        request,
        _("Issued %(invoice)s for $%(amount)s. %(way)s")
        % {"invoice": row.number, "amount": money.show(row.cents), "way": way_out(row.document)},
    )
    return redirect("invoice", pk=row.pk)


def form_key(request) -> str:
    """The number of the form that was sent: a second press finds what the first did. 404 where it is none of ours."""
    key = request.POST.get("key", "")
    if len(key) != 32 or not key.isalnum():
        raise Http404(_("The page is too old. Open it again."))
    return key


def way_out(document: Document) -> str:
    mailed = document.messages.filter(channel="email").exists()
    return _("It is being rendered and e-mailed.") if mailed else _("It is on the print list.")


@require_GET
def document(request, pk):
    """The stored PDF, byte for byte; checked against its hash before it leaves."""
    row = get_object_or_404(Document.objects.for_staff(request.user).select_related("blob"), pk=pk)
    if row.kind in NAMING_SERVICES and not may(request.user, "read_services"):
        raise PermissionDenied(_("It names services; this needs the right “read services”."))
    if row.blob is None:
        return render(request, "invoices/rendering.html", {"document": row}, status=202)
    if not row.blob.intact:
        raise RuntimeError(f"document {row.pk}: the stored bytes are not those of their hash")
    response = HttpResponse(bytes(row.blob.content), content_type=row.blob.media_type)
    response["Content-Disposition"] = f'inline; filename="{row.file_name}"'
    return response
