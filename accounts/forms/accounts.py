"""Opening an account, and editing what is its own."""

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from accounts.models import Account, Client
from billing_office.lib.fields import OfficeForm
from billing_office.staff.models import Office, User

from .clients import PersonFields
from .contacts import NOT_AN_EMAIL, ConsentField, phone_number
from .parts import EditForm, OnceMixin, PastDayField


class NewAccountForm(OnceMixin, PersonFields, OfficeForm):
    """A new client, who answers for the account too until another guarantor is named; and how to reach them."""

    title = lazy("The account was not opened.")
    field_order = [
        "kind", "first_name", "last_name", "birth_date", "language", "financial_class", "phone", "email", "consents",
    ]  # fmt: skip
    email = forms.CharField(label=lazy("E-mail address"), max_length=254, required=False)
    consents = ConsentField()
    phone = forms.CharField(label=lazy("Phone"), max_length=60, required=False, validators=[phone_number])
    street = forms.CharField(label=lazy("Street"), max_length=120, required=False)
    city = forms.CharField(label=lazy("City"), max_length=80, required=False)
    region = forms.CharField(label=lazy("State"), max_length=40, required=False)
    postcode = forms.CharField(label=lazy("Postcode"), max_length=16, required=False)
    financial_class = forms.ChoiceField(
        label=lazy("Class"), choices=Account.FinancialClass.choices, initial=Account.FinancialClass.SELF_PAY
    )
    office = forms.ModelChoiceField(label=lazy("Office"), queryset=Office.objects.none(), empty_label=None)

    def __init__(self, *args, by: User, **kwargs):
        super().__init__(*args, **kwargs)
        offices = by.offices.order_by("name")
        self.fields["office"].queryset = offices
        self.initial["office"] = offices.first()
        if len(offices) == 1:
            self.fields["office"].widget = forms.HiddenInput()

    def clean_email(self):
        email = self.cleaned_data["email"].strip()
        try:
            if email:
                validate_email(email)
        except ValidationError as error:
            raise ValidationError(NOT_AN_EMAIL, code="not_an_email") from error
        return email

    def clean(self):
        cleaned = super().clean()
        if cleaned.get("consents") and not cleaned.get("email") and "email" not in self.errors:
            self.add_error("email", ValidationError(_("Enter the address that the consent is for."), code="no_address"))
        if any(cleaned.get(name) for name in ["street", "city", "region", "postcode"]):
            for name in ["street", "city"]:
                if not cleaned.get(name) and name not in self.errors:
                    self.add_error(
                        name, ValidationError(_("A postal address needs street and city."), code="incomplete")
                    )
        return cleaned


class AccountForm(EditForm):
    """Class and guarantor. Bind it to a row read under the account's lock: nobody posts meanwhile."""

    title = lazy("The account was not saved.")
    fees_agreed_on = PastDayField(
        label=lazy("Agreed to fees on"),
        required=False,
        help_text=lazy("In writing, to late fees and interest. Empty: there are none."),
    )

    class Meta:
        model = Account
        fields = ["guarantor", "financial_class", "fees_agreed_on"]
        labels = {"financial_class": lazy("Class"), "guarantor": lazy("Who answers for it")}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        field = self.fields["guarantor"]
        field.queryset = Client.objects.filter(account=self.instance)
        field.empty_label, field.required = None, True
