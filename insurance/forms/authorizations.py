"""Authorizations: the request and its answer with lines of codes and units; rules about when one is needed."""

import re
from decimal import Decimal

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from accounts.forms.parts import EditForm, OnceMixin
from billing_office.lib.fields import DayField, LineField

from ..codes.rows import is_code, normal
from ..models import Authorization, AuthorizationLine, AuthorizationRule

_LINE = re.compile(
    r"\s*([A-Za-z0-9.]+)(?:\s*[-–]\s*([A-Za-z0-9.]+))?\s*(?:[,;x×]|\s)\s*([0-9]{1,6}(?:\.[0-9]{1,2})?)\s*", re.ASCII
)
GRANTED = (Authorization.State.APPROVED, Authorization.State.PARTLY)


class LinesField(forms.CharField):
    """One line a code: `97110 12`, or a span `97110-97150 20`. Cleans to unsaved AuthorizationLines."""

    widget = forms.Textarea(attrs={"rows": 4, "class": "in"})

    def clean(self, value):
        text = super().clean(value)
        lines = [self._line(number, one) for number, one in enumerate(text.splitlines(), start=1) if one.strip()]
        if not lines:
            raise ValidationError(_("Say at least one code and its units."), code="required")
        return lines

    def _line(self, number: int, text: str) -> AuthorizationLine:
        found = _LINE.fullmatch(text)
        if not found:
            raise ValidationError(
                _("Line %(number)s: write a code and its units, for example 97110 12.") % {"number": number},
                code="no_line",
            )
        first, last, units = normal(found[1]), normal(found[2] or ""), Decimal(found[3])
        if not is_code(first) or (last and not is_code(last)):
            raise ValidationError(_("Line %(number)s: this is no code.") % {"number": number}, code="no_code")
        if last and last < first:
            raise ValidationError(_("Line %(number)s: the span runs backwards.") % {"number": number}, code="backwards")
        if units <= 0:
            raise ValidationError(
                _("Line %(number)s: the units are more than 0.") % {"number": number}, code="no_units"
            )
        return AuthorizationLine(first=first, last=last, units=units)


class AuthorizationForm(EditForm):
    title = lazy("The authorization was not saved.")
    number = LineField(
        label=lazy("Number"), max_length=40, required=False, help_text=lazy("The payer’s number, once it grants.")
    )
    reference = LineField(
        label=lazy("Reference"), max_length=80, required=False, help_text=lazy("Of the call or request.")
    )
    note = LineField(label=lazy("Note"), max_length=400, required=False)
    codes = LinesField(label=lazy("Codes and units"), help_text=lazy("One a line: 97110 12, or a span 97110-97150 20."))

    class Meta:
        model = Authorization
        fields = ["state", "number", "reference", "asked_on", "valid_from", "valid_to", "codes", "note"]
        labels = {
            "state": lazy("State"),
            "asked_on": lazy("Asked on"),
            "valid_from": lazy("Valid from"),
            "valid_to": lazy("Valid to"),
        }
        field_classes = {"asked_on": DayField, "valid_from": DayField, "valid_to": DayField}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.initial["codes"] = "\n".join(
                f"{line} {line.units.normalize():f}" for line in self.instance.lines.all()
            )

    def clean(self):
        super().clean()
        given = self.cleaned_data
        if given.get("state") in GRANTED:
            for name, told in (
                ("number", _("The payer gave a number.")),
                ("valid_from", _("From which day?")),
                ("valid_to", _("Until which day?")),
            ):
                if not given.get(name) and name not in self.errors:
                    self.add_error(name, told)
        if given.get("valid_from") and given.get("valid_to") and given["valid_to"] < given["valid_from"]:
            self.add_error("valid_to", _("The last day is before the first."))
        return given


class NewAuthorizationForm(OnceMixin, AuthorizationForm):
    pass


class RuleForm(EditForm):
    title = lazy("The rule was not saved.")
    first = LineField(label=lazy("Code"), max_length=20)
    last = LineField(
        label=lazy("To code"), max_length=20, required=False, help_text=lazy("For a span of codes; empty: this one.")
    )
    place = LineField(label=lazy("Place of service"), max_length=20, required=False, help_text=lazy("Empty: anywhere."))
    source = LineField(label=lazy("Source"), max_length=200, help_text=lazy("Where the payer says so; who heard it."))

    class Meta:
        model = AuthorizationRule
        fields = [
            "payer",
            "plan",
            "system",
            "first",
            "last",
            "place",
            "above_units",
            "needed",
            "since",
            "until",
            "source",
        ]
        field_classes = {"since": DayField, "until": DayField}
        labels = {
            "payer": lazy("Payer"),
            "plan": lazy("Plan"),
            "system": lazy("System"),
            "since": lazy("Since"),
            "until": lazy("Until"),
            "needed": lazy("Authorization is needed"),
            "above_units": lazy("Above units"),
        }

    def clean(self):
        super().clean()
        given = self.cleaned_data
        for name in ("first", "last"):
            if given.get(name):
                given[name] = normal(given[name])
                if not is_code(given[name]):
                    self.add_error(name, _("This is no code."))
        if given.get("payer") and given.get("plan"):
            self.add_error("plan", _("Name the payer or one of its plans, not both."))
        if given.get("first") and given.get("last") and given["last"] < given["first"]:
            self.add_error("last", _("The span runs backwards."))
        if given.get("since") and given.get("until") and given["until"] < given["since"]:
            self.add_error("until", _("The last day is before the first."))
        return given
