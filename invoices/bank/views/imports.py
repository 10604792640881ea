"""A bank's file, from the upload to its lines ticked and posted, and undone."""

from django.contrib import messages
from django.db.models import Count, Exists, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from accounts import ledger
from billing_office.audit.acts import record
from billing_office.lib import dates
from billing_office.lib.tables import Column, Empty, Table, export, keyset
from billing_office.lib.views import answer_form
from billing_office.outbox import queue
from billing_office.staff.models import User
from invoices.bank import importing, posting
from invoices.bank.forms import ColumnsForm, FileForm
from invoices.models import BankAccount, BankImport, BankLine, Clearing

from .rows import rows_of

AT_ONCE = 100  # lines posted while the person waits; more are for a worker
A_PAGE = 150
SHOWN = 8  # rows of a file shown while its columns are named

COLUMNS = [
    Column("file_name", lazy("File"), wrap=True),
    Column("bank_account", lazy("Account"), value=lambda one: str(one.bank_account)),
    Column("kind", lazy("Kind"), value="get_kind_display"),
    Column("imported_at", lazy("Imported"), kind="moment"),
    Column("by", lazy("By"), value="imported_by.short_name"),
    Column("lines", lazy("New lines"), value="lines_count", kind="int"),
    Column("known", lazy("Known before"), kind="int", lo=True),
    Column("waiting", lazy("Not matched"), value="waiting_count", kind="int"),
    Column("state", lazy("State"), kind="tag"),
]


def _counted(rows):
    """Each with `lines_count`, its lines, and `waiting_count`, those that nothing accounts for."""
    mine = BankLine.objects.filter(bank_import=OuterRef("pk")).order_by().values("bank_import")
    waiting = mine.filter(undone_at=None, aside="").exclude(Exists(Clearing.objects.live().filter(line=OuterRef("pk"))))
    return rows.annotate(
        lines_count=Coalesce(Subquery(mine.annotate(n=Count("pk")).values("n")), 0),
        waiting_count=Coalesce(Subquery(waiting.annotate(n=Count("pk")).values("n")), 0),
    )


def bank_imports(request):
    rows = _counted(BankImport.objects.for_staff(request.user).select_related("bank_account", "imported_by"))
    if file := export(request, Table(COLUMNS, rows), "bank-imports"):
        record(request.user, "bank_imports_exported", detail={"as": request.GET["as"]})
        return file
    page = keyset(rows, ("-id",), request.GET.get("after"), request.GET.get("before"))
    empty = Empty(
        _("No bank file yet"), _("Import one: its lines are matched with what is owed, and posted as you tick them.")
    )
    table = Table(COLUMNS, page.rows, caption=_("Bank files"), href=_href, page=page, empty=empty)
    return render(request, "bank/imports.html", {"table": table})


def _href(row: BankImport) -> str:
    return reverse("bank_import", args=[row.pk])


def bank_import_new(request):
    form = FileForm(request.POST or None, request.FILES or None, by=request.user)
    findings = []
    if request.method == "POST" and form.is_valid():
        account, file = form.cleaned_data["bank_account"], form.cleaned_data["file"]
        try:
            row = importing.take_in(account, file.name, file.read(), now=dates.now(), by=request.user)
        except importing.Unreadable as unreadable:
            findings = [one for one in unreadable.findings[:20] if one.row]
            words = _("The file cannot be read. Look at what is wrong at its places.") if findings else str(unreadable)
            form.add_error("file", words)
        else:
            _say_read(request, row)
            return redirect("bank_import", pk=row.pk)
    known = BankAccount.objects.for_staff(request.user).filter(active=True).exists()
    context = {"form": form, "findings": findings, "back": reverse("bank_imports"), "known": known}
    return answer_form(request, "bank/upload.html", context)


def _say_read(request, row: BankImport):
    if row.read_at is None:
        messages.info(request, _("Say which column is which; it is remembered for the next file."))
        return
    new = row.lines.count()
    if not new and row.known:
        messages.info(
            request,
            _("All %(n)d lines of this file were imported before; nothing was changed.") % {"n": row.known},
        )
    else:
        said = ngettext("%(n)d new line.", "%(n)d new lines.", new) % {"n": new}
        if row.known:
            known = ngettext("%(n)d was imported before.", "%(n)d were imported before.", row.known) % {"n": row.known}
            said = f"{said} {known}"
        messages.success(request, said)


def _of(request, pk) -> BankImport:
    rows = BankImport.objects.for_staff(request.user).select_related("bank_account__office", "imported_by", "undone_by")
    return get_object_or_404(rows, pk=pk)


def bank_import(request, pk):
    """The file's lines with what each may be; those that are ticked are posted."""
    row = _of(request, pk)
    if row.read_at is None and not row.undone_at:
        return redirect("bank_import_columns", pk=row.pk)
    page = keyset(row.lines.with_left(), ("id",), request.GET.get("after"), request.GET.get("before"), size=A_PAGE)
    context = {
        "import": row, "rows": rows_of(page.rows, row.bank_account, request.user), "page": page, "sums": row.lines.in_short(),
        "working": row.lines.filter(chosen__isnull=False).exists(),
    }  # fmt: skip
    return render(request, "bank/import.html", context)


def bank_import_columns(request, pk):
    """Which column of a CSV is which; asked once for each account and head."""
    row = _of(request, pk)
    if row.read_at or row.undone_at:
        return redirect("bank_import", pk=row.pk)
    opening = ColumnsForm.opening(importing.mapping_of(row))
    form = ColumnsForm(request.POST or None, rows=row.rows, initial=opening)
    if request.method == "POST" and form.is_valid():
        importing.read(row, form.mapping, now=dates.now(), by=request.user)
        _say_read(request, BankImport.objects.get(pk=row.pk))
        return redirect("bank_import", pk=row.pk)
    context = {
        "import": row,
        "form": form,
        "rows": row.rows[:SHOWN],
        "count": len(row.rows),
        "back": reverse("bank_imports"),
    }
    return answer_form(request, "bank/columns.html", context)


@require_POST
def bank_import_post(request, pk):
    """Post the lines that were ticked, each as the match beside it says; many of them by a worker."""
    row = _of(request, pk)
    ticked = [
        text for text in request.POST.getlist("row")[:A_PAGE] if text.isascii() and text.isdecimal() and len(text) < 19
    ]
    chosen = {int(text): request.POST.get(f"match_{text}", "") for text in ticked}
    chosen = {line: match for line, match in chosen.items() if posting.known(match)}
    if row.undone_at or not chosen:
        messages.error(request, _("Nothing was posted. Tick the lines that are matched rightly first."))
        return redirect("bank_import", pk=row.pk)
    count = posting.choose(row, chosen, request.user)
    if count > AT_ONCE:
        queue.put(posting.POST, row.pk, f"{posting.POST}:{row.pk}:{dates.now().isoformat()}")
        messages.info(request, _("A worker posts %(n)d lines. This page shows how far it is.") % {"n": count})
    else:
        posted = posting.post_chosen(row, today=dates.today(), person=lambda pk: User.objects.get(pk=pk))
        _say_posted(request, posted, count)
    return redirect("bank_import", pk=row.pk)


def _say_posted(request, posted: int, count: int):
    if posted:
        messages.success(request, ngettext("%(n)d line posted.", "%(n)d lines posted.", posted) % {"n": posted})
    if posted < count:
        said = _("%(n)d could not be posted; why is written beside each.") % {"n": count - posted}
        messages.error(request, said)
    if not count:
        messages.info(request, _("These lines were posted already; nothing was posted twice."))


def bank_import_state(request, pk):
    """Asked every two seconds by the page that waits: how far it is; it leads on once all is done."""
    row = _of(request, pk)
    left = row.lines.filter(chosen__isnull=False).count()
    if not left:
        response = HttpResponse(status=204)
        response["HX-Redirect"] = reverse("bank_import", args=[row.pk])
        return response
    return render(request, "bank/_waits.html", {"import": row, "left": left})


@require_POST
def bank_import_undo(request, pk):
    row = _of(request, pk)
    try:
        new = importing.undo(row, on=dates.today(), now=dates.now(), by=request.user)
    except ledger.Refused as refusal:
        messages.error(request, _("Nothing was undone. %(why)s") % {"why": refusal})
    else:
        said = (
            _("%(file)s is undone; what was posted from it is reversed.") % {"file": row}
            if new
            else _("It was undone already.")
        )
        (messages.success if new else messages.info)(request, said)
    return redirect("bank_import", pk=row.pk)
