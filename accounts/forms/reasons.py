"""Reasons for corrections: words, limits, source."""

from django import forms

from accounts.models import Reason
from billing_office.lib.fields import LineField, MoneyField

from .parts import EditForm

LIMIT = "A day and account. Empty: no limit. 0: always a second person."


class ReasonForm(EditForm):
    title = "The reason was not saved."
    code = LineField(max_length=12, help_text="Short, for lists and files.")
    words = LineField(max_length=60, help_text="Plain words; they stand on the entry.")
    clerk_cents = MoneyField(
        label="A clerk alone", least=0, required=False, help_text="Reversals only; clerks adjust nothing."
    )
    biller_cents = MoneyField(label="A biller alone", least=0, required=False, help_text=LIMIT)
    supervisor_cents = MoneyField(label="A supervisor alone", least=0, required=False, help_text=LIMIT)
    free_days = forms.IntegerField(
        label="Days",
        min_value=0,
        max_value=3650,
        required=False,
        help_text=Reason._meta.get_field("free_days").help_text,
    )
    source = LineField(max_length=120, required=False, help_text="The rule of law or policy behind it.")
    source_url = forms.URLField(label="Address of the source", required=False, assume_scheme="https")

    class Meta:
        model = Reason
        fields = [
            "kind", "code", "words", "needs_note", "clerk_cents", "biller_cents", "supervisor_cents", "free_days", "source",
            "source_url", "active",
        ]  # fmt: skip
        labels = {"needs_note": "Needs a note", "active": "In use"}
        error_messages = {"code": {"unique": "Another reason has this code."}}
