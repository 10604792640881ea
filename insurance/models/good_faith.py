from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from accounts.models import Account, Client

from .estimate import Estimate


class Holiday(models.Model):
    """A day, beside Saturdays and Sundays, that is no business day of the office."""

    on = models.DateField(lazy("day"), unique=True)
    words = models.CharField(lazy("name"), max_length=80)
    lock_version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        ordering = ["on"]

    def __str__(self):
        return self.words


class OfClientQuerySet(models.QuerySet):
    def for_staff(self, user):
        return self.filter(client__account__in=Account.objects.for_staff(user))


class GoodFaithRequest(models.Model):
    """A client asks what a service of a day will cost without insurance. The answer is a given estimate for that day."""

    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="good_faith_requests")
    service_on = models.DateField(lazy("planned for"))
    what = models.CharField(lazy("what for"), max_length=120, blank=True)
    asked_on = models.DateField()
    made_at = models.DateTimeField(auto_now_add=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    objects = OfClientQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [models.UniqueConstraint(fields=["client", "service_on"], name="good_faith_asked_once_a_day")]

    def __str__(self):
        return _("Estimate asked for %(service_on)s") % {"service_on": self.service_on}


class GoodFaithReview(models.Model):
    """Somebody looked at a bill that exceeds its estimate and let it go out: up to `billed_cents`, with a reason."""

    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="+")
    service_on = models.DateField()
    estimate = models.ForeignKey(Estimate, on_delete=models.PROTECT, related_name="+")
    expected_cents = models.BigIntegerField()
    billed_cents = models.BigIntegerField()
    reason = models.CharField(max_length=400)
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(condition=~Q(reason=""), name="good_faith_review_says_why"),
            models.CheckConstraint(
                condition=Q(billed_cents__gt=F("expected_cents")), name="good_faith_review_is_of_more"
            ),
        ]

    def __str__(self):
        return _("Bill above %(estimate)s") % {"estimate": self.estimate}
