"""A charge entered by hand."""

import re
from decimal import Decimal

from django import forms
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from accounts.models import Account, Client, Payer
from billing_office.lib.fields import LineField, MoneyField, OfficeForm

from .parts import OnceMixin, PastDayField


class UnitsField(forms.CharField):
    """How many: 1 to 9,999 with at most two decimals. Cleans to a Decimal."""

    def to_python(self, value):
        text = super().to_python(value)
        if not text:
            return None
        if not re.fullmatch(r"[0-9]{1,4}(\.[0-9]{1,2})?", text, re.ASCII):
            raise ValidationError(_("Enter a number such as 1 or 2.5."), code="not_a_number")
        return Decimal(text)

    def run_validators(self, value):
        """Those of a text field read texts, and this is a Decimal by now."""
        if value is not None and value <= 0:
            raise ValidationError(_("Enter more than 0."), code="too_small")

    def widget_attrs(self, widget):
        return {"inputmode": "decimal", "autocomplete": "off"}


class ChargeForm(OnceMixin, OfficeForm):
    title = lazy("The charge was not posted.")
    service_on = PastDayField(
        label=lazy("Day of service"), future=lazy("A service is charged when it was given, not before.")
    )
    code = LineField(
        label=lazy("Code"), max_length=20, required=False, help_text=lazy("Number or words: 99213, or office visit.")
    )
    description = LineField(
        label=lazy("Service"), max_length=200, help_text=lazy("Plain words, as the client reads them.")
    )
    amount = MoneyField(label=lazy("Amount"))
    units = UnitsField(label=lazy("Units"), initial="1")
    payer = forms.ModelChoiceField(queryset=Payer.objects.none(), required=False, label=lazy("Who owes first"))
    client = forms.ModelChoiceField(
        queryset=Client.objects.none(), required=False, label=lazy("Client served"), empty_label=None
    )
    provider = LineField(
        label=lazy("Provider"), max_length=120, required=False, help_text=lazy("Who performed the service.")
    )

    def __init__(self, *args, account: Account, **kwargs):
        super().__init__(*args, **kwargs)
        self._name_fields(account)
        self.fields["payer"].queryset = Payer.objects.filter(active=True)
        self.fields["payer"].empty_label = _("The client")
        # What is picked fills description and amount (static/code_search.js); without scripts the number is typed.
        self.fields["code"].widget.attrs |= {
            "autofocus": True, "autocomplete": "off", "data-finds": reverse("codes_found"),
        }  # fmt: skip
        clients = account.clients.order_by("-served", "id")
        self.fields["client"].queryset = clients
        self.initial.setdefault("client", clients.first())

    def _name_fields(self, account: Account):
        """In the words of what the office bills for, as far as the form asks for it; a payer's house account has no office."""
        if account.office is None:
            return
        words = account.office.words
        told = {
            "client": (words.served, ""),
            "provider": (words.provider, words.provider_help),
            "code": (_("Code"), words.code_help),
        }
        for name in told.keys() & self.fields.keys():
            self.fields[name].label, self.fields[name].help_text = told[name]

    @property
    def charge(self) -> dict:
        """The arguments of ledger.charge."""
        wanted = ["service_on", "description", "units", "code", "payer", "client", "provider"]
        return {name: self.cleaned_data[name] for name in wanted} | {"cents": self.cleaned_data["amount"]}
