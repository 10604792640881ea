"""Flags and holds."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from accounts.models import Account, AccountFlag, Charge, Hold
from billing_office.lib import dates
from billing_office.lib.fields import DayField, OfficeForm, OfficeModelForm
from billing_office.staff.models import User

from .parts import OnceMixin, after

ENDS_FIRST = lazy("The last day lies before the first.")


class StopFields(forms.ModelForm):
    since = DayField(label=lazy("From"))
    until = DayField(label=lazy("Last day"), required=False, help_text=lazy("Empty: until somebody ends it."))
    reason = forms.CharField(label=lazy("Reason"), max_length=200)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.initial.setdefault("since", dates.today())

    def clean(self):
        cleaned = super().clean()
        if after(cleaned.get("since"), cleaned.get("until")):
            self.add_error("until", ValidationError(ENDS_FIRST, code="order"))
        return cleaned


class FlagForm(OnceMixin, StopFields, OfficeModelForm):
    title = lazy("The flag was not set.")

    class Meta:
        model = AccountFlag
        fields = ["kind", "since", "until", "reason"]
        labels = {"kind": lazy("Fact")}


class ChargeChoice(forms.ModelChoiceField):
    """The charges of an account by day and by the words this person may read."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.reader: User | None = None

    def label_from_instance(self, charge: Charge) -> str:
        return f"{dates.short(charge.service_on, dates.today())}: {charge.words_for(self.reader)}"


class HoldForm(OnceMixin, StopFields, OfficeModelForm):
    """A hold of the whole account, or of one of its charges while the rest goes on."""

    title = lazy("The hold was not set.")
    charge = ChargeChoice(
        label=lazy("Charge"),
        queryset=Charge.objects.none(),
        required=False,
        empty_label=lazy("The whole account"),
        help_text=lazy("What it stops."),
    )

    class Meta:
        model = Hold
        fields = ["kind", "charge", "since", "until", "reason"]
        labels = {"kind": lazy("Kind")}

    def __init__(self, *args, account: Account, reader: User, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["charge"].reader = reader
        self.fields["charge"].queryset = account.charges.all()

    def clean(self):
        cleaned = super().clean()
        if cleaned.get("kind") == Hold.Kind.PAUSE and not cleaned.get("until") and "until" not in self.errors:
            self.add_error("until", ValidationError(_("A pause needs a last day."), code="endless"))
        return cleaned


class EndForm(OfficeForm):
    """The last day on which a flag or hold is in force."""

    title = lazy("It was not ended.")
    until = DayField(label=lazy("Last day in force"))

    def __init__(self, *args, stop: AccountFlag | Hold, **kwargs):
        super().__init__(*args, **kwargs)
        self.stop = stop
        self.initial["until"] = max(stop.since, dates.today())

    def clean_until(self):
        day = self.cleaned_data["until"]
        if day < self.stop.since:
            raise ValidationError(
                _("It began on %(day)s.") % {"day": dates.short(self.stop.since, dates.today())}, code="order"
            )
        return day
