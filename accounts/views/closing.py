"""Closing an account and reopening it."""

from django.contrib import messages
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts import closing
from accounts.forms.closing import CloseForm, ReasonForm

from .pages import account_of, back_to, form_page, shut


def account_close(request, pk):
    account = account_of(request, pk)
    if account.closed_on or account.merged_into_id:
        messages.info(request, shut(account))
        return back_to(account)
    form, found = CloseForm(request.POST or None, account=account), closing.obstacles(account)
    if request.method == "POST" and form.is_valid():
        try:
            closing.close(account, form.cleaned_data["on"], form.cleaned_data["reason"], by=request.user)
        except closing.Obstructed as obstructed:
            found = obstructed.found
            form.add_error(None, _("Something is still open on it."))
        else:
            messages.success(request, _("%(account)s is closed.") % {"account": account.number})
            return back_to(account)
    told = [(one, reverse(one.page, args=one.args) if one.page else "") for one in found]
    return form_page(
        request, account, form, _("Close the account"), _("Close account"), "accounts/close.html", obstacles=told
    )


def account_reopen(request, pk):
    account = account_of(request, pk)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        if closing.reopen(account, form.cleaned_data["reason"], by=request.user):
            messages.success(request, _("%(account)s is open again.") % {"account": account.number})
        else:
            messages.info(request, _("%(account)s is open.") % {"account": account.number})
        return back_to(account)
    return form_page(request, account, form, _("Reopen the account"), _("Reopen account"), why=account.closed_why)
