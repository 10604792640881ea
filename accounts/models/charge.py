from django.conf import settings
from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from billing_office.staff.access import may

from .account import Account
from .client import Client


class Charge(models.Model):
    """One priced service line, or a fee of its own. A fact: never edited; a wrong one is voided and charged anew."""

    class Kind(models.TextChoices):
        SERVICE = "service", lazy("Service")
        LATE_FEE = "late_fee", lazy("Late fee")
        INTEREST = "interest", lazy("Interest")
        BANK_FEE = "bank_fee", lazy("Returned check fee")

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="charges")
    client = models.ForeignKey(Client, on_delete=models.PROTECT, null=True, related_name="charges", db_constraint=False)
    kind = models.CharField(max_length=8, choices=Kind.choices, default=Kind.SERVICE, db_default="service")
    service_on = models.DateField()
    description = models.CharField(max_length=200, help_text=lazy("Plain words, as the client reads them."))
    code = models.CharField(max_length=20, blank=True)
    code_system = models.CharField(max_length=20, blank=True)
    units = models.DecimalField(max_digits=9, decimal_places=2, default=1)
    cents = models.BigIntegerField()
    provider = models.CharField(max_length=120, blank=True, help_text=lazy("Who performed the service."))
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["-service_on", "-id"]
        indexes = [models.Index(fields=["account", "-service_on", "-id"], name="charge_by_account")]
        constraints = [
            models.UniqueConstraint(fields=["id", "account"], name="charge_of_account"),
            models.CheckConstraint(condition=models.Q(cents__gt=0, cents__lte=10**12), name="charge_is_positive"),
            models.CheckConstraint(
                condition=models.Q(kind__in=["service", "late_fee", "interest", "bank_fee"]),
                name="charge_kind_is_known",
            ),
        ]

    def __str__(self):
        return self.description

    def words_for(self, user) -> str:
        """What was done, for those who may read it; a collector reads only that it was a service."""
        if self.kind != self.Kind.SERVICE:
            return self.description  # a fee tells nothing of a service
        return self.description if may(user, "read_services") else _("Service")

    def code_for(self, user) -> str:
        return self.code if may(user, "read_codes") else ""
