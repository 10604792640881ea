"""Sending a list of accounts, and saying which of its columns is which."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from billing_office.intake.models import AccountImport
from billing_office.lib import sheets
from billing_office.lib.fields import OfficeForm
from billing_office.staff.models import Office, User

from .layout import HELP, wanted

LARGEST = 10_000_000  # bytes


class ListForm(OfficeForm):
    title = lazy("Nothing was read.")
    office = forms.ModelChoiceField(
        queryset=Office.objects.none(), empty_label=None, help_text=lazy("Whose accounts they become.")
    )
    file = forms.FileField(
        label=lazy("File"),
        help_text=lazy("CSV or XLSX, up to 10 MB and 10,000 rows. Its first line names the columns."),
        widget=forms.FileInput(attrs={"accept": ".csv,.xlsx,.txt"}),
    )  # fmt: skip

    def __init__(self, *args, by: User, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["office"].queryset = by.offices.order_by("name")
        self.initial["office"] = by.offices.order_by("name").first()

    def clean_file(self):
        file = self.cleaned_data["file"]
        if file.size > LARGEST:
            raise ValidationError(_("The file is larger than 10 MB. Send it in parts."), code="large")
        self.content = file.read()
        try:
            sheets.heads(self.content)
        except sheets.NoTable as refusal:
            raise ValidationError(str(refusal), code="no_table") from refusal
        return file


class ColumnsForm(OfficeForm):
    """For each thing that an account may have, the column of the file that says it."""

    title = lazy("The file was not read again.")

    def __init__(self, *args, row: AccountImport, **kwargs):
        super().__init__(*args, **kwargs)
        choices = [("", "–"), *((head, head) for head in row.heads if head)]
        for key, label in wanted(row.office).items():
            self.fields[key] = forms.ChoiceField(
                label=label, required=False, choices=choices, initial=row.columns.get(key, ""), help_text=HELP.get(key, ""),
            )  # fmt: skip

    def clean(self):
        given = super().clean()
        if not (given.get("last_name") or given.get("name")):
            self.add_error("last_name", ValidationError(_("Say which column holds the name."), code="name"))
        used: dict[str, str] = {}
        for key, head in list(given.items()):  # an error takes its entry out
            if head and (other := used.setdefault(head, key)) != key:
                self.add_error(
                    key,
                    ValidationError(
                        _("%(column)s is “%(meaning)s” already.")
                        % {"column": head, "meaning": self.fields[other].label},
                        code="twice",
                    ),
                )
        return given

    @property
    def named(self) -> dict[str, str]:
        return {key: head for key, head in self.cleaned_data.items() if head}
