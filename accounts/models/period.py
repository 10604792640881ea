from django.conf import settings
from django.db import models

from billing_office.lib import dates

from .open_item import OpenItem


class Period(models.Model):
    """A closed period: no entry is dated on or before its last day any more (migration 0003 holds it). Never reopened."""

    last_day = models.DateField(unique=True)
    closed_at = models.DateTimeField(auto_now_add=True)
    closed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["-last_day"]

    def __str__(self):
        return dates.month(self.last_day)


class Snapshot(models.Model):
    """What an open item was at the end of a closed period, so that a past date is counted from there and not from the beginning."""

    period = models.ForeignKey(Period, on_delete=models.PROTECT, related_name="snapshots")
    open_item = models.ForeignKey(OpenItem, on_delete=models.PROTECT, related_name="+")
    cents = models.BigIntegerField()
    since = models.DateField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["period", "open_item"], name="snapshot_once_a_period"),
            models.CheckConstraint(condition=~models.Q(cents=0), name="snapshot_is_not_zero"),
        ]

    def __str__(self):
        return f"{self.open_item_id}: {self.cents}"
