"""The forms of deposits: opening one, what was counted, what accounts for cash."""

from datetime import date

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from accounts.forms.parts import OnceMixin, PastDayField
from accounts.models import Payment
from billing_office.lib.fields import LineField, MoneyField, OfficeForm
from billing_office.lib.money import MAX_CENTS
from billing_office.staff.access import may
from billing_office.staff.models import User
from invoices.models import Clearing


class DepositForm(OnceMixin, OfficeForm):
    """A new deposit of one of the person's offices."""

    title = lazy("No deposit was opened.")
    office = forms.ModelChoiceField(label=lazy("Office"), queryset=None, empty_label=None)
    day = PastDayField(label=lazy("Receipts of"), future=lazy("A deposit holds what was received already."))
    method = forms.ChoiceField(label=lazy("What"), choices=Payment.Method.choices, initial=Payment.Method.CHEQUE)
    drawer = forms.ModelChoiceField(
        label=lazy("Whose drawer"), queryset=None, required=False, empty_label=lazy("Everybody’s")
    )

    def __init__(self, *args, by, **kwargs):
        super().__init__(*args, **kwargs)
        offices = by.offices.all()
        self.fields["office"].queryset = offices
        self.fields["drawer"].queryset = User.objects.people().filter(is_active=True, offices__in=offices).distinct()


class CountForm(OfficeForm):
    """What was counted, and why it differs from the receipts where it does."""

    title = lazy("The count was not saved.")
    counted = MoneyField(
        label=lazy("Counted"), least=0, help_text=lazy("What is there in money and checks, all of it.")
    )
    reason = LineField(label=lazy("Why it differs"), required=False, max_length=200)


class ClearForm(OnceMixin, OfficeForm):
    """What accounts for cash: a line of the bank's that no file brought, or why the bank never shows it. `open_now` cents wait."""

    title = lazy("Nothing was cleared.")
    kind = forms.ChoiceField(label=lazy("What accounts for it"))
    amount = MoneyField(label=lazy("Amount"), least=-MAX_CENTS, help_text=lazy("Below zero where money went out."))
    on = PastDayField(label=lazy("Day at the bank"), future=lazy("This day has not come yet."))
    words = LineField(label=lazy("Bank’s reference, or the reason"), max_length=200)

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
            raise ValidationError(_("Enter more or less than nothing."), code="zero")
        return cents


class DayForm(OfficeForm):
    """Which office's day, chosen by address."""

    title = lazy("This day cannot be shown; today is.")
    office = forms.ModelChoiceField(label=lazy("Office"), queryset=None, required=False, empty_label=None)
    on = PastDayField(label=lazy("Day"), required=False)

    def __init__(self, *args, by, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["office"].queryset = by.offices.all()
