"""The ladder of reminders and the contact rules: what the office may change, and what it must know."""

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.utils.translation import gettext_noop as noop

from billing_office.audit.acts import record
from billing_office.lib.fields import MoneyField, OfficeModelForm, StaleFormMixin
from billing_office.lib.tables import Column
from billing_office.lib.views import Records
from dunning.models import ComplianceRule, ReminderLevel


class LevelForm(StaleFormMixin, OfficeModelForm):
    title = lazy("The level was not saved.")
    least_cents = MoneyField(label=lazy("Smallest amount"), help_text=lazy("Below it no reminder goes out."))

    class Meta:
        model = ReminderLevel
        fields = [
            "audience", "level", "name", "days_after_due", "least_cents", "respite_days", "lead", "paragraph", "on_paper", "active",
        ]  # fmt: skip
        labels = {
            "level": lazy("Level"),
            "name": lazy("Name"),
            "days_after_due": lazy("Days after due"),
            "respite_days": lazy("Respite days"),
            "lead": lazy("Lead"),
            "paragraph": lazy("Paragraph"),
            "active": lazy("Active"),
        }
        widgets = {"lead": forms.Textarea(attrs={"rows": 2}), "paragraph": forms.Textarea(attrs={"rows": 4})}
        error_messages = {
            NON_FIELD_ERRORS: {
                "unique_together": lazy("Another level for the same has this number or goes out on that day.")
            }
        }

    def clean_days_after_due(self):
        days = self.cleaned_data["days_after_due"]
        if not 0 <= days <= 730:
            raise forms.ValidationError(_("Use 0 to 730 days after the due date."))
        return days


def record_level(user, level, changed, created):
    record(user, "reminder_level_added" if created else "reminder_level_edited", level, changed=changed)


LEVELS = Records(
    model=ReminderLevel,
    noun=noop("reminder level"),
    plural=noop("ladder"),
    folder="ladder",
    form=LevelForm,
    columns=[
        Column("name", lazy("Reminder")),
        Column("audience", lazy("For"), value="get_audience_display"),
        Column("level", lazy("Level"), kind="int"),
        Column("days_after_due", lazy("Days after due"), kind="int"),
        Column("least", lazy("Smallest amount"), value="least_cents", kind="money"),
        Column("respite_days", lazy("Days to pay"), kind="int"),
        Column("lead", lazy("First sentence"), wrap=True),
        Column(
            "state",
            lazy("State"),
            value=lambda level: (_("On"), "good") if level.active else (_("Off"), ""),
            kind="tag",
        ),
    ],
    order=("audience", "days_after_due", "id"),
    queryset=lambda user: ReminderLevel.objects.all(),
    on_save=record_level,
    edit="edit_ladder",
)


def contact_rules(request):
    """The rules that every message and call is judged by, each with its source."""
    return render(request, "desk/contact_rules.html", {"rules": ComplianceRule.objects.all()})
