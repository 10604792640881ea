"""Requests: acts that wait for a second person. Asked once, decided once; the database holds maker and checker apart."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from billing_office.staff.access import may
from billing_office.staff.models import Office


class RequestQuerySet(models.QuerySet):
    def for_staff(self, user):
        """Deciders and auditors know of all requests of their offices, everybody else of their own there."""
        rows = self.filter(Q(office=None) | Q(office__in=user.offices.all()))
        return rows if may(user, "read_all_requests") else rows.filter(asked_by=user)

    def waiting(self):
        return self.filter(decision="")

    def to_decide(self, user):
        """Those that wait for this person: of their offices, and not their own."""
        if not may(user, "decide_requests"):
            return self.none()
        return self.for_staff(user).waiting().exclude(asked_by=user)


class Request(models.Model):
    """One act that somebody may not do alone. What was asked never changes; it is decided once (migration 0002).

    `account_id` is a plain number: requests lie below the apps whose objects they name. `args` rebuild the act, `evidence`
    is what stood in the books when it was asked for, `outcome` names what came of it.
    """

    class Decision(models.TextChoices):
        APPROVED = "approved", lazy("Approved")
        REFUSED = "refused", lazy("Refused")
        WITHDRAWN = "withdrawn", lazy("Withdrawn")

    key = models.UUIDField(unique=True)
    verb = models.CharField(max_length=40)
    title = models.CharField(max_length=200)
    office = models.ForeignKey(Office, on_delete=models.PROTECT, null=True, related_name="+")
    account_id = models.BigIntegerField(null=True)
    cents = models.BigIntegerField()
    args = models.JSONField()
    evidence = models.JSONField()
    why = models.CharField(max_length=200)
    because = models.CharField(max_length=200, help_text=lazy("What asks for a second person."))
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(auto_now_add=True)
    decision = models.CharField(max_length=9, choices=Decision.choices, blank=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    answer = models.CharField(max_length=200, blank=True)
    outcome = models.JSONField(default=dict)

    objects = RequestQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["office", "id"], name="request_waiting", condition=Q(decision="")),
            models.Index(fields=["asked_by", "-id"], name="request_by_asker"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(decision="withdrawn") | ~Q(decided_by=F("asked_by")), name="request_maker_is_not_checker"
            ),
            models.CheckConstraint(
                condition=~Q(decision="withdrawn") | Q(decided_by=F("asked_by")), name="request_withdrawn_by_its_maker"
            ),
            models.CheckConstraint(
                condition=Q(decision="", decided_by=None, decided_at=None)
                | Q(
                    decision__in=["approved", "refused", "withdrawn"],
                    decided_by__isnull=False,
                    decided_at__isnull=False,
                ),
                name="request_is_decided_whole",
            ),
            models.CheckConstraint(condition=~Q(decision="refused") | ~Q(answer=""), name="request_refusal_says_why"),
        ]

    def __str__(self):
        return self.title

    @property
    def state(self) -> tuple[str, str]:
        """Its word and tone for a tag."""
        tones = {"": "warn", "approved": "good", "refused": "bad", "withdrawn": ""}
        return self.get_decision_display() or _("Waits"), tones[self.decision]
