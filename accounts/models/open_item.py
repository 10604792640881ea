from django.db import models
from django.utils.translation import gettext_lazy as _

from .account import Account
from .charge import Charge
from .payer import Payer


class OpenItem(models.Model):
    """What one party still owes on one charge; payer null is the client. Below zero it is a credit, never aged.

    Written by accounts/ledger.py alone, from the postings; `check_money` proves it equal to their sums. `since` is the
    effective date of the posting that last raised it from zero or below, in the order of those dates.
    """

    charge = models.ForeignKey(Charge, on_delete=models.PROTECT, related_name="open_items")
    payer = models.ForeignKey(Payer, on_delete=models.PROTECT, null=True, related_name="open_items")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="open_items")
    cents = models.BigIntegerField()
    since = models.DateField()

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["account"], name="open_item_not_zero", condition=~models.Q(cents=0))]
        constraints = [
            models.UniqueConstraint(fields=["charge", "payer"], name="open_item_of_party", nulls_distinct=False)
        ]

    def __str__(self):
        return f"{self.charge_id}/{self.payer_id or 'client'}: {self.cents}"


class AccountBalance(models.Model):
    """An account's sums, kept beside the wide account row. Balance = receivable − unapplied. Written by the ledger alone.

    `look_on` is a lower bound for the day on which what the client owes may be past due, never truth; null: on no day.
    """

    account = models.OneToOneField(Account, on_delete=models.PROTECT, primary_key=True, related_name="balance")
    receivable_cents = models.BigIntegerField(default=0)
    unapplied_cents = models.BigIntegerField(default=0)
    look_on = models.DateField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["look_on"], name="balance_to_look_at", condition=models.Q(look_on__isnull=False))
        ]

    def __str__(self):
        return f"{self.account_id}: {self.receivable_cents} − {self.unapplied_cents}"


class Due(models.Model):
    """When which part of an open item falls due. Append-only: a whole version supersedes the former one.

    `cents` are gross as of the version; what is still open is laid on the last dues first, so that payments settle the
    earliest. A version of one row with 0 cents says that nothing is due on a date of its own any more.
    """

    open_item = models.ForeignKey(OpenItem, on_delete=models.PROTECT, related_name="dues")
    version = models.PositiveIntegerField()
    due_on = models.DateField()
    cents = models.BigIntegerField()
    in_force_from = models.DateField()
    posted_at = models.DateTimeField(auto_now_add=True)
    because = models.CharField(max_length=80, help_text=_("What made it fall due, for example an invoice's number."))

    class Meta:
        ordering = ["open_item", "version", "due_on"]
        constraints = [
            models.UniqueConstraint(fields=["open_item", "version", "due_on"], name="due_once_a_day"),
            models.CheckConstraint(condition=models.Q(cents__gte=0), name="due_is_not_negative"),
        ]

    def __str__(self):
        return f"{self.cents} on {self.due_on}"
