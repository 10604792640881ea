"""Payers that are billed by invoice: what is ready to be invoiced, the preview of one invoice, issuing one or all."""

import uuid
from dataclasses import dataclass
from datetime import date

from django.contrib import messages
from django.db.models import Count, F, Min, Sum
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.utils.translation import ngettext

from accounts import ledger
from accounts.addressing import mailing_lines
from accounts.models import Account, OpenItem, Payer
from accounts.sending import by_email
from billing_office.audit import acts
from billing_office.lib import dates, money
from billing_office.lib.tables import Column, Empty, Table, export
from billing_office.staff.models import Office
from invoices import balances, issuing
from invoices.models import Invoice

from .invoices import form_key, way_out


@dataclass(frozen=True)
class Waiting:
    """What one payer owes one office and was not asked for yet."""

    payer: Payer
    office: Office
    charges: int
    accounts: int
    oldest: date
    cents: int

    @property
    def to(self) -> str:
        return by_email(self.payer)[0] or _("On paper")


COLUMNS = [
    Column("payer", lazy("Payer"), value="payer.name"),
    Column("class", lazy("Class"), value="payer.get_payer_class_display", lo=True),
    Column("office", lazy("Office"), value="office.code", kind="id"),
    Column("accounts", lazy("Accounts"), kind="int"),
    Column("charges", lazy("Services"), kind="int"),
    Column("oldest", lazy("Oldest service"), kind="day"),
    Column("to", lazy("Goes to")),
    Column("cents", lazy("To be invoiced"), kind="money"),
]


def ready(request):
    """By payer and office, what is open and on no invoice yet; the ticked ones, or all, are issued with one press."""
    found = waiting(request.user)
    if file := export(request, Table(COLUMNS, found), "to-be-invoiced"):
        acts.record(request.user, "invoices_ready_exported", detail={"rows": len(found)})
        return file
    if request.method == "POST":
        return _issue_many(request, found)
    empty = Empty(_("Nothing to be invoiced"), _("All that payers billed by invoice owe is on an invoice."))
    table = Table(COLUMNS, found, caption=_("To be invoiced"), href=_preview, tick=_name, empty=empty)
    total = sum(row.cents for row in found)
    table.totals = {"payer": _("Total"), "cents": total} if found else {}
    context = {"table": table, "count": len(found), "total": total, "key": uuid.uuid4().hex}
    return render(request, "invoices/ready.html", context)


def waiting(user, payer: Payer | None = None) -> list[Waiting]:
    """Most money first. Of one payer, also where it is not marked as billed by invoice."""
    items = OpenItem.objects.filter(account__in=Account.objects.for_staff(user))
    items = items.filter(payer=payer) if payer else items.filter(payer__billed_by_invoice=True)
    sums = balances.unasked(items).order_by().values("payer", "account__office").annotate(
        charges=Count("pk"), accounts=Count("account", distinct=True), oldest=Min("charge__service_on"),
        to_ask=Sum(F("cents") - F("asked")),
    )  # fmt: skip
    rows = list(sums)
    payers = Payer.objects.select_related("house_account").in_bulk({row["payer"] for row in rows})
    offices = Office.objects.in_bulk({row["account__office"] for row in rows})
    found = [
        Waiting(
            payers[row["payer"]], offices[row["account__office"]], row["charges"], row["accounts"], row["oldest"], row["to_ask"]
        )
        for row in rows
    ]  # fmt: skip
    return sorted(found, key=lambda row: (-row.cents, row.payer.sort_key, row.office.pk))


def _name(row: Waiting) -> str:
    return f"{row.payer.pk}-{row.office.pk}"


def _preview(row: Waiting) -> str:
    return f"{reverse('payer_invoice_new', args=[row.payer.pk])}?office={row.office.pk}"


def _issue_many(request, found: list[Waiting]):
    """Each on its own: what one payer's invoice meets does not stop the others."""
    key, ticked = form_key(request), set(request.POST.getlist("row"))
    chosen = [row for row in found if request.POST.get("all") or _name(row) in ticked]
    before, issued = _made(key), []
    for row in chosen:
        try:
            facts = {"on": dates.today(), "by": request.user, "key": _key(key, row.payer, row.office)}
            issued.append(issuing.issue_to_payer(row.payer, row.office, **facts))
        except (issuing.NothingToInvoice, ledger.Refused) as error:
            messages.error(
                request, _("%(payer)s: no invoice was issued. %(error)s") % {"payer": row.payer, "error": error}
            )
    if issued:
        total = money.show(sum(row.cents for row in issued))
        n = len(issued)
        said = ngettext("Issued %(n)d invoice for $%(total)s.", "Issued %(n)d invoices for $%(total)s.", n)
        messages.success(request, said % {"n": n, "total": total})
    elif before:
        said = _("%(n)d were issued from this page already; nothing was issued twice.") % {"n": len(before)}
        messages.info(request, said)
    elif not chosen:
        messages.info(request, _("Tick the payers that are to be invoiced, or issue all."))
    return redirect("invoices_ready")


def _made(key: str) -> list[Invoice]:
    return list(Invoice.objects.filter(source_key__startswith=f"invoice:{key}:"))


def _key(key: str, payer: Payer, office: Office) -> str:
    return f"invoice:{key}:{payer.pk}:{office.pk}"


def payer_invoice_new(request, pk):
    """What one payer would be asked by one office, account by account; issuing it takes one press."""
    payer = get_object_or_404(Payer.objects.filter(house_account__isnull=False).select_related("house_account"), pk=pk)
    offices = {row.office.pk: row for row in waiting(request.user, payer)}
    office = _office(request, list(offices))
    if request.method == "POST":
        return _issue_one(request, payer, office)
    lines = issuing.ready_for_payer(payer, office) if office and office.pk in offices else []
    address, why_print = by_email(payer)
    total = sum(line.cents for line in lines)
    context = {
        "payer": payer, "office": office, "groups": _groups(lines), "total": total, "address": address,
        "why_print": why_print, "due_on": issuing.due_on(payer, dates.today()), "to": mailing_lines(payer),
        "rest": offices[office.pk].cents - total if lines else 0, "key": uuid.uuid4().hex,
        "others": [row for row in offices.values() if row.office != office],
    }  # fmt: skip
    return render(request, "invoices/payer_new.html", context)


def _office(request, waiting_at: list[int]) -> Office | None:
    """The office that was asked for, else the one where most waits, else the person's first."""
    asked = request.POST.get("office") or request.GET.get("office", "")
    mine = request.user.offices.all()
    if asked:
        if not (asked.isascii() and asked.isdigit() and len(asked) < 19):
            raise Http404(_("No such office."))
        return get_object_or_404(mine, pk=asked)
    return mine.filter(pk__in=waiting_at[:1]).first() or mine.order_by("pk").first()


@dataclass(frozen=True)
class Group:
    """The lines of one account, and their sum."""

    account: Account
    lines: list[issuing.Ready]

    @property
    def cents(self) -> int:
        return sum(line.cents for line in self.lines)


def _groups(lines: list[issuing.Ready]) -> list[Group]:
    by_account: dict[int, Group] = {}
    for line in lines:
        account = line.item.charge.account
        by_account.setdefault(account.pk, Group(account, [])).lines.append(line)
    return sorted(by_account.values(), key=lambda group: (group.account.sort_key, group.account.pk))


def _issue_one(request, payer: Payer, office: Office | None):
    key = form_key(request)
    if office is None:
        raise Http404(_("No office to issue for."))
    try:
        facts = {"on": dates.today(), "by": request.user, "key": _key(key, payer, office)}
        row = issuing.issue_to_payer(payer, office, **facts)
    except (issuing.NothingToInvoice, ledger.Refused) as error:
        messages.error(request, _("No invoice was issued. %(error)s") % {"error": error})
        return redirect("payer", pk=payer.pk)
    messages.success(
        request,
        _("Issued %(invoice)s for $%(amount)s. %(way)s")
        % {"invoice": row.number, "amount": money.show(row.cents), "way": way_out(row.document)},
    )
    return redirect("invoice", pk=row.pk)
