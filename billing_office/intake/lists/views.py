"""Importing a list of accounts: sent, looked at, taken over, undone."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from accounts.models import Account
from billing_office.audit.acts import record
from billing_office.intake.models import AccountImport
from billing_office.lib.money import show
from billing_office.lib.tables import Column, Empty, Table, export, keyset
from billing_office.lib.views import answer_form

from . import taking
from .forms import ColumnsForm, ListForm

State = AccountImport.State
TONES = {State.DONE: "good", State.FAILED: "bad", State.READY: "info"}
IMPORTS = [
    Column("name", lazy("File")),
    Column("office", lazy("Office"), value="office.name", lo=True),
    Column("accounts", lazy("Accounts"), value=lambda row: row.found.get("accounts"), kind="int"),
    Column("cents", lazy("Brought forward"), value=lambda row: row.found.get("cents"), kind="nil_money"),
    Column("state", lazy("State"), value=lambda row: (row.get_state_display(), TONES.get(row.state, "")), kind="tag"),
    Column("made_by", lazy("By"), value="made_by.name", lo=True),
    Column("made_at", lazy("Sent"), kind="moment"),
]
FINDINGS = [
    Column("row", lazy("Row"), value=lambda one: one[0], kind="int"),
    Column("column", lazy("Column"), value=lambda one: one[1]),
    Column("value", lazy("It says"), value=lambda one: one[2], wrap=True),
    Column("why", lazy("What is wrong"), value=lambda one: one[3], wrap=True),
]


def account_imports(request):
    found = AccountImport.objects.for_staff(request.user).select_related("office", "made_by")
    if file := export(request, Table(IMPORTS, found), "account-imports"):
        record(request.user, "account_imports_exported")
        return file
    page = keyset(found, ("-id",), request.GET.get("after"), request.GET.get("before"))
    empty = Empty(
        _("No list was imported yet"), _("Send one as CSV or XLSX; nothing changes before you have seen what would.")
    )
    table = Table(
        IMPORTS,
        page.rows,
        caption=_("Imports"),
        page=page,
        empty=empty,
        href=lambda row: reverse("account_import", args=[row.pk]),
    )
    return render(request, "intake/list.html", {"table": table})


def account_import_new(request):
    form = ListForm(request.POST or None, request.FILES or None, by=request.user)
    if request.method == "POST" and form.is_valid():
        row = taking.begin(form.cleaned_data["office"], form.cleaned_data["file"].name, form.content, by=request.user)
        return redirect("account_import", pk=row.pk)
    return answer_form(request, "intake/new.html", {"form": form})


def _row(request, pk) -> AccountImport:
    rows = AccountImport.objects.for_staff(request.user).select_related("office", "made_by", "taken_by", "undone_by")
    return get_object_or_404(rows, pk=pk)


def account_import(request, pk):
    row = _row(request, pk)
    form = ColumnsForm(request.POST or None, row=row) if row.state in (State.READY, State.FAILED) else None
    if request.method == "POST" and form and form.is_valid():
        if not taking.read_again(row, form.named):
            messages.info(request, _("It is being taken over, or was."))
        return redirect("account_import", pk=pk)
    errors, notices = row.found.get("errors", []), row.found.get("notices", [])
    if file := export(request, Table(FINDINGS, errors + notices), f"import-{row.pk}-findings"):
        record(request.user, "import_findings_exported", row)
        return file
    context = {
        "row": row, "form": form, "sample": row.found.get("sample", []), "progress": taking.progress(row) if row.waits else None,
        "errors": Table(FINDINGS, errors, caption=_("Cells that cannot be taken")) if errors else None,
        "notices": Table(FINDINGS, notices, caption=_("To be looked at")) if notices else None,
        "accounts": _taken(request, row) if row.state in (State.DONE, State.UNDONE) else None,
    }  # fmt: skip
    return answer_form(request, "intake/import.html", context)


def _taken(request, row: AccountImport) -> Table:
    columns = [
        Column("number", _("Account"), kind="id"),
        Column("row", _("Row"), value="taken_from.row", kind="int"),
        Column("reference", _("Their number"), value="taken_from.reference", kind="id"),
        Column("name", _("Name")),
    ]
    found = Account.objects.filter(taken_from__source=row).select_related("taken_from")
    page = keyset(found, ("id",), request.GET.get("after"), request.GET.get("before"))
    return Table(
        columns,
        page.rows,
        caption=_("Accounts of the list"),
        page=page,
        href=lambda one: reverse("account", args=[one.pk]),
    )


@require_POST
def account_import_confirm(request, pk):
    row = _row(request, pk)
    if taking.confirm(row, request.user):
        messages.success(
            request,
            ngettext(
                "%(count)d account is being opened. You may leave this page.",
                "%(count)d accounts are being opened. You may leave this page.",
                row.found["accounts"],
            )
            % {"count": row.found["accounts"]},
        )
    else:
        messages.info(request, _("Somebody takes it over already, or it cannot be taken over as it is."))
    return redirect("account_import", pk=pk)


@require_POST
def account_import_undo(request, pk):
    row = _row(request, pk)
    if row.state == State.DONE and (numbers := taking.touched(row)):
        messages.error(request, taking.untouchable(numbers))
    elif taking.undo(row, request.user):
        messages.success(
            request,
            _("What was brought forward, %(amount)s, is being reversed, and the accounts closed.")
            % {"amount": show(row.found["cents"])},
        )
    else:
        messages.info(request, _("It is being undone already, or was not taken over."))
    return redirect("account_import", pk=pk)


def account_import_state(request, pk):
    """Asked every second by the page that waits: how far it is; it leads on once there is something to see."""
    row = _row(request, pk)
    if row.waits:
        return render(request, "intake/_progress.html", {"row": row, "progress": taking.progress(row)})
    response = HttpResponse(status=204)
    response["HX-Redirect"] = reverse("account_import", args=[pk])
    return response
