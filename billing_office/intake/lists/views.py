"""Importing a list of accounts: sent, looked at, taken over, undone."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
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
    Column("name", "File"),
    Column("office", "Office", value="office.name", lo=True),
    Column("accounts", "Accounts", value=lambda row: row.found.get("accounts"), kind="int"),
    Column("cents", "Brought forward", value=lambda row: row.found.get("cents"), kind="nil_money"),
    Column("state", "State", value=lambda row: (row.get_state_display(), TONES.get(row.state, "")), kind="tag"),
    Column("made_by", "By", value="made_by.name", lo=True),
    Column("made_at", "Sent", kind="moment"),
]
FINDINGS = [
    Column("row", "Row", value=lambda one: one[0], kind="int"),
    Column("column", "Column", value=lambda one: one[1]),
    Column("value", "It says", value=lambda one: one[2], wrap=True),
    Column("why", "What is wrong", value=lambda one: one[3], wrap=True),
]


def account_imports(request):
    found = AccountImport.objects.for_staff(request.user).select_related("office", "made_by")
    if file := export(request, Table(IMPORTS, found), "account-imports"):
        record(request.user, "account_imports_exported")
        return file
    page = keyset(found, ("-id",), request.GET.get("after"), request.GET.get("before"))
    empty = Empty(
        "No list was imported yet", "Send one as CSV or XLSX; nothing changes before you have seen what would."
    )
    table = Table(
        IMPORTS,
        page.rows,
        caption="Imports",
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
            messages.info(request, "It is being taken over, or was.")
        return redirect("account_import", pk=pk)
    errors, notices = row.found.get("errors", []), row.found.get("notices", [])
    if file := export(request, Table(FINDINGS, errors + notices), f"import-{row.pk}-findings"):
        record(request.user, "import_findings_exported", row)
        return file
    context = {
        "row": row, "form": form, "sample": row.found.get("sample", []), "progress": taking.progress(row) if row.waits else None,
        "errors": Table(FINDINGS, errors, caption="Cells that cannot be taken") if errors else None,
        "notices": Table(FINDINGS, notices, caption="To be looked at") if notices else None,
        "accounts": _taken(request, row) if row.state in (State.DONE, State.UNDONE) else None,
    }  # fmt: skip
    return answer_form(request, "intake/import.html", context)


def _taken(request, row: AccountImport) -> Table:
    columns = [
        Column("row", "Row", value="taken_from.row", kind="int"),
        Column("reference", "Their number", value="taken_from.reference", kind="id"),
        Column("number", "Account", kind="id"),
        Column("name", "Name"),
    ]
    found = Account.objects.filter(taken_from__source=row).select_related("taken_from")
    page = keyset(found, ("id",), request.GET.get("after"), request.GET.get("before"))
    return Table(
        columns,
        page.rows,
        caption="Accounts of the list",
        page=page,
        href=lambda one: reverse("account", args=[one.pk]),
    )


@require_POST
def account_import_confirm(request, pk):
    row = _row(request, pk)
    if taking.confirm(row, request.user):
        messages.success(request, f"{row.found['accounts']} accounts are being opened. You may leave this page.")
    else:
        messages.info(request, "Somebody takes it over already, or it cannot be taken over as it is.")
    return redirect("account_import", pk=pk)


@require_POST
def account_import_undo(request, pk):
    row = _row(request, pk)
    if row.state == State.DONE and (numbers := taking.touched(row)):
        more = f" and {len(numbers) - 10} more" if len(numbers) > 10 else ""
        messages.error(request, f"Nothing was undone: {', '.join(numbers[:10])}{more} were worked on since.")
    elif taking.undo(row, request.user):
        messages.success(
            request,
            f"What was brought forward, {show(row.found['cents'])}, is being reversed, and the accounts closed.",
        )
    else:
        messages.info(request, "It is being undone already, or was not taken over.")
    return redirect("account_import", pk=pk)


def account_import_state(request, pk):
    """Asked every second by the page that waits: how far it is; it leads on once there is something to see."""
    row = _row(request, pk)
    if row.waits:
        return render(request, "intake/_progress.html", {"row": row, "progress": taking.progress(row)})
    response = HttpResponse(status=204)
    response["HX-Redirect"] = reverse("account_import", args=[pk])
    return response
