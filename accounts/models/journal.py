from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from billing_office.staff.access import may

from .account import Account
from .charge import Charge
from .payer import Payer
from .payment import Payment
from .reason import Reason


class Book(models.TextChoices):
    """The whole chart, read from the office's side: debit is positive."""

    RECEIVABLE = "receivable", lazy("Receivable")
    UNAPPLIED = "unapplied", lazy("Unapplied money")
    CASH = "cash", lazy("Cash")
    REVENUE = "revenue", lazy("Revenue")
    CONTRACTUAL = "contractual", lazy("Agreed discount")
    DISCOUNT = "discount", lazy("Discount")
    CHARITY = "charity", lazy("Assistance")
    BAD_DEBT = "bad_debt", lazy("Bad debt")
    SMALL_BALANCE = "small_balance", lazy("Small balances")
    LATE_FEES = "late_fees", lazy("Late fees")
    INTEREST = "interest", lazy("Interest")
    REFUNDS = "refunds", lazy("Refunds")
    PROVIDER_ADJUSTMENTS = "provider_adjustments", lazy("Provider adjustments")
    AGENCY_PAYABLE = "agency_payable", lazy("Owed to agencies")
    AGENCY_FEES = "agency_fees", lazy("Agency fees")
    TRANSFER_CLEARING = "transfer_clearing", lazy("Transfer clearing")


class Kind(models.TextChoices):
    CHARGE = "charge", lazy("Charge")
    CONTRACTUAL_WRITEOFF = "contractual_writeoff", lazy("Agreed discount")
    PAYER_PAYMENT = "payer_payment", lazy("Payer payment")
    CLIENT_PAYMENT = "client_payment", lazy("Client payment")
    ALLOCATION = "allocation", lazy("Allocation")
    TRANSFER_RESPONSIBILITY = "transfer_responsibility", lazy("Moved")
    DISCOUNT = "discount", lazy("Discount")
    SMALL_BALANCE_WRITEOFF = "small_balance_writeoff", lazy("Small balance written off")
    CHARITY = "charity", lazy("Assistance")
    BAD_DEBT = "bad_debt", lazy("Bad debt")
    SETTLEMENT = "settlement", lazy("Settlement")
    PROVIDER_ADJUSTMENT = "provider_adjustment", lazy("Provider adjustment")
    AGENCY_RECOVERY = "agency_recovery", lazy("Agency recovery")
    AGENCY_FEE = "agency_fee", lazy("Agency fee")
    LATE_FEE = "late_fee", lazy("Late fee")
    INTEREST = "interest", lazy("Interest")
    REFUND = "refund", lazy("Refund")
    PAYER_TAKEBACK = "payer_takeback", lazy("Payer take-back")
    ACCOUNT_TRANSFER = "account_transfer", lazy("Account transfer")
    REVERSAL = "reversal", lazy("Reversal")


class JournalEntryQuerySet(models.QuerySet):
    def for_staff(self, user):
        """Entries of the accounts that the user may know of; of house accounts for those who post payers' money."""
        mine = models.Q(account__in=Account.objects.for_staff(user))
        if may(user, "post_payer_payments"):
            mine |= models.Q(account__kind=Account.Kind.HOUSE)
        return self.filter(mine)


class JournalEntry(models.Model):
    """One balanced act of money on one account. Append-only; written by accounts/ledger.py alone.

    `source_key` names what made it and ends in the attempt: a repeat posts nothing, what was undone can be posted again.
    """

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="entries")
    kind = models.CharField(max_length=24, choices=Kind.choices)
    effective_date = models.DateField()
    posted_at = models.DateTimeField(db_default=Now())
    posted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    memo = models.CharField(max_length=200, blank=True)
    reason = models.ForeignKey(Reason, on_delete=models.PROTECT, null=True, related_name="+")
    source_key = models.CharField(max_length=200, unique=True)
    reverses = models.OneToOneField("self", on_delete=models.PROTECT, null=True, related_name="reversal")
    created_txid = models.BigIntegerField(
        db_default=0, editable=False
    )  # set by trigger: an entry is closed by its own transaction

    objects = JournalEntryQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["account", "-id"], name="entry_by_account")]
        constraints = [
            models.UniqueConstraint(fields=["id", "account"], name="entry_of_account"),
            models.CheckConstraint(condition=models.Q(kind__in=Kind.values), name="entry_kind_is_known"),
            models.CheckConstraint(
                condition=models.Q(kind="reversal", reverses__isnull=False)
                | (~models.Q(kind="reversal") & models.Q(reverses__isnull=True)),
                name="entry_reversal_names_what_it_reverses",
            ),
        ]

    def __str__(self):
        return _("%(kind)s of %(day)s") % {"kind": self.get_kind_display(), "day": self.effective_date}


class Posting(models.Model):
    """One leg of an entry. A receivable leg names its charge and who is responsible: a payer, or (null) the client.

    The foreign keys to entry and charge are composite, with the account, and made by migration: a leg cannot stand on
    another account than its entry and its charge.
    """

    entry = models.ForeignKey(JournalEntry, on_delete=models.PROTECT, related_name="postings", db_constraint=False)
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="postings")
    book = models.CharField(max_length=20, choices=Book.choices)
    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, null=True, related_name="postings")
    charge = models.ForeignKey(
        Charge, on_delete=models.PROTECT, null=True, related_name="postings", db_constraint=False
    )
    payer = models.ForeignKey(Payer, on_delete=models.PROTECT, null=True, related_name="+")
    cents = models.BigIntegerField()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(cents=0) & models.Q(cents__gte=-(10**12), cents__lte=10**12),
                name="posting_is_not_zero",
            ),
            models.CheckConstraint(condition=models.Q(book__in=Book.values), name="posting_book_is_known"),
            models.CheckConstraint(
                condition=~models.Q(book="receivable") | models.Q(charge__isnull=False),
                name="posting_receivable_names_its_charge",
            ),
            models.CheckConstraint(
                condition=~models.Q(book__in=["cash", "unapplied", "refunds"]) | models.Q(payment__isnull=False),
                name="posting_of_money_names_its_payment",
            ),
        ]

    def __str__(self):
        return f"{self.book} {self.cents}"

    @property
    def credit(self) -> int:
        return max(-self.cents, 0)
