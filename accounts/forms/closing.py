"""Closing an account, and reopening it."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from accounts.models import Account
from billing_office.lib import dates
from billing_office.lib.fields import LineField, OfficeForm

from .parts import PastDayField


class CloseForm(OfficeForm):
    title = lazy("The account was not closed.")
    on = PastDayField(label=lazy("Closed on"))
    reason = LineField(label=lazy("Reason"), max_length=200, help_text=lazy("It stands at the head of the account."))

    def __init__(self, *args, account: Account, **kwargs):
        super().__init__(*args, **kwargs)
        self.account, self.initial["on"] = account, dates.today()
        self.fields["reason"].widget.attrs["autofocus"] = True

    def clean_on(self):
        day = self.cleaned_data["on"]
        if day < self.account.opened_on:
            raise ValidationError(_("This lies before the account was opened."), code="order")
        return day


class ReasonForm(OfficeForm):
    """One line that says why."""

    title = lazy("Nothing was done.")
    reason = LineField(label=lazy("Reason"), max_length=200)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["reason"].widget.attrs["autofocus"] = True
