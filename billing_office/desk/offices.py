"""The offices: what stands on their paper, their terms, their clock."""

from zoneinfo import available_timezones

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.utils.translation import gettext_noop as noop
from django.utils.translation import ngettext

from billing_office.audit.acts import record
from billing_office.lib.fields import OfficeModelForm
from billing_office.lib.tables import Column
from billing_office.lib.views import Records
from billing_office.staff.letterhead import logo_of
from billing_office.staff.models import Office

from .office_parts import missing


class OfficeForm(OfficeModelForm):
    title = lazy("The office was not saved.")
    code = forms.CharField(
        label=lazy("Code"),
        max_length=6,
        help_text=Office._meta.get_field("code").help_text,
        validators=[RegexValidator("^[A-Z]{2,6}$", lazy("Use two to six letters, A to Z."))],
    )

    class Meta:
        model = Office
        fields = [
            "code", "name", "profile", "street", "city_line", "phone", "hours", "email", "website", "paper", "time_zone",
            "terms_days", "pay_order", "pay_to", "help_text",
        ]  # fmt: skip
        labels = {
            "name": lazy("Name"),
            "street": lazy("Street"),
            "phone": lazy("Phone"),
            "hours": lazy("Hours"),
            "website": lazy("Website"),
            "paper": lazy("Paper"),
            "time_zone": lazy("Time zone"),
            "profile": lazy("Bills for"),
            "city_line": lazy("City line"),
            "email": lazy("E-mail"),
            "terms_days": lazy("Terms, in days"),
            "pay_order": lazy("Order of paying"),
            "pay_to": lazy("Pay to"),
            "help_text": lazy("Help with paying"),
        }
        widgets = {"pay_to": forms.Textarea(attrs={"rows": 4}), "help_text": forms.Textarea(attrs={"rows": 3})}

    def clean_time_zone(self):
        zone = self.cleaned_data["time_zone"]
        if zone not in available_timezones():
            raise ValidationError(_("Use a zone's name as in America/Chicago."), code="unknown_zone")
        return zone

    def clean_terms_days(self):
        days = self.cleaned_data["terms_days"]
        if days > 365:
            raise ValidationError(_("Use at most 365 days."), code="too_long")
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


def _days(count: int) -> str:
    return ngettext("%(count)d day", "%(count)d days", count) % {"count": count}


OFFICES = OfficePages(
    model=Office,
    noun=noop("office"),
    plural=noop("offices"),
    form=OfficeForm,
    queryset=lambda user: Office.objects.all(),
    on_save=record_office,
    edit="edit_settings",
    order=("name", "id"),
    folder="desk/offices",
    columns=[
        Column("name", lazy("Office")),
        Column("code", lazy("Code"), kind="id"),
        Column("profile", lazy("Bills for"), value="get_profile_display"),
        Column("city_line", lazy("City"), lo=True),
        Column("phone", lazy("Phone")),
        Column("terms_days", lazy("Terms, days"), kind="int"),
        Column("paper", lazy("Paper"), value="get_paper_display", lo=True),
        Column("time_zone", lazy("Clock"), lo=True),
    ],
    facts=[
        Column("code", lazy("Code"), kind="id"),
        Column("profile", lazy("Bills for"), value="get_profile_display"),
        Column("street", lazy("Street")),
        Column("city_line", lazy("City line")),
        Column("phone", lazy("Phone")),
        Column("hours", lazy("Hours")),
        Column("email", lazy("E-mail")),
        Column("website", lazy("Website")),
        Column("paper", lazy("Paper"), value="get_paper_display"),
        Column("time_zone", lazy("Clock")),
        Column("terms_days", lazy("Terms"), value=lambda office: _days(office.terms_days)),
        Column("pay_order", lazy("Order of paying"), value="get_pay_order_display"),
        Column("pay_to", lazy("Pay to"), wrap=True),
        Column("help_text", lazy("Help with paying"), wrap=True),
    ],
)
