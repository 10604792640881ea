"""A wrong charge by form: voided, or posted anew as it ought to have been."""

from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from accounts.forms.anew import CorrectForm, VoidForm
from accounts.models import Account, Charge, OpenItem

from .corrections import correct


def charge_of(request, pk) -> Charge:
    rows = Charge.objects.filter(account__in=Account.objects.for_staff(request.user))
    return get_object_or_404(rows.select_related("account__office", "account__guarantor", "client"), pk=pk)


def charge_void(request, pk):
    charge = charge_of(request, pk)
    form = VoidForm(request.POST or None, charge=charge)
    return correct(request, charge.account, form, "charge_voided", _("Void the charge"), button=_("Void the charge"))


def charge_correct(request, pk):
    charge = charge_of(request, pk)
    form = CorrectForm(request.POST or None, charge=charge, payer=_asked_first(charge))
    return correct(
        request, charge.account, form, "charge_corrected", _("Correct the charge"), button=_("Correct the charge")
    )


def _asked_first(charge: Charge):
    """The party that was charged: its open item came first."""
    return OpenItem.objects.filter(charge=charge).select_related("payer").earliest("pk").payer
