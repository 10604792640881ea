"""Flags and holds of an account."""

from django.contrib import messages
from django.db import transaction
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from accounts import stops
from accounts.forms.stops import EndForm, FlagForm, HoldForm
from accounts.models import Account, AccountFlag, Hold
from accounts.once import once

from .pages import account_of, back_to, form_page, turned_away, within


def flag_new(request, pk):
    account = account_of(request, pk)
    return _set(request, account, FlagForm(request.POST or None), _("Set a flag"), _("Set flag"))


def hold_new(request, pk):
    account = account_of(request, pk)
    form = HoldForm(request.POST or None, account=account, reader=request.user)
    return _set(request, account, form, _("Set a hold"), _("Set hold"))


def payer_flag_new(request, pk):
    return _set(request, _house(pk), FlagForm(request.POST or None), _("Set a flag"), _("Set flag"))


def payer_hold_new(request, pk):
    """A payer's stops stand on its house account: they bind reminders of what it was invoiced."""
    house = _house(pk)
    form = HoldForm(request.POST or None, account=house, reader=request.user)
    del form.fields["charge"]
    return _set(request, house, form, _("Set a hold"), _("Set hold"))


def _house(payer: int) -> Account:
    return get_object_or_404(Account.objects.select_related("payer"), payer=payer)


def _set(request, account, form, title, button):
    if away := turned_away(request, account, told=True):
        return away
    stop = form.instance
    if request.method == "POST" and form.is_valid():
        with once(form.key, f"{stops.word(stop)}_set", request.user) as done:
            if not done:
                stops.set_stop(account, stop, by=request.user, detail={"form": str(form.key)})
        messages.success(request, _("%(stop)s set.") % {"stop": stop})
        return back_to(account)
    return form_page(request, account, form, title, button)


def flag_end(request, pk):
    return _end(request, AccountFlag, pk)


def hold_end(request, pk):
    return _end(request, Hold, pk)


def _end(request, model, pk):
    with transaction.atomic():
        stop = get_object_or_404(within(request, model.objects.select_related("account")), pk=pk)
        form = EndForm(request.POST or None, stop=stop)
        if request.method == "POST" and form.is_valid():
            if stops.end(stop, form.cleaned_data["until"], by=request.user):
                messages.success(request, _("%(stop)s ended.") % {"stop": stop})
            else:
                messages.info(request, _("%(stop)s has ended already.") % {"stop": stop})
            return back_to(stop.account)
    if isinstance(stop, Hold):
        title, button = _("End hold: %(stop)s") % {"stop": stop}, _("End hold")
    else:
        title, button = _("End flag: %(stop)s") % {"stop": stop}, _("End flag")
    return form_page(request, stop.account, form, title, button, why=stop.reason)
