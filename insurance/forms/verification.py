"""Verifying by phone or portal, planned visits, who sees to it, and the rule."""

from decimal import Decimal

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from accounts.forms.parts import EditForm, OnceMixin
from billing_office.lib import money
from billing_office.lib.fields import DayField, LineField, MoneyField, OfficeModelForm
from billing_office.staff.access import RIGHTS
from billing_office.staff.models import User

from ..models import Benefit, Verification, VerificationRule, VerificationTask, Visit
from .coverages import picture

ROWS = [  # field, EB01, EB06
    ("deductible", "C", "23"),
    ("deductible_left", "C", "29"),
    ("maximum", "G", "23"),
    ("maximum_left", "G", "29"),
    ("copay", "B", "27"),
]
WHOLE_PLAN, VISIT = ["30"], ["98"]


class ReportForm(OnceMixin, OfficeModelForm):
    """What was learned by phone or on the portal. The figures are the client's own, in network."""

    title = lazy("The verification was not saved.")
    how = forms.ChoiceField(
        label=lazy("How"), choices=[("phone", lazy("By phone")), ("portal", lazy("On the payer’s portal"))]
    )
    state = forms.ChoiceField(
        label=lazy("Answer"),
        choices=[(state.value, state.label) for state in Verification.State if state != Verification.State.WAITING],
    )
    reference = LineField(
        label=lazy("Reference"), max_length=80, help_text=lazy("Number of the call, or who answered and when.")
    )
    note = LineField(label=lazy("Note"), max_length=400, required=False)
    evidence = forms.FileField(
        label=lazy("Evidence"), required=False, help_text=lazy("Picture of the portal: PNG, JPEG or PDF, 5 MB at most.")
    )
    deductible = MoneyField(label=lazy("Deductible"), least=0, required=False, help_text=lazy("Of the benefit year."))
    deductible_left = MoneyField(label=lazy("Left of the deductible"), least=0, required=False)
    maximum = MoneyField(label=lazy("Out-of-pocket maximum"), least=0, required=False)
    maximum_left = MoneyField(label=lazy("Left of the maximum"), least=0, required=False)
    copay = MoneyField(label=lazy("Copay of an office visit"), least=0, required=False)
    percent = forms.DecimalField(
        label=lazy("Client’s share in percent"), min_value=0, max_value=100, max_digits=5, decimal_places=2, required=False,
        help_text=lazy("Coinsurance after the deductible."),
    )  # fmt: skip

    class Meta:
        model = Verification
        fields = ["how", "state", "reference", "service_on", "other_coverage", "enrolment", "benefits", "note"]
        field_classes = {"service_on": DayField}
        labels = {"other_coverage": lazy("Other coverage?")}

    field_order = [
        "how", "state", "reference", "service_on", "other_coverage", "enrolment", "benefits", "deductible",
        "deductible_left", "maximum", "maximum_left", "copay", "percent", "note", "evidence",
    ]  # fmt: skip

    def clean_evidence(self) -> tuple[bytes, str] | None:
        file = self.cleaned_data["evidence"]
        return picture(file) if file else None

    def clean(self):
        super().clean()
        given, settled = self.cleaned_data, {Verification.State.ACTIVE, Verification.State.INACTIVE}
        if given.get("state") in settled and not given.get("enrolment") and not given.get("benefits"):
            self.add_error("enrolment", _("Say what was verified: enrolment, benefits or both."))
        if given.get("state") and given["state"] not in settled and (given.get("enrolment") or given.get("benefits")):
            self.add_error("state", _("An answer like this verifies nothing. Take the ticks away, or choose another."))
        for left, whole in (("deductible_left", "deductible"), ("maximum_left", "maximum")):
            if given.get(left) is not None and given.get(whole) is not None and given[left] > given[whole]:
                self.add_error(
                    left, _("More is left than %(amount)s, the whole of it.") % {"amount": money.show(given[whole])}
                )
        if self._figures() and not given.get("benefits"):
            self.add_error("benefits", _("Tick it: these figures are benefits."))
        return given

    def _figures(self) -> list[str]:
        return [name for name in [*(row[0] for row in ROWS), "percent"] if self.cleaned_data.get(name) is not None]

    def rows(self) -> list[Benefit]:
        given = self.cleaned_data
        found = [
            Benefit(
                code=code, level="IND", period=period, cents=given[name], in_network="Y",
                service_types=VISIT if name == "copay" else WHOLE_PLAN,
            )
            for name, code, period in ROWS
            if given.get(name) is not None
        ]  # fmt: skip
        if (percent := given.get("percent")) is not None:
            share = f"{(Decimal(percent) / 100).normalize():f}"
            found.append(Benefit(code="A", level="IND", percent=share, in_network="Y", service_types=WHOLE_PLAN))
        return found


class VisitForm(EditForm):
    title = lazy("The visit was not saved.")
    what = LineField(label=lazy("What for"), max_length=120)
    cents = MoneyField(
        label=lazy("At stake"), least=0, required=False, help_text=lazy("What it may cost, as far as it is known.")
    )

    class Meta:
        model = Visit
        fields = ["on", "what", "cents", "cancelled"]
        labels = {"cancelled": lazy("Cancelled")}
        field_classes = {"on": DayField}

    def clean_cents(self):
        return self.cleaned_data["cents"] or 0


class NewVisitForm(OnceMixin, VisitForm):
    class Meta(VisitForm.Meta):
        fields = ["on", "what", "cents"]


class TaskForm(EditForm):
    title = lazy("It was not saved.")
    note = LineField(
        label=lazy("Note"), max_length=400, required=False, help_text=lazy("What the next person should know.")
    )

    class Meta:
        model = VerificationTask
        fields = ["assigned_to", "note"]
        labels = {"assigned_to": lazy("Assigned to")}

    def __init__(self, *args, office, **kwargs):
        super().__init__(*args, **kwargs)
        people = User.objects.filter(is_active=True, role__in=RIGHTS["verify_coverages"], offices=office)
        self.fields["assigned_to"].queryset = people.order_by("name")
        self.fields["assigned_to"].label_from_instance = lambda person: person.name
        self.fields["assigned_to"].empty_label = _("Nobody")


def _days(name: str, most: int) -> forms.IntegerField:
    column = VerificationRule._meta.get_field(name)
    label = capfirst(column.verbose_name)
    return forms.IntegerField(label=label, min_value=0, max_value=most, help_text=column.help_text)


class RuleForm(EditForm):
    title = lazy("The rule was not saved.")
    visit_days = _days("visit_days", 60)
    past_days = _days("past_days", 60)
    enrolment_days = _days("enrolment_days", 400)
    benefit_days = _days("benefit_days", 400)
    large_cents = MoneyField(
        label=lazy("Large bill"),
        least=1,
        help_text=lazy("From this on, enrolment is verified again within the days before the visit."),
    )

    class Meta:
        model = VerificationRule
        fields = ["visit_days", "past_days", "enrolment_days", "benefit_days", "large_cents"]
