"""The offices: what stands on their paper, their terms, their clock."""

from zoneinfo import available_timezones

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator

from billing_office.audit.acts import record
from billing_office.lib.fields import OfficeModelForm
from billing_office.lib.tables import Column
from billing_office.lib.views import Records
from billing_office.staff.letterhead import logo_of
from billing_office.staff.models import Office

from .office_parts import missing


class OfficeForm(OfficeModelForm):
    title = "The office was not saved."
    code = forms.CharField(
        max_length=6,
        help_text=Office._meta.get_field("code").help_text,
        validators=[RegexValidator("^[A-Z]{2,6}$", "Use two to six letters, A to Z.")],
    )

    class Meta:
        model = Office
        fields = [
            "code", "name", "profile", "street", "city_line", "phone", "hours", "email", "website", "paper", "time_zone",
            "terms_days", "pay_order", "pay_to", "help_text",
        ]  # fmt: skip
        labels = {
            "profile": "Bills for",
            "city_line": "City line",
            "email": "E-mail",
            "terms_days": "Terms, in days",
            "pay_order": "Order of paying",
            "pay_to": "Pay to",
            "help_text": "Help with paying",
        }
        widgets = {"pay_to": forms.Textarea(attrs={"rows": 4}), "help_text": forms.Textarea(attrs={"rows": 3})}

    def clean_time_zone(self):
        zone = self.cleaned_data["time_zone"]
        if zone not in available_timezones():
            raise ValidationError("Use a zone's name as in America/Chicago.", code="unknown_zone")
        return zone

    def clean_terms_days(self):
        days = self.cleaned_data["terms_days"]
        if days > 365:
            raise ValidationError("Use at most 365 days.", code="too_long")
        return days


def record_office(user, office, changed, created):
    record(user, "office_added" if created else "office_edited", office, changed=changed)


class OfficePages(Records):
    """An office's page also shows its logo and the fields of its own."""

    def _render(self, request, template, **context):
        if template == "page":
            office = context["obj"]
            context |= {"logo": logo_of(office), "fields": office.fields.all(), "missing": missing(office)}
        return super()._render(request, template, **context)


OFFICES = OfficePages(
    model=Office,
    noun="office",
    plural="offices",
    form=OfficeForm,
    queryset=lambda user: Office.objects.all(),
    on_save=record_office,
    edit="edit_settings",
    order=("name", "id"),
    folder="desk/offices",
    columns=[
        Column("name", "Office"),
        Column("code", "Code", kind="id"),
        Column("profile", "Bills for", value="get_profile_display"),
        Column("city_line", "City", lo=True),
        Column("phone", "Phone"),
        Column("terms_days", "Terms, days", kind="int"),
        Column("paper", "Paper", value="get_paper_display", lo=True),
        Column("time_zone", "Clock", lo=True),
    ],
    facts=[
        Column("code", "Code", kind="id"),
        Column("profile", "Bills for", value="get_profile_display"),
        Column("street", "Street"),
        Column("city_line", "City line"),
        Column("phone", "Phone"),
        Column("hours", "Hours"),
        Column("email", "E-mail"),
        Column("website", "Website"),
        Column("paper", "Paper", value="get_paper_display"),
        Column("time_zone", "Clock"),
        Column("terms_days", "Terms", value=lambda office: f"{office.terms_days} days"),
        Column("pay_order", "Order of paying", value="get_pay_order_display"),
        Column("pay_to", "Pay to", wrap=True),
        Column("help_text", "Help with paying", wrap=True),
    ],
)
