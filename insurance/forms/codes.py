"""Codes: loading them, and the office's own words for them."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from accounts.forms.parts import EditForm
from billing_office.lib import dates
from billing_office.lib.fields import DayField, LineField, OfficeForm

from ..codes import columns, fees
from ..codes.rows import is_code, normal
from ..models import Code, CodeLoad, Contract, FeeSchedule, System

LARGEST = 30_000_000  # bytes; a licensed code list has three


class LoadForm(OfficeForm):
    title = lazy("Nothing was read.")
    system = forms.ChoiceField(label=lazy("What"), choices=System.choices)
    file = forms.FileField(
        label=lazy("File"),
        required=False,
        help_text=lazy(
            "HCPCS: CMS’s text file. ICD-10-CM: empty, it comes along. Others: CSV whose first line names its columns."
        ),
    )
    effective_on = DayField(
        label=lazy("Valid from"), initial=dates.today, help_text=lazy("The day on which the list takes effect.")
    )
    complete = forms.BooleanField(
        label=lazy("This is the whole list"),
        required=False,
        help_text=lazy("Codes that it leaves out end the day before."),
    )

    def clean_file(self):
        file = self.cleaned_data.get("file")
        if file and file.size > LARGEST:
            raise ValidationError(_("The file is larger than %(size)d MB.") % {"size": LARGEST // 1_000_000})
        return file

    def clean(self):
        given, system = self.cleaned_data, self.cleaned_data.get("system")
        given["content"], given["named"] = None, {}
        file = given.get("file")
        if system == System.ICD10:
            if file:
                self.add_error("file", _("ICD-10-CM comes with the product. Leave this empty."))
        elif system and not file and "file" not in self.errors:
            self.add_error("file", _("Choose the file."))
        elif file:
            given["content"] = file.read()
            self._name_columns(given, system)
        return given

    def _name_columns(self, given, system):
        if system == System.HCPCS:
            return
        try:
            given["named"] = columns.guess(columns.heads(given["content"]))
        except columns.NoTable as refusal:
            self.add_error("file", str(refusal))


class FeeLoadForm(OfficeForm):
    title = lazy("Nothing was read.")
    file = forms.FileField(
        label=lazy("File"),
        help_text=lazy("CSV whose first line names its columns: code, amount, and modifier or days if there are any."),
    )
    effective_on = DayField(
        label=lazy("Valid from"), initial=dates.today, help_text=lazy("Where a line names no day of its own.")
    )
    complete = forms.BooleanField(
        label=lazy("This is the whole list"),
        required=False,
        help_text=lazy("Fees that it leaves out end the day before."),
    )

    def clean_file(self):
        file = self.cleaned_data["file"]
        if file.size > LARGEST:
            raise ValidationError(_("The file is larger than %(size)d MB.") % {"size": LARGEST // 1_000_000})
        self.content = file.read()
        try:
            self.named = columns.guess(columns.heads(self.content), fees.SIGNS)
        except columns.NoTable as refusal:
            raise ValidationError(str(refusal)) from refusal
        return file


class ScheduleForm(EditForm):
    title = lazy("The list was not saved.")
    name = LineField(label=lazy("Name"), max_length=120)

    class Meta:
        model = FeeSchedule
        fields = ["name", "contract"]
        labels = {"contract": lazy("Contract")}
        help_texts = {"contract": lazy("Empty: our usual fees.")}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["contract"].queryset = Contract.objects.select_related("payer")
        self.fields["contract"].empty_label = _("Our usual fees")

    def clean(self):
        super().clean()
        contract = self.cleaned_data.get("contract")
        if FeeSchedule.objects.filter(contract=contract).exclude(pk=self.instance.pk).exists():
            self.add_error("contract", _("There is a list for it already. Load into that."))
        return self.cleaned_data


class ColumnsForm(OfficeForm):
    """Which column of the file is which."""

    title = lazy("The file was not read again.")

    def __init__(self, *args, load: CodeLoad, **kwargs):
        super().__init__(*args, **kwargs)
        named, source = columns.heads(bytes(load.blob.content)), fees if load.schedule_id else columns
        for wanted, label in source.WANTED.items():
            needed = wanted in source.NEEDED
            self.fields[wanted] = forms.ChoiceField(
                label=label, required=needed, choices=[("", "–"), *((head, head) for head in named if head)],
                initial=load.columns.get(wanted, ""),
            )  # fmt: skip

    @property
    def named(self) -> dict[str, str]:
        return {wanted: head for wanted, head in self.cleaned_data.items() if head}


class CodeForm(EditForm):
    """The office's words for a code; of its own codes everything."""

    title = lazy("The code was not saved.")
    plain = LineField(
        label=lazy("Plain"), max_length=120, required=False, help_text=Code._meta.get_field("plain").help_text
    )
    also = LineField(
        label=lazy("Found as"), max_length=200, required=False, help_text=Code._meta.get_field("also").help_text
    )

    class Meta:
        model = Code
        fields = ["value", "official", "plain", "also", "since", "until"]
        field_classes = {"value": LineField, "official": LineField, "since": DayField, "until": DayField}
        labels = {
            "value": lazy("Code"),
            "official": lazy("Description"),
            "since": lazy("Valid from"),
            "until": lazy("Valid until"),
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.instance.pk is None:
            self.instance.system = System.LOCAL
            self.initial.setdefault("since", dates.today())
        if self.instance.system != System.LOCAL:
            for name in ("value", "official", "since", "until"):
                del self.fields[name]

    def clean_value(self):
        value = normal(self.cleaned_data["value"])
        if not is_code(value):
            raise ValidationError(_("A code is letters and figures, 20 at most."))
        return value

    def clean(self):
        super().clean()
        since, until, value = (self.cleaned_data.get(name) for name in ("since", "until", "value"))
        if since and until and until < since:
            self.add_error("until", _("The last day is before the first."))
        if value and since and self._taken(value, since, until):
            self.add_error("value", _("This code exists already on some of these days. Open it and change that."))
        return self.cleaned_data

    def _taken(self, value, since, until) -> bool:
        others = Code.objects.filter(system=System.LOCAL, value=value).exclude(pk=self.instance.pk)
        others = others.exclude(until__lt=since)
        return (others.filter(since__lte=until) if until else others).exists()
