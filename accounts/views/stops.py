"""Flags and holds of an account."""

from django.contrib import messages
from django.db import transaction
from django.shortcuts import get_object_or_404

from accounts import stops
from accounts.forms.stops import EndForm, FlagForm, HoldForm
from accounts.models import Account, AccountFlag, Hold
from accounts.once import once

from .pages import account_of, back_to, form_page, turned_away, within


def flag_new(request, pk):
    account = account_of(request, pk)
    return _set(request, account, FlagForm(request.POST or None), "Set a flag", "Set flag")


def hold_new(request, pk):
    account = account_of(request, pk)
    form = HoldForm(request.POST or None, account=account, reader=request.user)
    return _set(request, account, form, "Set a hold", "Set hold")


def payer_flag_new(request, pk):
    return _set(request, _house(pk), FlagForm(request.POST or None), "Set a flag", "Set flag")


def payer_hold_new(request, pk):
    """A payer's stops stand on its house account: they bind reminders of what it was invoiced."""
    house = _house(pk)
    form = HoldForm(request.POST or None, account=house, reader=request.user)
    del form.fields["charge"]
    return _set(request, house, form, "Set a hold", "Set hold")


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
        messages.success(request, f"{stop} set.")
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
                messages.success(request, f"{stop} ended.")
            else:
                messages.info(request, f"{stop} has ended already.")
            return back_to(stop.account)
    word = stops.word(stop)
    return form_page(request, stop.account, form, f"End {word}: {stop}", f"End {word}", why=stop.reason)
