from django.conf import settings
from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from billing_office.staff.access import may

from .account import Account
from .payer import Payer


class PaymentQuerySet(models.QuerySet):
    def for_staff(self, user):
        """Receipts that touch an account this user may know of; money of a payer that touches none yet, for those who post it."""
        mine = Account.objects.for_staff(user).order_by().values("pk")
        seen = models.Q(pk__in=Payment.objects.filter(postings__account__in=mine).values("pk"))
        if may(user, "post_payer_payments") or may(user, "read_board"):
            seen |= models.Q(payer__isnull=False) & ~models.Q(postings__account__kind=Account.Kind.CLIENT)
        return self.filter(seen)


class Payment(models.Model):
    """One receipt of money, from the client (payer null) or a payer. A fact: never edited, undone only by reversal.

    `account` is where what is not spent stands: the client's account, or the payer's house account.
    """

    class Method(models.TextChoices):
        CASH = "cash", lazy("Cash")
        CHEQUE = "cheque", lazy("Check")
        CARD = "card", lazy("Card")
        TRANSFER = "transfer", lazy("Bank transfer")
        EFT = "eft", lazy("Payer EFT")
        OTHER = "other", lazy("Other")

    class CardBrand(models.TextChoices):
        VISA = "visa", lazy("Visa")
        MASTERCARD = "mastercard", lazy("Mastercard")
        AMEX = "amex", lazy("American Express")
        DISCOVER = "discover", lazy("Discover")
        OTHER = "other", lazy("Other card")

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="payments")
    payer = models.ForeignKey(Payer, on_delete=models.PROTECT, null=True, related_name="payments")
    received_on = models.DateField()
    method = models.CharField(max_length=8, choices=Method.choices)
    reference = models.CharField(max_length=60, blank=True)
    cents = models.BigIntegerField()
    # Of a card nothing else is ever kept: the number stays with the terminal or the card processor.
    card_brand = models.CharField(max_length=12, choices=CardBrand.choices, blank=True, db_default="")
    card_last4 = models.CharField(max_length=4, blank=True, db_default="")
    card_token = models.CharField(
        max_length=80, blank=True, db_default="", help_text=lazy("What the processor calls the card.")
    )
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    objects = PaymentQuerySet.as_manager()

    class Meta:
        ordering = ["-received_on", "-id"]
        indexes = [models.Index(fields=["account", "-received_on"], name="payment_by_account")]
        constraints = [
            models.CheckConstraint(condition=models.Q(cents__gt=0, cents__lte=10**12), name="payment_is_positive"),
            models.CheckConstraint(
                condition=models.Q(method="card") | models.Q(card_brand="", card_last4="", card_token=""),
                name="payment_card_is_of_a_card_payment",
            ),
            # A number of 13 digits or more is a card's, not a token.
            models.CheckConstraint(
                condition=models.Q(card_last4__regex=r"^([0-9]{4})?$") & ~models.Q(card_token__regex=r"^[0-9 -]{13,}$"),  # noqa: S106  a pattern
                name="payment_keeps_no_card_number",
            ),
        ]

    def __str__(self):
        return f"{self.means} {self.reference}".strip()

    @property
    def means(self) -> str:
        """What was paid with: `Check`, `Visa ending 4417`."""
        if not self.card_last4:
            return self.get_method_display()
        card = self.get_card_brand_display() or _("Card")
        return _("%(card)s ending %(last)s") % {"card": card, "last": self.card_last4}
