"""A run as it was previewed, and the undoing of one."""

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Reason
from billing_office.lib.fields import LineField, OfficeForm

from .corrections import ReasonChoice
from .parts import OnceMixin


class RunForm(OnceMixin, OfficeForm):
    """`seen` is the fingerprint of the preview on the screen."""

    title = _("Nothing was posted.")
    seen = forms.CharField(required=False, max_length=40, widget=forms.HiddenInput)


class UndoRunForm(OnceMixin, OfficeForm):
    title = _("Nothing was undone.")
    reason = ReasonChoice(Reason.Kind.REVERSAL)
    note = LineField(
        label=_("Note"), max_length=120, required=False, help_text=_("Stands on each reversal beside the reason.")
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["reason"].offer()

    @property
    def why(self) -> str:
        note = self.cleaned_data["note"]
        return self.cleaned_data["reason"].words + (f": {note}" if note else "")
