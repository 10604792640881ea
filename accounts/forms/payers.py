"""Payers: who besides the client may owe."""

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from accounts.models import Payer
from billing_office.lib.fields import OfficeModelForm
from billing_office.lib.sorting import sort_key

from .parts import EditForm, OnceMixin, PastDayField


class PayerFields(forms.ModelForm):
    class Meta:
        model = Payer
        fields = [
            "name", "payer_class", "electronic_id", "contact", "street", "city_line", "phone", "email", "email_agreed_on",
            "billed_by_invoice", "terms_days", "names_services",
        ]  # fmt: skip
        field_classes = {"email_agreed_on": PastDayField}
        labels = {
            "name": lazy("Name"),
            "street": lazy("Street"),
            "phone": lazy("Phone"),
            "electronic_id": lazy("Electronic id"),
            "city_line": lazy("City line"),
            "email": lazy("Billing e-mail"),
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["terms_days"].required = False
        self.fields["terms_days"].validators.append(MaxValueValidator(365, _("Use 0 to 365 days.")))

    def clean_terms_days(self):
        days = self.cleaned_data["terms_days"]
        return self.instance.terms_days if days is None else days

    def clean_email(self):
        email = self.cleaned_data["email"]
        if email != self.instance.email:
            self.instance.email_bad_since = None
        return email

    def clean_name(self):
        name = " ".join(self.cleaned_data["name"].split())
        key = sort_key(name)
        if len(key) > Payer._meta.get_field("sort_key").max_length:
            raise ValidationError(_("The name is too long."), code="too_long")
        if Payer.objects.filter(sort_key=key).exclude(pk=self.instance.pk).exists():
            raise ValidationError(
                _("There is a payer of this name. Tell the two apart, for example by state."), code="twice"
            )
        return name


class PayerForm(PayerFields, EditForm):
    title = lazy("The payer was not saved.")

    class Meta(PayerFields.Meta):
        fields = [*PayerFields.Meta.fields, "active"]
        labels = PayerFields.Meta.labels | {"active": lazy("Offered for new charges")}


class NewPayerForm(OnceMixin, PayerFields, OfficeModelForm):
    title = lazy("The payer was not added.")

    class Meta(PayerFields.Meta):
        pass
