"""Planned visits of a client: for their days coverage is verified."""

from django.contrib import messages
from django.db import transaction
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from accounts.models import Client
from accounts.once import once
from accounts.views.pages import back_to, form_page, within
from billing_office.audit.acts import record
from billing_office.lib import dates

from ..forms.verification import NewVisitForm, VisitForm
from ..models import Visit


def visit_new(request, pk):
    client = get_object_or_404(within(request, Client.objects.select_related("account")), pk=pk)
    form = NewVisitForm(request.POST or None, instance=Visit(client=client))
    if request.method == "POST" and form.is_valid():
        with once(form.key, "visit_planned", request.user) as done:
            if not done:
                row = form.save(commit=False)
                row.added_by = request.user
                row.save()
                record(request.user, "visit_planned", row, account_id=client.account_id, detail={"form": str(form.key)})
        messages.success(
            request,
            _("%(client)s is expected on %(day)s.")
            % {"client": client.name, "day": dates.short(form.cleaned_data["on"], dates.today())},
        )
        return back_to(client.account)
    return form_page(
        request, client.account, form, _("Plan a visit of %(client)s") % {"client": client.name}, _("Plan the visit")
    )


def visit_edit(request, pk):
    with transaction.atomic():
        row = get_object_or_404(
            within(request, Visit.objects.select_related("client__account"), "client__account"), pk=pk
        )
        form = VisitForm(request.POST or None, instance=row)
        if request.method == "POST" and form.is_valid():
            if form.changed:
                form.save()
                record(request.user, "visit_edited", row, account_id=row.client.account_id, changed=form.changed)
            messages.success(request, _("The visit is saved."))
            return back_to(row.client.account)
    return form_page(request, row.client.account, form, _("Edit %(visit)s") % {"visit": row}, _("Save the visit"))
