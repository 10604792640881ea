"""Advice: who acknowledged what; the office's data of cheaper ways, duties and holidays; good-faith estimates."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from accounts.forms.parts import EditForm, OnceMixin, PastDayField, TextField, after
from billing_office.lib import dates
from billing_office.lib.fields import DayField, LineField, OfficeForm

from ..advice.giving import Acknowledged
from ..codes.rows import is_code, normal
from ..models import Advice, CheaperWay, Duty, GoodFaithRequest, Holiday


class AcknowledgeForm(OnceMixin, OfficeForm):
    title = lazy("The advice was not saved.")
    shown = forms.IntegerField(widget=forms.HiddenInput)
    duties = forms.MultipleChoiceField(
        label=lazy("Told"), widget=forms.CheckboxSelectMultiple, help_text=lazy("Tick each as you say it."),
        error_messages={"required": lazy("Tick what you told. What is not ticked is kept as not told.")},
    )  # fmt: skip
    told_to = LineField(label=lazy("Speaking to"), max_length=120)
    standing = forms.ChoiceField(label=lazy("Who is"), choices=Advice.To.choices)
    way = forms.ChoiceField(label=lazy("How"), choices=Advice.Way.choices)

    def __init__(self, *args, duties: list[Duty], **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["duties"].required = bool(duties)
        self.fields["duties"].choices = [(str(one.pk), one.words) for one in duties]

    def said(self, send: str) -> Acknowledged:
        given = self.cleaned_data
        told = {int(pk) for pk in given["duties"]}
        return Acknowledged(given["told_to"], given["standing"], given["way"], told, send)


class DatedForm(EditForm):
    source = LineField(
        label=lazy("Source"),
        max_length=200,
        help_text=lazy("The rule of law, contract or policy behind it; who said so."),
    )
    since = DayField(label=lazy("In force from"))
    until = DayField(label=lazy("Through"), required=False)

    def clean(self):
        super().clean()
        if after(self.cleaned_data.get("since"), self.cleaned_data.get("until")):
            self.add_error("until", _("The last day is before the first."))
        return self.cleaned_data


class CheaperWayForm(DatedForm):
    title = lazy("The cheaper way was not saved.")

    class Meta:
        model = CheaperWay
        fields = [
            "kind", "code", "to_code", "to_modifier", "words", "condition", "payer", "plan", "since", "until", "source",
        ]  # fmt: skip
        labels = {
            "kind": lazy("Kind"),
            "words": lazy("Words"),
            "condition": lazy("Condition"),
            "payer": lazy("Payer"),
            "plan": lazy("Plan"),
        }

    def clean(self):
        given = super().clean()
        for name in ("code", "to_code"):
            if given.get(name) and not is_code(normal(given[name])):
                self.add_error(name, _("This is no code."))
        for name in ("code", "to_code", "to_modifier"):
            given[name] = normal(given.get(name) or "")
        if given.get("payer") and given.get("plan"):
            self.add_error("plan", _("Name the payer or one of its plans, not both."))
        if given["code"] and given["code"] == given["to_code"] and not given["to_modifier"]:
            self.add_error("to_code", _("This is the same service. Name another one, or a modifier."))
        return given


class DutyForm(DatedForm):
    title = lazy("The duty was not saved.")

    class Meta:
        model = Duty
        fields = ["words", "applies", "office", "payer", "place", "since", "until", "source"]
        labels = {"words": lazy("Words"), "office": lazy("Office"), "payer": lazy("Payer")}


class HolidayForm(EditForm):
    title = lazy("The holiday was not saved.")

    class Meta:
        model = Holiday
        fields = ["on", "words"]
        field_classes = {"on": DayField}


class GoodFaithRequestForm(OnceMixin, OfficeForm):
    title = lazy("It was not recorded.")
    service_on = DayField(label=lazy("Planned for"))
    what = LineField(label=lazy("What for"), max_length=120, required=False)
    asked_on = PastDayField(label=lazy("Asked on"), initial=dates.today)

    def __init__(self, *args, client, **kwargs):
        super().__init__(*args, **kwargs)
        self.client = client

    def clean_service_on(self):
        day = self.cleaned_data["service_on"]
        if GoodFaithRequest.objects.filter(client=self.client, service_on=day).exists():
            raise ValidationError(_("The client asked for this day already."), code="taken")
        return day


class LetGoForm(OnceMixin, OfficeForm):
    title = lazy("The bill still waits.")
    shown = forms.IntegerField(widget=forms.HiddenInput)
    reason = TextField(
        label=lazy("Reason"),
        max_length=400,
        help_text=lazy("Why the bill is right although it is higher: what else was needed."),
    )
