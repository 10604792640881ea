from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Document
from billing_office.staff.models import Office

from .invoice import Invoice


class CreditNote(models.Model):
    """The act of voiding an invoice and its paper: the mirrored negative of all that the invoice asked. Append-only.

    The voided invoice keeps its number; credit notes have a series of their own in each office.
    """

    invoice = models.OneToOneField(Invoice, on_delete=models.PROTECT, related_name="credit_note")
    office = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="credit_notes")
    number = models.CharField(max_length=30, unique=True)
    series_number = models.BigIntegerField()
    issued_on = models.DateField()
    cents = models.BigIntegerField(help_text=_("What is taken back: below zero."))
    reason = models.CharField(max_length=200)
    document = models.OneToOneField(Document, on_delete=models.PROTECT, related_name="credit_note")
    issued_at = models.DateTimeField(auto_now_add=True)
    issued_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["office", "series_number"], name="credit_note_number_once_in_series"),
            models.CheckConstraint(condition=models.Q(cents__lt=0), name="credit_note_takes_back"),
            models.CheckConstraint(condition=~models.Q(reason=""), name="credit_note_says_why"),
        ]

    def __str__(self):
        return self.number
