from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from .plan import Contract, days


class FeeSchedule(models.Model):
    """A list of prices: the office's usual fees (no contract), or what a contract agrees."""

    name = models.CharField(max_length=120, unique=True)
    contract = models.ForeignKey(Contract, on_delete=models.PROTECT, null=True, blank=True, related_name="schedules")
    lock_version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        ordering = ["name", "id"]
        constraints = [  # one list of usual fees
            models.UniqueConstraint(fields=["contract"], nulls_distinct=False, name="fee_schedule_once_a_contract")
        ]

    def __str__(self):
        return self.name


class Fee(models.Model):
    """What one code costs for a span of days, both included; with a modifier it may cost something else."""

    schedule = models.ForeignKey(FeeSchedule, on_delete=models.PROTECT, related_name="fees")
    value = models.CharField(_("code"), max_length=20)
    modifier = models.CharField(max_length=5, blank=True)
    cents = models.BigIntegerField()
    since = models.DateField()
    until = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["value", "modifier", "since"]
        constraints = [
            models.CheckConstraint(condition=Q(cents__gte=0, cents__lte=10**12), name="fee_is_an_amount"),
            ExclusionConstraint(
                name="fee_one_a_day",
                expressions=[
                    ("schedule", RangeOperators.EQUAL), ("value", RangeOperators.EQUAL), ("modifier", RangeOperators.EQUAL),
                    (days(), RangeOperators.OVERLAPS),
                ],
            ),
        ]  # fmt: skip

    def __str__(self):
        return f"{self.value} {self.modifier}".strip()
