"""Coverages of a client, their cards, plans and contracts."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from accounts.forms.parts import EditForm, OnceMixin
from accounts.models import Payer
from billing_office.lib import dates
from billing_office.lib.fields import DayField, LineField, OfficeForm

from ..coverage import in_the_way
from ..models import Contract, Coverage, PayerProfile, Plan

CARD_LARGEST = 5_000_000
KINDS = {b"\x89PNG\r\n\x1a\n": "image/png", b"\xff\xd8\xff": "image/jpeg", b"%PDF-": "application/pdf"}


def picture(file) -> tuple[bytes, str]:
    """Content and media type of a picture or scan; what it is is told from its bytes, never from its name."""
    if file.size > CARD_LARGEST:
        raise ValidationError(_("The file is larger than 5 MB."))
    content = file.read()
    kind = next((kind for sign, kind in KINDS.items() if content.startswith(sign)), None)
    if kind is None:
        raise ValidationError(_("This is no PNG, JPEG or PDF."))
    return content, kind


class CoverageForm(EditForm):
    title = lazy("The coverage was not saved.")
    member_number = LineField(label=lazy("Member number"), max_length=40, required=False)
    group_number = LineField(label=lazy("Group number"), max_length=40, required=False)
    holder_first = LineField(label=lazy("Holder’s first name"), max_length=80, required=False)
    holder_last = LineField(label=lazy("Holder’s last name"), max_length=80, required=False)
    holder_birth = DayField(label=lazy("Holder born on"), required=False)
    source = LineField(
        label=lazy("Source"), max_length=120, required=False, help_text=lazy("Card, phone call, payer’s answer…")
    )

    class Meta:
        model = Coverage
        fields = [
            "plan", "rank", "since", "until", "member_number", "group_number", "relation", "holder_first", "holder_last",
            "holder_birth", "source",
        ]  # fmt: skip
        labels = {"plan": lazy("Plan"), "rank": lazy("Rank"), "until": lazy("Until")}
        field_classes = {"since": DayField, "until": DayField}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        plans = Plan.objects.select_related("payer")
        mine = plans.filter(pk=self.instance.plan_id) if self.instance.plan_id else plans.none()
        self.fields["plan"].queryset = plans.filter(active=True) | mine
        self.fields["plan"].empty_label = _("Choose")

    def clean(self):
        super().clean()
        given = self.cleaned_data
        if given.get("since") and given.get("until") and given["until"] < given["since"]:
            self.add_error("until", _("The last day is before the first."))
        if given.get("relation") not in (None, Coverage.Relation.SELF):
            for name, why in (
                ("holder_last", _("The payer asks for the holder’s name.")),
                ("holder_birth", _("The payer asks for the holder’s birth date.")),
            ):
                if not given.get(name) and name not in self.errors:
                    self.add_error(name, why)
        if (born := given.get("holder_birth")) and born > dates.today():
            self.add_error("holder_birth", _("This day has not come yet."))
        if not self.errors:
            self._make_room(
                Coverage(
                    self.instance.pk, client=self.instance.client, **{n: given[n] for n in ("rank", "since", "until")}
                )
            )
        return given

    def _make_room(self, wanted: Coverage):
        """Says which coverage is in the way, where the database would only refuse."""
        if other := in_the_way(wanted):
            told = (
                _("%(coverage)s stands from %(since)s until %(until)s. End it first, or choose other days.")
                if other.until
                else _("%(coverage)s stands from %(since)s without an end. End it first, or choose other days.")
            ) % {
                "coverage": other,
                "since": dates.short(other.since),
                "until": other.until and dates.short(other.until),
            }
            self.add_error("since", told)


class NewCoverageForm(OnceMixin, CoverageForm):
    pass


class WithdrawForm(OfficeForm):
    title = lazy("Nothing was withdrawn.")
    why = LineField(label=lazy("Why it was never true"), max_length=200)


class CardForm(OfficeForm):
    """A picture of the card. What it is is told from its bytes, never from its name."""

    title = lazy("The card was not attached.")
    side = forms.ChoiceField(label=lazy("Side"), choices=[("front", lazy("Front")), ("back", lazy("Back"))])
    file = forms.FileField(label=lazy("File"), help_text=lazy("PNG, JPEG or PDF, 5 MB at most."))

    def clean_file(self):
        content, self.media_type = picture(self.cleaned_data["file"])
        return content


class PlanForm(EditForm):
    title = lazy("The plan was not saved.")
    name = LineField(label=lazy("Name"), max_length=120)
    note = LineField(
        label=lazy("Note"), max_length=400, required=False, help_text=Plan._meta.get_field("note").help_text
    )
    year_begins = forms.IntegerField(label=lazy("Benefit year begins in month"), min_value=1, max_value=12, initial=1)

    class Meta:
        model = Plan
        fields = [
            "payer",
            "name",
            "kind",
            "rule",
            "year_begins",
            "copay_after_deductible",
            "verified",
            "note",
            "active",
        ]
        labels = {"payer": lazy("Payer"), "kind": lazy("Kind"), "active": lazy("Active")}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["payer"].queryset = Payer.objects.filter(
            payer_class__in=["insurer", "government", "other", "employer"]
        )

    def clean(self):
        super().clean()
        payer, name = self.cleaned_data.get("payer"), self.cleaned_data.get("name")
        if payer and name and Plan.objects.filter(payer=payer, name=name).exclude(pk=self.instance.pk).exists():
            self.add_error("name", _("%(payer)s has a plan of this name.") % {"payer": payer})
        return self.cleaned_data


class ContractForm(EditForm):
    title = lazy("The contract was not saved.")
    name = LineField(label=lazy("Name"), max_length=120)

    class Meta:
        model = Contract
        fields = ["payer", "plan", "name", "since", "until"]
        labels = {"payer": lazy("Payer"), "plan": lazy("Plan"), "since": lazy("Since"), "until": lazy("Until")}
        field_classes = {"since": DayField, "until": DayField}

    def clean(self):
        super().clean()
        given = self.cleaned_data
        payer, plan, since, until = (given.get(name) for name in ("payer", "plan", "since", "until"))
        if plan and payer and plan.payer_id != payer.pk:
            self.add_error("plan", _("This plan is not one of %(payer)s.") % {"payer": payer})
        if since and until and until < since:
            self.add_error("until", _("The last day is before the first."))
        elif payer and since and (other := self._other(payer, plan, since, until)):
            self.add_error(
                "since", _("%(contract)s stands on some of these days. End it first.") % {"contract": other.name}
            )
        return given

    def _other(self, payer, plan, since, until):
        others = Contract.objects.filter(payer=payer, plan=plan).exclude(pk=self.instance.pk).exclude(until__lt=since)
        return (others.filter(since__lte=until) if until else others).first()


class ProfileForm(EditForm):
    title = lazy("It was not saved.")
    phone = LineField(label=lazy("Phone for providers"), max_length=40, required=False)
    hours = LineField(
        label=lazy("Hours"), max_length=120, required=False, help_text=lazy("When somebody answers, and where.")
    )
    claim_address = LineField(label=lazy("Claim address"), max_length=240, required=False)
    portal = forms.URLField(label=lazy("Portal"), required=False, assume_scheme="https")

    class Meta:
        model = PayerProfile
        fields = [
            "check_by",
            "phone",
            "hours",
            "portal",
            "claim_address",
            "filing_days",
            "appeal_days",
            "expected_percent",
        ]
