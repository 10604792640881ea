from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from accounts.models import Payer

from ..shares import RULES, Rule


def days(first: str = "since", last: str = "until") -> Func:
    """The days of a row as a range, both ends included; without a last day it goes on."""
    return Func(F(first), F(last), Value("[]"), function="daterange", output_field=DateRangeField())


class PayerProfile(models.Model):
    """What an insurer or agency is to those who verify and claim: how it is reached, and how long it leaves us."""

    class Check(models.TextChoices):
        ELECTRONIC = "electronic", lazy("Electronically (270/271)")
        PORTAL = "portal", lazy("On its portal")
        PHONE = "phone", lazy("By phone")

    payer = models.OneToOneField(Payer, on_delete=models.PROTECT, related_name="profile")
    check_by = models.CharField(lazy("verified"), max_length=12, choices=Check.choices, default=Check.PHONE)
    phone = models.CharField(lazy("phone for providers"), max_length=40, blank=True)
    hours = models.CharField(max_length=120, blank=True, help_text=lazy("When somebody answers, and where."))
    portal = models.URLField(blank=True)
    claim_address = models.CharField(max_length=240, blank=True)
    filing_days = models.PositiveSmallIntegerField(
        lazy("days to file a claim"),
        null=True,
        blank=True,
        help_text=lazy("From the day of service; the contract says it."),
    )
    appeal_days = models.PositiveSmallIntegerField(
        lazy("days to appeal"), null=True, blank=True, help_text=lazy("From its answer.")
    )
    expected_percent = models.DecimalField(
        lazy("it pays of our usual fee, in percent"), max_digits=5, decimal_places=2, null=True, blank=True,
        help_text=lazy("For estimates, where neither a contract nor an answer of the past says more."),
    )  # fmt: skip
    lock_version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(check_by__in=["electronic", "portal", "phone"]), name="profile_check_is_known"),
            models.CheckConstraint(
                condition=Q(expected_percent=None) | Q(expected_percent__gte=0, expected_percent__lte=100),
                name="profile_percent_is_one",
            ),
        ]  # fmt: skip

    def __str__(self):
        return _("%(payer)s: claims and verification") % {"payer": self.payer}


class Plan(models.Model):
    """One product of a payer. What it pays for whom is read from its answers; what stands here holds for all its members."""

    class Kind(models.TextChoices):
        PPO = "ppo", lazy("PPO")
        HMO = "hmo", lazy("HMO")
        PERCENTAGE = "percentage", lazy("Percentage")
        FLAT = "flat", lazy("Flat copay")
        CAPITATION = "capitation", lazy("Capitation")
        PUBLIC = "public", lazy("Public scheme")
        OTHER = "other", lazy("Other")

    payer = models.ForeignKey(Payer, on_delete=models.PROTECT, related_name="plans")
    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=12, choices=Kind.choices, default=Kind.PPO)
    rule = models.CharField(
        lazy("when it pays after others"), max_length=20, choices=[(rule.value, label) for rule, label in RULES.items()],
        default=Rule.STANDARD.value,
    )  # fmt: skip
    year_begins = models.PositiveSmallIntegerField(lazy("benefit year begins in month"), default=1)
    verified = models.BooleanField(
        lazy("to be verified"), default=True, help_text=lazy("Off: left out of the verification list.")
    )
    copay_after_deductible = models.BooleanField(lazy("copay after the deductible"), default=False)
    note = models.CharField(max_length=400, blank=True, help_text=lazy("Shown to whoever verifies."))
    active = models.BooleanField(default=True)
    lock_version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        ordering = ["payer__sort_key", "name", "id"]
        constraints = [
            models.UniqueConstraint(fields=["payer", "name"], name="plan_named_once_a_payer"),
            models.CheckConstraint(condition=Q(year_begins__gte=1, year_begins__lte=12), name="plan_year_begins_in_a_month"),
            models.CheckConstraint(
                condition=Q(kind__in=["ppo", "hmo", "percentage", "flat", "capitation", "public", "other"]), name="plan_kind_is_known"
            ),
            models.CheckConstraint(
                condition=Q(rule__in=["basic", "standard", "carve_out", "secondary_medicaid"]), name="plan_rule_is_known"
            ),
        ]  # fmt: skip

    def __str__(self):
        return f"{self.payer.name}, {self.name}"


class Contract(models.Model):
    """What the office agreed with a payer, for one plan or (plan empty) for all: prices hang on it, by date."""

    payer = models.ForeignKey(Payer, on_delete=models.PROTECT, related_name="contracts")
    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, null=True, blank=True, related_name="contracts")
    name = models.CharField(max_length=120)
    since = models.DateField()
    until = models.DateField(null=True, blank=True, help_text=lazy("The last day; empty: until further notice."))
    lock_version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        ordering = ["payer__sort_key", "-since", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(until=None) | Q(until__gte=F("since")), name="contract_ends_after_it_begins"),
            ExclusionConstraint(
                name="contract_one_a_day",
                expressions=[
                    ("payer", RangeOperators.EQUAL),
                    (Coalesce("plan", Value(0)), RangeOperators.EQUAL),
                    (days(), RangeOperators.OVERLAPS),
                ],
            ),
        ]  # fmt: skip

    def __str__(self):
        return f"{self.payer}: {self.name}"
