"""What acts on many rows ask for. The day, the reason or the text is the same for each."""

from datetime import timedelta

from django import forms
from django.core.exceptions import ValidationError
from django.db.models.fields import BLANK_CHOICE_DASH
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from accounts.forms.parts import OnceMixin, PastDayField, TextField, after
from accounts.models import AccountFlag, Hold
from billing_office.lib import dates
from billing_office.lib.fields import DayField, LineField, OfficeForm

STATEMENT_DAYS = 90


class PlainForm(OnceMixin, OfficeForm):
    """Nothing but the press itself."""

    title = lazy("Nothing was done.")


class StopForm(PlainForm):
    since = DayField(label=lazy("From"))
    until = DayField(label=lazy("Last day"), required=False, help_text=lazy("Empty: until somebody ends it."))
    reason = LineField(label=lazy("Reason"), max_length=200)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.initial.setdefault("since", dates.today())

    def clean(self):
        cleaned = super().clean()
        if after(cleaned.get("since"), cleaned.get("until")):
            self.add_error("until", ValidationError(_("The last day lies before the first."), code="order"))
        return cleaned


class FlagsForm(StopForm):
    kind = forms.ChoiceField(label=lazy("Fact"), choices=[*BLANK_CHOICE_DASH, *AccountFlag.Kind.choices])
    field_order = ["kind", "since", "until", "reason"]


class HoldsForm(StopForm):
    kind = forms.ChoiceField(label=lazy("Kind"), choices=[*BLANK_CHOICE_DASH, *Hold.Kind.choices])
    field_order = ["kind", "since", "until", "reason"]

    def clean(self):
        cleaned = super().clean()
        if cleaned.get("kind") == Hold.Kind.PAUSE and not cleaned.get("until") and "until" not in self.errors:
            self.add_error("until", ValidationError(_("A pause needs a last day."), code="endless"))
        return cleaned


class NotesForm(PlainForm):
    text = TextField(label=lazy("Note"), max_length=2000)


class CloseForm(PlainForm):
    on = PastDayField(label=lazy("Closed on"))
    reason = LineField(label=lazy("Reason"), max_length=200, help_text=lazy("It stands at the head of each account."))

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.initial.setdefault("on", dates.today())


class StatementsForm(PlainForm):
    since = PastDayField(label=lazy("From"))
    until = PastDayField(label=lazy("To"))

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.initial |= {"since": dates.today() - timedelta(days=STATEMENT_DAYS), "until": dates.today()}

    def clean(self):
        cleaned = super().clean()
        if after(cleaned.get("since"), cleaned.get("until")):
            self.add_error("until", ValidationError(_("The last day lies before the first."), code="order"))
        return cleaned
