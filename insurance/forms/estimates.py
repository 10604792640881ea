"""Estimates: what is planned and when; a figure put in place of a calculated one."""

from django import forms
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _

from accounts.forms.charges import UnitsField
from accounts.forms.parts import OnceMixin
from accounts.models import Account, Client
from billing_office.lib.fields import DayField, LineField, MoneyField, OfficeForm

from ..estimates.drafting import Wanted


class CodeField(LineField):
    """A code, found while typing by number or words (static/office.js); without scripts a plain field for the number."""

    def __init__(self, **kwargs):
        super().__init__(**{"max_length": 20, "help_text": _("Number or words: 29827, or shoulder."), **kwargs})

    def widget_attrs(self, widget):
        return super().widget_attrs(widget) | {"data-finds": reverse_lazy("codes_found"), "autocomplete": "off"}


class LineForm(OnceMixin, OfficeForm):
    title = _("The service was not added.")
    code = CodeField(label=_("Service"))
    units = UnitsField(label=_("Units"), initial="1")
    modifier = LineField(label=_("Modifier"), max_length=5, required=False)
    fee = MoneyField(
        least=0,
        required=False,
        label=_("We bill"),
        help_text=_("Empty: by our price list. For all units together."),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["code"].widget.attrs["data-key"] = "n"

    @property
    def wanted(self) -> Wanted:
        given = self.cleaned_data
        return Wanted(given["code"], given["units"], given["modifier"], fee=given["fee"])


class NewEstimateForm(LineForm):
    title = _("The estimate was not made.")
    service_on = DayField(label=_("Planned for"))
    client = forms.ModelChoiceField(queryset=Client.objects.none(), empty_label=None, label=_("For"))
    in_network = forms.BooleanField(required=False, initial=True, label=_("In network"))
    field_order = ["code", "service_on", "units", "client", "modifier", "fee", "in_network"]

    def __init__(self, *args, account: Account, **kwargs):
        super().__init__(*args, **kwargs)
        clients = account.clients.order_by("-served", "id")
        self.fields["client"].queryset = clients
        self.initial.setdefault("client", clients.first())
        self.fields["code"].widget.attrs["autofocus"] = True


class MoveForm(OfficeForm):
    title = _("The estimate was not changed.")
    service_on = DayField(label=_("Planned for"))
    in_network = forms.BooleanField(required=False, label=_("In network"))


class FigureForm(OfficeForm):
    title = _("The figure was not put in.")
    amount = MoneyField(label=_("Amount"), least=0)
    reason = LineField(
        label=_("Reason"),
        max_length=200,
        help_text=_("Who said so, or where it stands. The client’s paper does not show it."),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["amount"].widget.attrs["autofocus"] = True
