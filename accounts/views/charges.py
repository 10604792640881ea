"""Posting a charge by hand."""

from django.contrib import messages
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts import ledger
from accounts.forms.charges import ChargeForm
from accounts.posting import post_charge
from billing_office.lib import dates
from billing_office.lib.money import show
from billing_office.lib.views import linked

from .pages import account_of, back_to, form_page


def charge_new(request, pk):
    account = account_of(request, pk)
    form = ChargeForm(request.POST or None, account=account, initial={"service_on": dates.today()})
    if request.method == "POST" and form.is_valid():
        try:
            done = post_charge(account, form=form.key, by=request.user, **form.charge)
        except ledger.Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            say_posted(request, done, account)
            return back_to(account)
    return form_page(request, account, form, _("Post a charge"), _("Post charge"), "accounts/charge_new.html")


def say_posted(request, done, account):
    told = {"amount": show(done.row.cents), "account": account.name}
    if done.new:
        entry = done.row.postings.earliest("pk").entry_id
        text = _("Posted $%(amount)s to %(account)s.") % told
        messages.success(request, linked(text, reverse("entry_reverse", args=[entry]), _("Undo")))
    else:
        text = _("$%(amount)s to %(account)s was posted from this form already; nothing was posted twice.") % told
        messages.info(request, text)
