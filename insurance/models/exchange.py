from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from accounts.models import Blob, Payer
from billing_office.staff.models import User


class ExchangeQuerySet(models.QuerySet):
    def awaited(self):
        """What an answer may still come to."""
        return self.filter(state__in=[Exchange.State.WAITING, Exchange.State.SENT, Exchange.State.FAILED])


class Exchange(models.Model):
    """One question sent to a payer through the clearinghouse, and what came of it: the record of the wire.

    The bytes that go out are made once; every retry sends the same, with the same control number, so that the other side
    can tell it from a new question. `trace` begins the trace number (TRN02) of each person asked about.
    """

    class Kind(models.TextChoices):
        ELIGIBILITY = "eligibility", _("Eligibility (270/271)")

    class State(models.TextChoices):
        WAITING = "waiting", _("Not sent yet")
        SENT = "sent", _("Sent, answer awaited")
        ANSWERED = "answered", _("Answered")
        REFUSED = "refused", _("Refused")
        FAILED = "failed", _("Failed, may be sent again")

    kind = models.CharField(max_length=12, choices=Kind.choices)
    payer = models.ForeignKey(Payer, on_delete=models.PROTECT, related_name="exchanges")
    control = models.BigIntegerField(unique=True)
    trace = models.CharField(max_length=30, unique=True)
    sent = models.ForeignKey(Blob, on_delete=models.PROTECT, related_name="+")
    answer = models.ForeignKey(Blob, on_delete=models.PROTECT, null=True, related_name="+")
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    error = models.CharField(max_length=400, blank=True)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(db_default=Now())
    sent_at = models.DateTimeField(null=True, help_text=_("When it last went out."))
    answered_at = models.DateTimeField(null=True)

    objects = ExchangeQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=["waiting", "sent", "answered", "refused", "failed"]),
                name="exchange_state_is_known",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="answered") | models.Q(answer__isnull=False, answered_at__isnull=False),
                name="exchange_answered_has_its_answer",
            ),
        ]

    def __str__(self):
        return f"{self.get_kind_display()} {self.trace}"
