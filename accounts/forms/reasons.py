"""Reasons for corrections: words, limits, source."""

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Reason
from billing_office.lib.fields import LineField, MoneyField

from .parts import EditForm

LIMIT = _("A day and account. Empty: no limit. 0: always a second person.")


class ReasonForm(EditForm):
    title = _("The reason was not saved.")
    code = LineField(label=_("Code"), max_length=12, help_text=_("Short, for lists and files."))
    words = LineField(label=_("Words"), max_length=60, help_text=_("Plain words; they stand on the entry."))
    clerk_cents = MoneyField(
        label=_("A clerk alone"), least=0, required=False, help_text=_("Reversals only; clerks adjust nothing.")
    )
    biller_cents = MoneyField(label=_("A biller alone"), least=0, required=False, help_text=LIMIT)
    supervisor_cents = MoneyField(label=_("A supervisor alone"), least=0, required=False, help_text=LIMIT)
    free_days = forms.IntegerField(
        label=_("Days"),
        min_value=0,
        max_value=3650,
        required=False,
        help_text=Reason._meta.get_field("free_days").help_text,
    )
    source = LineField(
        label=_("Source"), max_length=120, required=False, help_text=_("The rule of law or policy behind it.")
    )
    source_url = forms.URLField(label=_("Address of the source"), required=False, assume_scheme="https")

    class Meta:
        model = Reason
        fields = [
            "kind", "code", "words", "needs_note", "clerk_cents", "biller_cents", "supervisor_cents", "free_days", "source",
            "source_url", "active",
        ]  # fmt: skip
        labels = {"kind": _("Kind"), "needs_note": _("Needs a note"), "active": _("In use")}
        error_messages = {"code": {"unique": _("Another reason has this code.")}}
