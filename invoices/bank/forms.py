"""The forms of the bank's files: the account, the file, its columns, one line."""

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from accounts.forms.parts import EditForm
from billing_office.lib.fields import LineField, OfficeForm
from invoices.models import BankAccount

from . import cells
from .statement import MOST_BYTES, Mapping

FOUR = RegexValidator(r"^[0-9]{4}\Z", lazy("Enter the last four digits only."))


class BankAccountForm(EditForm):
    title = lazy("The bank account was not saved.")
    name = LineField(label=lazy("Name"), max_length=60)
    last4 = LineField(
        label=lazy("Last four digits"),
        max_length=4,
        validators=[FOUR],
        help_text=lazy("A file of another account is refused by them."),
    )

    class Meta:
        model = BankAccount
        fields = ["office", "name", "last4", "active"]
        labels = {"office": lazy("Office"), "active": lazy("Active")}

    def __init__(self, *args, by, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["office"].queryset = by.offices.all()
        self.fields["office"].empty_label = None


class FileForm(OfficeForm):
    """A file from the bank. Its content says what it is; its name is only shown."""

    title = lazy("Nothing was imported.")
    bank_account = forms.ModelChoiceField(label=lazy("Bank account"), queryset=None, empty_label=None)
    file = forms.FileField(
        label=lazy("File"), help_text=lazy("CSV or BAI2, 10 MB at most."), allow_empty_file=True,
        error_messages={"required": lazy("Choose a file."), "invalid": lazy("Choose a file.")},
    )  # fmt: skip

    def __init__(self, *args, by, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["bank_account"].queryset = BankAccount.objects.for_staff(by).filter(active=True)

    def clean_file(self):
        file = self.cleaned_data["file"]
        if file.size > MOST_BYTES:
            raise ValidationError(_("The file is larger than 10 MB. Ask the bank for fewer days."), code="too_large")
        return file


COLUMN_FIELDS = {
    "day": lazy("Day"), "amount": lazy("Amount, signed"), "credit": lazy("Money in"),
    "debit": lazy("Money out"), "name": lazy("Who paid"), "text": lazy("Text"),
    "reference": lazy("Check or reference number"),
}  # fmt: skip


class ColumnsForm(OfficeForm):
    """Which column is which; `rows` are the file's cells. Either the signed amount, or a column for money in or out."""

    title = lazy("The file was not read.")
    days = forms.ChoiceField(label=lazy("Days look like"), choices=[(key, shown) for key, shown in cells.DAYS.items()])
    decimals = forms.ChoiceField(label=lazy("Amounts look like"), choices=list(cells.DECIMALS.items()))
    head = forms.IntegerField(label=lazy("Rows before the first line"), min_value=0, max_value=50)

    def __init__(self, *args, rows: list[list[str]], **kwargs):
        super().__init__(*args, **kwargs)
        self.rows = rows
        heads = max(rows[:20], key=len, default=[])
        choices = [("", "–"), *((str(at), f"{at + 1}: {head[:30] or '(empty)'}") for at, head in enumerate(heads))]
        for name, label in COLUMN_FIELDS.items():
            self.fields[name] = forms.ChoiceField(label=label, choices=choices, required=name == "day")
        self.order_fields([*COLUMN_FIELDS, "days", "decimals", "head"])

    @staticmethod
    def opening(mapping: Mapping) -> dict:
        kept = mapping.kept()
        return {name: "" if value is None else value for name, value in kept.items() if name != "heads"}

    def clean(self):
        given = self.cleaned_data
        amount = given.get("amount")
        if not amount and not (given.get("credit") or given.get("debit")):
            self.add_error(
                "amount",
                ValidationError(_("Name the column of the amount, or those of money in and out."), code="none"),
            )
        if amount and (given.get("credit") or given.get("debit")):
            self.add_error(
                "amount", ValidationError(_("Name the signed amount, or money in and out, not both."), code="both")
            )
        named = [given[name] for name in COLUMN_FIELDS if given.get(name)]
        if len(set(named)) != len(named):
            self.add_error(None, ValidationError(_("A column can mean one thing only."), code="twice"))
        return given

    @property
    def mapping(self) -> Mapping:
        given = self.cleaned_data
        columns = {name: int(given[name]) if given[name] else None for name in COLUMN_FIELDS}
        head = given["head"]
        heads = self.rows[head - 1] if 0 < head <= len(self.rows) else []
        return Mapping(**columns, days=given["days"], decimals=given["decimals"], head=head, heads=heads)


class LineForm(OfficeForm):
    """What one line is: typed where nothing that was proposed fits."""

    title = lazy("Nothing was posted.")
    number = LineField(
        label=lazy("Account, invoice or deposit number, or payer’s name"), max_length=80,
        help_text=lazy("All that is left of the line is posted there."), widget=forms.TextInput(attrs={"autofocus": True}),
    )  # fmt: skip


class AsideForm(OfficeForm):
    title = lazy("The line was not set aside.")
    reason = LineField(label=lazy("Why nothing is posted from it"), max_length=200)
