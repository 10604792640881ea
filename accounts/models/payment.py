from django.conf import settings
from django.db import models

from .account import Account
from .payer import Payer


class Payment(models.Model):
    """One receipt of money, from the client (payer null) or a payer. A fact: never edited, undone only by reversal.

    `account` is where what is not spent stands: the client's account, or the payer's house account.
    """

    class Method(models.TextChoices):
        CASH = "cash", "Cash"
        CHEQUE = "cheque", "Check"
        CARD = "card", "Card"
        TRANSFER = "transfer", "Bank transfer"
        OTHER = "other", "Other"

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="payments")
    payer = models.ForeignKey(Payer, on_delete=models.PROTECT, null=True, related_name="payments")
    received_on = models.DateField()
    method = models.CharField(max_length=8, choices=Method.choices)
    reference = models.CharField(max_length=60, blank=True)
    cents = models.BigIntegerField()
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["-received_on", "-id"]
        indexes = [models.Index(fields=["account", "-received_on"], name="payment_by_account")]
        constraints = [
            models.CheckConstraint(condition=models.Q(cents__gt=0, cents__lte=10**12), name="payment_is_positive")
        ]

    def __str__(self):
        return f"{self.get_method_display()} {self.reference}".strip()
