from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from accounts.models import Account, Client, Document


class EstimateQuerySet(models.QuerySet):
    def for_staff(self, user):
        return self.filter(client__account__in=Account.objects.for_staff(user))


class Estimate(models.Model):
    """What a client is to expect for services of a day. A draft is worked out anew with each change; once it is given to
    the client nothing of it changes (migration 0007): a change is a draft of the next version, which supersedes it.

    `facts` holds one snapshot a payer, in rank, of what was known (estimates/facts.py). Cents; billed is what is written off,
    what payers pay and what the client pays.
    """

    class State(models.TextChoices):
        DRAFT = "draft", lazy("Draft")
        GIVEN = "given", lazy("Given")
        SUPERSEDED = "superseded", lazy("Superseded")

    account_path = "client__account_id"

    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="estimates")
    number = models.CharField(max_length=30)
    version = models.PositiveSmallIntegerField(default=1)
    state = models.CharField(max_length=10, choices=State.choices, default=State.DRAFT)
    service_on = models.DateField(lazy("day of service"))
    in_network = models.BooleanField(default=True)
    facts = models.JSONField(default=list)
    billed_cents = models.BigIntegerField(default=0)
    writeoff_cents = models.BigIntegerField(default=0)
    payers_cents = models.BigIntegerField(default=0)
    client_cents = models.BigIntegerField(default=0)
    good_until = models.DateField(null=True)
    worked_out_at = models.DateTimeField()
    made_at = models.DateTimeField(auto_now_add=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    given_at = models.DateTimeField(null=True)
    given_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    document = models.OneToOneField(Document, on_delete=models.PROTECT, null=True, related_name="estimate")

    objects = EstimateQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["client", "-id"], name="estimate_of_client")]
        constraints = [
            models.UniqueConstraint(fields=["number", "version"], name="estimate_version_once"),
            models.UniqueConstraint(fields=["number"], condition=Q(state="draft"), name="estimate_one_draft"),
            models.UniqueConstraint(fields=["number"], condition=Q(state="given"), name="estimate_one_given"),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "given", "superseded"]), name="estimate_state_is_known"
            ),
            models.CheckConstraint(
                condition=Q(billed_cents=F("writeoff_cents") + F("payers_cents") + F("client_cents")),
                name="estimate_adds_up",
            ),
            models.CheckConstraint(
                condition=Q(writeoff_cents__gte=0, payers_cents__gte=0, client_cents__gte=0),
                name="estimate_is_not_negative",
            ),
            models.CheckConstraint(
                condition=Q(state="draft", given_at=None, given_by=None, good_until=None, document=None)
                | ~Q(state="draft") & Q(given_at__isnull=False, given_by__isnull=False, good_until__isnull=False),
                name="estimate_given_by_somebody",
            ),
        ]

    def __str__(self):
        return _("Estimate %(full_number)s") % {"full_number": self.full_number}

    @property
    def full_number(self) -> str:
        """With its version from the second on, so that no two papers have one number."""
        return self.number if self.version == 1 else f"{self.number}-{self.version}"

    @property
    def is_draft(self) -> bool:
        return self.state == self.State.DRAFT


class EstimateLine(models.Model):
    """One service of an estimate. `fee_cents` is what we bill for all its units; its other figures hang on it, per payer.

    `said` are sentences of what is not known of it, as `facts` has of the coverage.
    """

    estimate = models.ForeignKey(Estimate, on_delete=models.CASCADE, related_name="lines")
    code = models.CharField(max_length=20)
    modifier = models.CharField(max_length=5, blank=True)
    description = models.CharField(max_length=200)
    units = models.DecimalField(max_digits=6, decimal_places=2, default=1)
    calculated_cents = models.BigIntegerField(lazy("our fee, by the list"), null=True)
    fee_cents = models.BigIntegerField()
    fee_why = models.CharField(max_length=200, help_text=lazy("Where the fee comes from, or why it is another."))
    writeoff_cents = models.BigIntegerField(default=0)
    payers_cents = models.BigIntegerField(default=0)
    client_cents = models.BigIntegerField(default=0)
    said = models.JSONField(default=list)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(condition=Q(units__gt=0), name="estimate_line_has_units"),
            models.CheckConstraint(
                condition=Q(fee_cents=F("writeoff_cents") + F("payers_cents") + F("client_cents")),
                name="estimate_line_adds_up",
            ),
            models.CheckConstraint(
                condition=Q(writeoff_cents__gte=0, payers_cents__gte=0, client_cents__gte=0),
                name="estimate_line_is_not_negative",
            ),
        ]

    def __str__(self):
        return f"{self.code} {self.modifier}".strip()


class EstimateFigure(models.Model):
    """One cell of a line, of the payer at `rank`: what was calculated, what a person put in its place and why, what stands
    (`cents`), and the sentence that explains it. `source` says where an agreed price comes from."""

    line = models.ForeignKey(EstimateLine, on_delete=models.CASCADE, related_name="figures")
    rank = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=12)
    calculated_cents = models.BigIntegerField()
    override_cents = models.BigIntegerField(null=True)
    reason = models.CharField(max_length=200, blank=True)
    cents = models.BigIntegerField()
    note = models.CharField(max_length=600)
    source = models.CharField(max_length=10, blank=True)

    class Meta:
        ordering = ["line", "rank", "id"]
        constraints = [
            models.UniqueConstraint(fields=["line", "rank", "name"], name="estimate_figure_once"),
            models.CheckConstraint(
                condition=Q(name__in=["allowed", "copay", "deductible", "coinsurance", "over", "insurer"]),
                name="estimate_figure_is_known",
            ),
            models.CheckConstraint(
                condition=Q(override_cents=None, reason="")
                | Q(override_cents__isnull=False, override_cents__gte=0) & ~Q(reason=""),
                name="estimate_override_has_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(cents__gte=0, calculated_cents__gte=0), name="estimate_figure_is_not_negative"
            ),
        ]

    def __str__(self):
        return f"{self.line}: {self.name}"
