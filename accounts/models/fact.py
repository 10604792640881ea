from django.db import models
from django.db.models.functions import Upper

from billing_office.staff.models import OfficeField

from .account import Account


class AccountFact(models.Model):
    """What an account says in a field of its office's own."""

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="facts")
    field = models.ForeignKey(OfficeField, on_delete=models.PROTECT, related_name="+")
    value = models.CharField(max_length=80)

    class Meta:
        ordering = ["field__position", "field_id"]
        indexes = [models.Index(Upper("value"), name="fact_by_value")]
        constraints = [
            models.UniqueConstraint(fields=["account", "field"], name="fact_once"),
            models.CheckConstraint(condition=~models.Q(value=""), name="fact_says_something"),
        ]

    def __str__(self):
        return self.value
