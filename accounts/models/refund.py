from django.conf import settings
from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from .account import Account
from .journal import JournalEntry
from .payer import Payer
from .payment import Payment


class RefundQuerySet(models.QuerySet):
    def for_staff(self, user):
        """Refunds of payments that this person may know of, from accounts that they may know of too or from a payer's."""
        where = models.Q(account__in=Account.objects.for_staff(user)) | models.Q(account__kind=Account.Kind.HOUSE)
        return self.filter(where, payment__in=Payment.objects.for_staff(user).values("pk"))

    def standing(self):
        """Approved and not undone."""
        return self.filter(entry__reversal=None)

    def paid(self):
        return self.standing().filter(payouts__entry__reversal=None, payouts__isnull=False)

    def to_pay(self):
        return self.standing().exclude(pk__in=Payout.objects.filter(entry__reversal=None).values("refund"))


class Refund(models.Model):
    """Money of a payment that goes back to whoever paid it: approved here, paid out later (Payout). A fact, never edited.

    `account` is where the money stood unapplied; `entry` took it from there into what is to be paid out.
    """

    class Way(models.TextChoices):
        CHEQUE = "cheque", lazy("Check")
        CARD = "card", lazy("Back to the card")
        TRANSFER = "transfer", lazy("Bank transfer")
        CASH = "cash", lazy("Cash")

    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="refunds")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="refunds")
    payer = models.ForeignKey(Payer, on_delete=models.PROTECT, null=True, related_name="refunds")
    cents = models.BigIntegerField()
    way = models.CharField(max_length=8, choices=Way.choices)
    entry = models.OneToOneField(JournalEntry, on_delete=models.PROTECT, related_name="refund")
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    objects = RefundQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [models.CheckConstraint(condition=models.Q(cents__gt=0), name="refund_is_positive")]

    def __str__(self):
        return _("Refund no. %(number)s") % {"number": self.pk}

    @property
    def to(self) -> str:
        """Who gets it: whoever had paid."""
        return self.payer.name if self.payer else self.account.name

    @property
    def payout(self) -> "Payout | None":
        """The one that stands."""
        return next((one for one in self.payouts.all() if not hasattr(one.entry, "reversal")), None)

    @property
    def state(self) -> tuple[str, str]:
        if hasattr(self.entry, "reversal"):
            return _("Undone"), ""
        return (_("Paid out"), "good") if self.payout else (_("To be paid out"), "warn")


class Payout(models.Model):
    """A refund left the house. A check that came back is a reversal of `entry`; the refund can be paid out anew."""

    refund = models.ForeignKey(Refund, on_delete=models.PROTECT, related_name="payouts")
    entry = models.OneToOneField(JournalEntry, on_delete=models.PROTECT, related_name="payout")
    paid_on = models.DateField()
    way = models.CharField(max_length=8, choices=Refund.Way.choices)
    reference = models.CharField(max_length=60)

    class Meta:
        ordering = ["-id"]

    def __str__(self):
        return f"{self.get_way_display()} {self.reference}"
