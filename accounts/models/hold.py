from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from .account import Account
from .charge import Charge
from .dated import DatedQuerySet


class Hold(models.Model):
    """A pause with a reason and an end: of the whole account, or of one charge while the rest goes on."""

    class Kind(models.TextChoices):
        PAUSE = "pause", _("Pause")
        DISPUTE = "dispute", _("Dispute")
        HARDSHIP = "hardship", _("Hardship")
        LEGAL = "legal", _("Legal")
        REVIEW = "review", _("Review")

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="holds")
    charge = models.ForeignKey(Charge, on_delete=models.PROTECT, null=True, blank=True, related_name="holds")
    kind = models.CharField(max_length=8, choices=Kind.choices)
    since = models.DateField()
    until = models.DateField(null=True, blank=True)
    reason = models.CharField(max_length=200)
    set_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    set_at = models.DateTimeField(auto_now_add=True)

    objects = DatedQuerySet.as_manager()

    class Meta:
        ordering = ["-since", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(until=None) | Q(until__gte=models.F("since")), name="hold_ends_after_it_begins"
            ),
            models.CheckConstraint(condition=~Q(kind="pause") | Q(until__isnull=False), name="hold_pause_has_an_end"),
        ]

    def __str__(self):
        return self.get_kind_display()
