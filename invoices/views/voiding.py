"""Voiding an invoice: what it would leave, the reason, the credit note."""

from django import forms
from django.contrib import messages
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from billing_office.lib import dates, money
from billing_office.lib.fields import LineField, OfficeForm
from billing_office.lib.views import answer_form
from invoices import balances, voiding

from .invoices import invoice_of, way_out


class VoidForm(OfficeForm):
    title = lazy("The invoice was not voided.")
    reason = LineField(label=lazy("Why"), help_text=lazy("For the office; it is not printed."), widget=forms.TextInput)


def invoice_void(request, pk):
    row, form = invoice_of(request, pk), VoidForm(request.POST or None)
    if request.method == "POST" and row.voided_at:
        messages.info(
            request,
            _("%(invoice)s was void already: %(note)s took it back.")
            % {"invoice": row.number, "note": row.credit_note.number},
        )
        return redirect("invoice", pk=row.pk)
    if request.method == "POST" and form.is_valid():
        note = voiding.void(row, on=dates.today(), by=request.user, reason=form.cleaned_data["reason"])
        said = _("%(invoice)s asks nothing any more. %(note)s takes back $%(amount)s.") % {
            "invoice": row.number,
            "note": note.number,
            "amount": money.show(-note.cents),
        }
        messages.success(request, f"{said} {way_out(note.document)}")
        return redirect("invoice", pk=row.pk)
    context = {"invoice": row, "form": form, "still": balances.of_invoices([row])[row.pk]}
    return answer_form(request, "invoices/void.html", context)
