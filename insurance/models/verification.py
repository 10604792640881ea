from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from accounts.models import Account, Blob, Client

from .coverage import Coverage
from .exchange import Exchange


class VerificationRule(models.Model):
    """When a coverage is to be verified; the office has one row of it. Days are house policy, not law."""

    only = models.BooleanField(default=True, unique=True, editable=False)
    visit_days = models.PositiveSmallIntegerField(lazy("visits within days"), default=3)
    past_days = models.PositiveSmallIntegerField(
        lazy("past visits stay days"),
        default=7,
        help_text=lazy("So long a visit that was not verified stays on the list."),
    )
    enrolment_days = models.PositiveSmallIntegerField(
        lazy("enrolment holds days"), default=30, help_text=lazy("Whether this client is insured.")
    )
    benefit_days = models.PositiveSmallIntegerField(
        lazy("benefits hold days"), default=90, help_text=lazy("What the plan pays, for all its members.")
    )
    large_cents = models.BigIntegerField(default=500_00)
    lock_version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(only=True), name="verification_rule_is_one")]

    def __str__(self):
        return _("Rule of verification")


class VisitQuerySet(models.QuerySet):
    def for_staff(self, user):
        return self.filter(client__account__in=Account.objects.for_staff(user))

    def expected(self):
        return self.filter(cancelled=False)


class Visit(models.Model):
    """A service that is planned: for this day coverage is verified, and so much is at stake."""

    account_path = "client__account_id"

    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="visits")
    on = models.DateField(lazy("day"))
    what = models.CharField(lazy("what for"), max_length=120)
    cents = models.BigIntegerField(default=0)
    cancelled = models.BooleanField(default=False)
    added_at = models.DateTimeField(auto_now_add=True)
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", editable=False)
    lock_version = models.PositiveIntegerField(default=1, editable=False)

    objects = VisitQuerySet.as_manager()

    class Meta:
        ordering = ["on", "id"]
        indexes = [
            models.Index(fields=["client", "on"], name="visit_of_client"),
            models.Index(fields=["on"], name="visit_by_day"),
        ]
        constraints = [models.CheckConstraint(condition=Q(cents__gte=0), name="visit_costs_nothing_or_more")]

    def __str__(self):
        return self.what


class VerificationTask(models.Model):
    """Who sees to a coverage's verification, and what the next person should know."""

    coverage = models.OneToOneField(Coverage, on_delete=models.PROTECT, related_name="task")
    assigned_to = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    note = models.CharField(max_length=400, blank=True)
    lock_version = models.PositiveIntegerField(default=1, editable=False)

    def __str__(self):
        return _("Verification of %(coverage)s") % {"coverage": self.coverage}


class VerificationBatch(models.Model):
    """Coverages that a person had checked by machine at one press; a worker asks for one after the other."""

    made_at = models.DateTimeField(auto_now_add=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["-id"]

    def __str__(self):
        return _("Check of %(made_at)s") % {"made_at": f"{self.made_at:%Y-%m-%d %H:%M}"}


class VerificationQuerySet(models.QuerySet):
    def for_staff(self, user):
        return self.filter(coverage__client__account__in=Account.objects.for_staff(user))


class Verification(models.Model):
    """One look at a coverage, for a day of service: how, by whom, and what came of it. The newest is the current one.

    It keeps two clocks: `enrolment` says that it settled whether this client is insured, `benefits` that it brought what
    the plan pays. One that failed leaves what earlier ones brought as it was.
    """

    class How(models.TextChoices):
        MACHINE = "machine", lazy("By machine")
        PHONE = "phone", lazy("By phone")
        PORTAL = "portal", lazy("On the payer’s portal")

    class State(models.TextChoices):
        WAITING = "waiting", lazy("Answer awaited")
        ACTIVE = "verified_active", lazy("Active")
        INACTIVE = "verified_inactive", lazy("Inactive")
        NOT_FOUND = "not_found", lazy("Not found")
        NEEDS_INFO = "needs_info", lazy("Needs information")
        PAYER_DOWN = "payer_down", lazy("Payer did not answer")

    class Other(models.TextChoices):
        NOT_ASKED = "", lazy("Not asked")
        NONE = "none", lazy("None")
        YES = "yes", lazy("Yes")

    account_path = "coverage__client__account_id"

    coverage = models.ForeignKey(Coverage, on_delete=models.PROTECT, related_name="verifications")
    service_on = models.DateField(lazy("for a service on"))
    how = models.CharField(max_length=8, choices=How.choices)
    state = models.CharField(max_length=20, choices=State.choices)
    enrolment = models.BooleanField(lazy("enrolment verified"), default=False)
    benefits = models.BooleanField(lazy("benefits verified"), default=False)
    other_coverage = models.CharField(max_length=4, choices=Other.choices, blank=True, default="")
    said = models.JSONField(default=list)  # sentences: what was refused and what to do, what differs from our record
    reference = models.CharField(max_length=80, blank=True)
    note = models.CharField(max_length=400, blank=True)
    evidence = models.ForeignKey(Blob, on_delete=models.PROTECT, null=True, related_name="+")
    exchange = models.OneToOneField(Exchange, on_delete=models.PROTECT, null=True, related_name="verification")
    batch = models.ForeignKey(VerificationBatch, on_delete=models.PROTECT, null=True, related_name="checks")
    checked_on = models.DateField()
    made_at = models.DateTimeField(auto_now_add=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    objects = VerificationQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["coverage", "-id"], name="verification_newest"),
            models.Index(fields=["coverage"], name="verification_of_benefits", condition=Q(benefits=True)),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    state__in=["waiting", "verified_active", "verified_inactive", "not_found", "needs_info", "payer_down"]
                ),
                name="verification_state_is_known",
            ),
            models.CheckConstraint(condition=Q(how__in=["machine", "phone", "portal"]), name="verification_way_is_known"),
            models.CheckConstraint(
                condition=Q(how="machine") | ~Q(reference=""), name="verification_by_hand_has_reference"
            ),
            models.UniqueConstraint(
                fields=["coverage"], condition=Q(state="waiting"), name="verification_waits_once_a_coverage"
            ),
        ]  # fmt: skip

    def __str__(self):
        return f"{self.get_how_display()}: {self.get_state_display().lower()}"


class Benefit(models.Model):
    """One benefit as the payer told it, codes as in X12 EB (insurance/edi/benefits.py says which is which).

    `percent` is the client's share, 0.2 for 20 %, as payers send it. `more` holds what else the loop said: the days,
    deliveries, references, details, entities and rejections of it.
    """

    verification = models.ForeignKey(Verification, on_delete=models.PROTECT, related_name="rows")
    code = models.CharField(max_length=3)
    level = models.CharField(max_length=3, blank=True)
    service_types = models.JSONField(default=list)
    insurance_type = models.CharField(max_length=3, blank=True)
    plan_name = models.CharField(max_length=80, blank=True)
    period = models.CharField(max_length=2, blank=True)
    cents = models.BigIntegerField(null=True)
    percent = models.CharField(max_length=40, blank=True)
    quantity_qualifier = models.CharField(max_length=2, blank=True)
    quantity = models.CharField(max_length=40, blank=True)
    authorization = models.CharField(max_length=1, blank=True)
    in_network = models.CharField(max_length=1, blank=True)
    procedure = models.CharField(max_length=20, blank=True)
    modifiers = models.JSONField(default=list)
    messages = models.JSONField(default=list)
    more = models.JSONField(default=dict)

    class Meta:
        ordering = ["id"]

    def __str__(self):
        return f"EB {self.code}"
