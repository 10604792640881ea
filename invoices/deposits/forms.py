"""The forms of deposits: opening one, what was counted, what accounts for cash."""

from datetime import date

from django import forms
from django.core.exceptions import ValidationError

from accounts.forms.parts import OnceMixin, PastDayField
from accounts.models import Payment
from billing_office.lib.fields import LineField, MoneyField, OfficeForm
from billing_office.lib.money import MAX_CENTS
from billing_office.staff.access import may
from billing_office.staff.models import User
from invoices.models import Clearing


class DepositForm(OnceMixin, OfficeForm):
    """A new deposit of one of the person's offices."""

    title = "No deposit was opened."
    office = forms.ModelChoiceField(queryset=None, empty_label=None)
    day = PastDayField(label="Receipts of", future="A deposit holds what was received already.")
    method = forms.ChoiceField(label="What", choices=Payment.Method.choices, initial=Payment.Method.CHEQUE)
    drawer = forms.ModelChoiceField(label="Whose drawer", queryset=None, required=False, empty_label="Everybody’s")

    def __init__(self, *args, by, **kwargs):
        super().__init__(*args, **kwargs)
        offices = by.offices.all()
        self.fields["office"].queryset = offices
        self.fields["drawer"].queryset = User.objects.people().filter(is_active=True, offices__in=offices).distinct()


class CountForm(OfficeForm):
    """What was counted, and why it differs from the receipts where it does."""

    title = "The count was not saved."
    counted = MoneyField(label="Counted", least=0, help_text="What is there in money and checks, all of it.")
    reason = LineField(label="Why it differs", required=False, max_length=200)


class ClearForm(OnceMixin, OfficeForm):
    """What accounts for cash: a line of the bank's that no file brought, or why the bank never shows it. `open_now` cents wait."""

    title = "Nothing was cleared."
    kind = forms.ChoiceField(label="What accounts for it")
    amount = MoneyField(least=-MAX_CENTS, help_text="Below zero where money went out.")
    on = PastDayField(label="Day at the bank", future="This day has not come yet.")
    words = LineField(label="Bank’s reference, or the reason", max_length=200)

    def __init__(self, *args, by, open_now: int, today: date, **kwargs):
        super().__init__(*args, **kwargs)
        explain = may(by, "explain_differences")
        self.fields["kind"].choices = [
            (kind.value, kind.label)
            for kind in Clearing.Kind
            if kind != Clearing.Kind.BANK and (explain or kind not in Clearing.EXPLAINED)
        ]
        self.initial |= {"amount": open_now, "on": today}

    def clean_amount(self):
        cents = self.cleaned_data["amount"]
        if cents == 0:
            raise ValidationError("Enter more or less than nothing.", code="zero")
        return cents


class DayForm(OfficeForm):
    """Which office's day, chosen by address."""

    title = "This day cannot be shown; today is."
    office = forms.ModelChoiceField(queryset=None, required=False, empty_label=None)
    on = PastDayField(label="Day", required=False)

    def __init__(self, *args, by, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["office"].queryset = by.offices.all()
