"""Rules about money: figures by kind, from when, by what source."""

from decimal import Decimal

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from accounts.models import MoneyRule
from billing_office.lib.fields import DayField, LineField, MoneyField

from .parts import EditForm, after

LIMIT = lazy("Of one run. Empty: no limit. 0: always a second person.")
NEEDS = {  # figures without which a rule of the kind says nothing
    "small_balance": ["most_cents"],
    "late_fee": ["percent", "most_cents", "every_days"],
    "interest": ["percent"],
    "prompt_pay": ["percent", "days"],
    "returned_cheque": ["least_cents"],
    "credit_client": ["days"],
    "credit_public": ["days"],
    "credit_payer": ["days"],
}
NOUGHT = {"percent": Decimal(0), "least_cents": 0, "most_cents": 0, "below_cents": 0, "days": 0, "every_days": 0}


class MoneyRuleForm(EditForm):
    title = lazy("The rule was not saved.")
    since = DayField(label=lazy("In force from"))
    until = DayField(label=lazy("Through"), required=False)
    percent = forms.DecimalField(
        label=lazy("Percent"), min_value=Decimal(0), max_value=Decimal(100), max_digits=6, decimal_places=3, required=False,
        help_text=lazy("Late fee and discount: of what is due. Interest: a year."),
    )  # fmt: skip
    least_cents = MoneyField(
        label=lazy("At least"),
        least=0,
        required=False,
        help_text=lazy("The least fee or interest; the fee for a returned check."),
    )
    most_cents = MoneyField(
        label=lazy("At most"), least=0, required=False, help_text=lazy("The highest fee; the largest small balance.")
    )
    below_cents = MoneyField(
        label=lazy("Nothing below"), least=0, required=False, help_text=lazy("Late fee: of what is overdue.")
    )
    days = forms.IntegerField(
        label=lazy("Days"), min_value=0, max_value=3650, required=False,
        help_text=lazy("Grace; the age of a small balance; to pay promptly; the clock of a credit."),
    )  # fmt: skip
    every_days = forms.IntegerField(
        label=lazy("Once in (days)"),
        min_value=0,
        max_value=3650,
        required=False,
        help_text=lazy("Late fee: the cycle."),
    )
    biller_cents = MoneyField(label=lazy("A biller alone"), least=0, required=False, help_text=LIMIT)
    supervisor_cents = MoneyField(label=lazy("A supervisor alone"), least=0, required=False, help_text=LIMIT)
    source = LineField(
        label=lazy("Source"), max_length=160, required=False, help_text=MoneyRule._meta.get_field("source").help_text
    )
    source_url = forms.URLField(label=lazy("Address of the source"), required=False, assume_scheme="https")
    counsel = LineField(
        label=lazy("To be confirmed"),
        max_length=200,
        required=False,
        help_text=MoneyRule._meta.get_field("counsel").help_text,
    )

    class Meta:
        model = MoneyRule
        fields = [
            "kind", "office", "since", "until", "percent", "least_cents", "most_cents", "below_cents", "days", "every_days",
            "year_days", "biller_cents", "supervisor_cents", "source", "source_url", "counsel", "active",
        ]  # fmt: skip
        labels = {
            "kind": lazy("Kind"),
            "office": lazy("Office"),
            "active": lazy("In use"),
            "year_days": lazy("Days of a year"),
        }
        error_messages = {
            "__all__": {
                "unique_together": lazy(
                    "The office has a rule of this kind from that day: edit it, or choose another day."
                )
            }
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["office"].empty_label = _("All offices")

    def clean(self):
        cleaned = super().clean()
        kind = cleaned.get("kind")
        cleaned |= {
            name: nought for name, nought in NOUGHT.items() if cleaned.get(name) is None and name not in self.errors
        }
        for name in NEEDS.get(kind, []):
            if cleaned.get(name) == 0:
                self.add_error(name, ValidationError(_("A rule of this kind needs more than 0 here."), code="required"))
        least, most = cleaned.get("least_cents"), cleaned.get("most_cents")
        if kind == MoneyRule.Kind.LATE_FEE and least and most and least > most:
            self.add_error("least_cents", ValidationError(_("The least is more than the most."), code="order"))
        if after(cleaned.get("since"), cleaned.get("until")):
            self.add_error("until", ValidationError(_("This lies before the first day."), code="order"))
        return cleaned
