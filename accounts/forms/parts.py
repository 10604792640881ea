"""What the forms of this app share: sent once, told who saved meanwhile, days that can be."""

import uuid
from datetime import date

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from billing_office.audit.models import Act
from billing_office.lib import dates
from billing_office.lib.fields import DayField, OfficeModelForm, StaleFormMixin

LOST = lazy("This form has lost its number. Open it again.")


class OnceMixin(forms.Form):
    """A form that adds something carries a number made when it was opened: what it adds is added once (accounts/once.py)."""

    once = forms.UUIDField(widget=forms.HiddenInput, error_messages={"required": LOST, "invalid": LOST})

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.initial.setdefault("once", uuid.uuid4())

    @property
    def key(self) -> uuid.UUID:
        return self.cleaned_data["once"]


class EditForm(StaleFormMixin, OfficeModelForm):
    """The form of a row that others may be editing too."""

    def who_changed(self) -> str:
        act = Act.objects.filter(object_kind=self.instance._meta.label_lower, object_id=self.instance.pk)
        act = act.select_related("actor").first()
        if act is None:
            return ""
        at, today = act.at.astimezone(dates.office_zone()), dates.today()
        told = {"person": act.actor.short_name, "time": dates.clock(at), "day": dates.short(at.date(), today)}
        return (_("%(person)s at %(time)s") if at.date() == today else _("%(person)s at %(time)s on %(day)s")) % told

    @property
    def changed(self) -> list[str]:
        return [name for name in self.changed_data if name != "lock_version"]


# -- days -------------------------------------------------------------------------------------------------------------


NOT_YET = lazy("This day has not come yet.")


class PastDayField(DayField):
    """A day that has come: not after today at the office."""

    def __init__(self, *, future=NOT_YET, **kwargs):
        self.future = future
        super().__init__(**kwargs)

    def clean(self, value):
        day = super().clean(value)
        if day and day > dates.today():
            raise ValidationError(self.future, code="future")
        return day


def after(first: date | None, last: date | None) -> bool:
    """Whether both days are given and the second lies before the first."""
    return bool(first and last and last < first)


# -- free text ----------------------------------------------------------------------------------------------------------


class TextField(forms.CharField):
    """Several lines of free text."""

    widget = forms.Textarea(attrs={"rows": 6, "autofocus": True})
