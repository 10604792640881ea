"""Files of an account: the list beside the account, attaching one, keeping a copy, withdrawing."""

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from accounts import attachments
from accounts.forms.attachments import AttachmentForm
from accounts.forms.closing import ReasonForm
from accounts.models import Account, Attachment
from accounts.once import once
from billing_office.lib import dates
from billing_office.staff.access import may

from .pages import account_of, back_to, form_page, turned_away


def attachments_of(request, pk):
    """The piece of the account page: its files and those of its duplicates, and which duplicates became part of it."""
    account = account_of(request, pk)
    family = Account.objects.for_staff(request.user).part_of(account)
    merged = list(family.exclude(pk=account.pk).select_related("balance"))
    rows = Attachment.objects.filter(account__in=[account, *merged]).select_related("account", "added_by")
    context = {"account": account, "files": rows, "merged": merged}
    return render(request, "accounts/_attachments.html", context)


def attachment_new(request, pk):
    account = account_of(request, pk)
    if away := turned_away(request, account, told=True):
        return away
    form = AttachmentForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        with once(form.key, "file_attached", request.user) as done:
            if not done:
                attachments.attach(
                    account, given["content"], title=given["what"], kind=given["kind"], name=given["file"].name,
                    by=request.user, detail={"form": str(form.key)},
                )  # fmt: skip
        messages.success(request, _("%(file)s is attached.") % {"file": given["what"]})
        return back_to(account)
    return form_page(request, account, form, _("Attach a file"), _("Attach"), "accounts/attachment_new.html")


def attachment(request, pk):
    """The bytes as they came, to be kept and never to be shown in place. A withdrawn one is the auditor's alone."""
    rows = Attachment.objects.for_staff(request.user)
    row = get_object_or_404(rows.select_related("blob"), pk=pk)
    if row.withdrawn_at and not may(request.user, "read_audit"):
        raise Http404(_("Withdrawn."))
    response = HttpResponse(bytes(row.blob.content), content_type=row.blob.media_type)
    response["Content-Disposition"] = content_disposition_header(True, row.file_name)
    response["X-Content-Type-Options"] = "nosniff"
    return response


def attachment_withdraw(request, pk):
    with transaction.atomic():
        rows = Attachment.objects.for_staff(request.user).select_related("account")
        rows = rows.select_for_update(of=("self",), no_key=True) if request.method == "POST" else rows
        row = get_object_or_404(rows, pk=pk)
        form = ReasonForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            if attachments.withdraw(row, form.cleaned_data["reason"], at=dates.now(), by=request.user):
                messages.success(request, _("%(file)s is withdrawn.") % {"file": row})
            else:
                messages.info(request, _("%(file)s was withdrawn already.") % {"file": row})
            return back_to(row.account)
    return form_page(request, row.account, form, _("Withdraw %(file)s") % {"file": row}, _("Withdraw"))
