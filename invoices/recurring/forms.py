"""A recurring charge, new and changed."""

from datetime import timedelta

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from accounts.forms.parts import EditForm, OnceMixin, after
from accounts.models import Account, Payer
from billing_office.lib import dates
from billing_office.lib.fields import DayField, LineField, MoneyField, OfficeForm, OfficeModelForm
from invoices.models import RecurringCharge

BACK = 366  # days: what began longer ago is charged by hand, not by one night's run


class Fields(forms.ModelForm):
    description = LineField(
        label=lazy("Service"), max_length=200, help_text=lazy("Plain words, as the client reads them.")
    )
    cents = MoneyField(label=lazy("Amount each time"))
    code = LineField(label=lazy("Code"), max_length=20, required=False, help_text=lazy("For example T-400."))
    until = DayField(
        label=lazy("Until"), required=False, help_text=lazy("The last day on which it may be charged. Empty: no end.")
    )
    invoiced = forms.BooleanField(
        label=lazy("Send an invoice on the day it is charged"), required=False, initial=True,
        help_text=lazy("One invoice for all that is charged on that day. Without it, the next invoice has it."),
    )  # fmt: skip

    def __init__(self, *args, account: Account, **kwargs):
        super().__init__(*args, **kwargs)
        if "payer" in self.fields:
            self.fields["payer"].queryset = Payer.objects.filter(active=True)
            self.fields["payer"].empty_label = _("The client")
            self.fields["payer"].label = _("Who owes it")
            clients = account.clients.order_by("-served", "id")
            self.fields["client"] = forms.ModelChoiceField(
                queryset=clients, empty_label=None, initial=clients.first(), label=_("Client served")
            )
        if account.office:
            self.fields["code"].help_text = account.office.words.code_help
        self.fields["description"].widget.attrs["autofocus"] = True


class NewRecurringForm(OnceMixin, Fields, OfficeModelForm):
    title = lazy("The recurring charge was not set up.")
    starts_on = DayField(label=lazy("First charge on"), help_text=lazy("The others are counted from this day."))

    class Meta:
        model = RecurringCharge
        fields = ["description", "cents", "rhythm", "starts_on", "until", "code", "payer", "client", "invoiced"]
        labels = {"rhythm": lazy("Rhythm")}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.initial.setdefault("starts_on", dates.today())

    def clean_starts_on(self):
        day = self.cleaned_data["starts_on"]
        if day < dates.today() - timedelta(days=BACK):
            raise ValidationError(_("It began more than a year ago: charge what has passed by hand."), code="too_early")
        return day

    def clean(self):
        cleaned = super().clean()
        if after(cleaned.get("starts_on"), cleaned.get("until")):
            self.add_error("until", ValidationError(_("The last day lies before the first charge."), code="order"))
        return cleaned


class RecurringForm(Fields, EditForm):
    title = lazy("The recurring charge was not saved.")

    class Meta:
        model = RecurringCharge
        fields = ["description", "cents", "rhythm", "until", "code", "invoiced"]
        labels = {"rhythm": lazy("Rhythm")}

    def clean_until(self):
        day = self.cleaned_data["until"]
        if after(self.instance.charged_through or self.instance.starts_on, day):
            raise ValidationError(_("It was charged after this day already, or begins after it."), code="order")
        return day


class EndRecurringForm(OfficeForm):
    """The last day on which it may be charged; and why."""

    title = lazy("It was not ended.")
    until = DayField(label=lazy("Last day on which it may be charged"))
    reason = LineField(max_length=200, label=lazy("Why"))

    def __init__(self, *args, row: RecurringCharge, **kwargs):
        super().__init__(*args, **kwargs)
        self.row = row
        self.initial["until"] = max(dates.today(), row.charged_through or row.starts_on)
        self.fields["reason"].widget.attrs["autofocus"] = True

    def clean_until(self):
        day = self.cleaned_data["until"]
        if self.row.charged_through and day < self.row.charged_through:
            last = dates.short(self.row.charged_through, dates.today())
            raise ValidationError(
                _("It was charged on %(last)s already. Void that charge if it is wrong.") % {"last": last}, code="order"
            )
        return day
