"""The office's accounts at banks."""

from django.contrib import messages
from django.db import transaction
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from billing_office.audit.acts import record
from billing_office.lib.tables import Column, Empty, Table, export
from billing_office.lib.views import answer_form
from billing_office.staff.access import may
from invoices.bank.forms import BankAccountForm
from invoices.models import BankAccount

COLUMNS = [
    Column("name", lazy("Bank account")),
    Column("last4", lazy("Ends in"), value=lambda one: f"…{one.last4}", kind="id"),
    Column("office", lazy("Office"), value="office.name"),
    Column("columns", "CSV", value=lambda one: _("columns known") if one.columns else "", lo=True),
    Column(
        "active",
        lazy("State"),
        value=lambda one: (_("In use"), "good") if one.active else (_("Not in use"), ""),
        kind="tag",
    ),
]


def bank_accounts(request):
    rows = BankAccount.objects.for_staff(request.user).select_related("office")
    if file := export(request, Table(COLUMNS, rows), "bank-accounts"):
        return file
    edits = may(request.user, "edit_bank_accounts")
    empty = Empty(_("No bank account yet"), _("A supervisor adds it; then its files can come in."))
    table = Table(COLUMNS, rows, caption=_("Bank accounts"), href=_href if edits else None, empty=empty)
    return render(request, "bank/accounts.html", {"table": table})


def _href(account: BankAccount) -> str:
    return reverse("bank_account_edit", args=[account.pk])


def bank_account_new(request):
    return _edit(request, BankAccount())


def bank_account_edit(request, pk):
    with transaction.atomic():
        rows = BankAccount.objects.for_staff(request.user).select_for_update(of=("self",), no_key=True)
        return _edit(request, get_object_or_404(rows, pk=pk))


def _edit(request, row: BankAccount):
    new = row.pk is None
    form = BankAccountForm(request.POST or None, instance=row, by=request.user)
    if request.method == "POST" and form.is_valid():
        with transaction.atomic():
            saved = form.save()
            record(request.user, "bank_account_added" if new else "bank_account_edited", saved, changed=form.changed)
        messages.success(request, _("%(account)s saved.") % {"account": saved})
        return redirect("bank_accounts")
    return answer_form(request, "bank/account.html", {"form": form, "back": reverse("bank_accounts"), "new": new})
