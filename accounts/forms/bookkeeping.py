"""The chart of the office's bookkeeping, and which days of the journal are asked for."""

from datetime import timedelta

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from accounts.models import LedgerAccount
from billing_office.lib import dates
from billing_office.lib.fields import DayField, LineField, OfficeForm

from .parts import EditForm

LONGEST = timedelta(days=5 * 366)  # years of books in one file are a restore, not an export


class LedgerAccountForm(EditForm):
    title = lazy("The account was not saved.")
    code = LineField(label=lazy("Number"), max_length=20, help_text=lazy("Of the account in your bookkeeping."))
    name = LineField(label=lazy("Name"), max_length=60)

    class Meta:
        model = LedgerAccount
        fields = ["code", "name"]


class SpanForm(OfficeForm):
    """Days of the journal, both included; this month so far when none are asked for."""

    title = lazy("These days cannot be shown; the month so far is.")
    first = DayField(label=lazy("From"), required=False)
    last = DayField(label=lazy("Through"), required=False)

    def clean(self):
        first, last = self.cleaned_data.get("first"), self.cleaned_data.get("last")
        if first and last and first > last:
            raise ValidationError(_("The first day is after the last."))
        if first and last and last - first > LONGEST:
            raise ValidationError(_("Ask for five years at most."))
        return self.cleaned_data

    def span(self):
        """(first, last), whatever was typed."""
        today = dates.today()
        given = self.cleaned_data if self.is_valid() else {}
        last = given.get("last") or max(today, given.get("first") or today)
        return given.get("first") or last.replace(day=1), last
