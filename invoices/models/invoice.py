from django.conf import settings
from django.db import models
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from accounts.models import Account, Document, OpenItem, Payer
from accounts.models.account import scope
from accounts.models.document import ONE_ADDRESSEE
from billing_office.lib.sorting import sort_key
from billing_office.staff.models import Office


class InvoiceQuerySet(models.QuerySet):
    def for_staff(self, user):
        """Invoices of accounts that the user may know of, and those of the user's offices to payers."""
        of_clients = scope(user, "account__")  # asked of each row: beside an OR, all accounts would be gathered first
        return self.filter(of_clients | models.Q(payer__isnull=False, office__in=user.offices.all()))

    def live(self):
        return self.filter(voided_at=None)

    def void(self):
        return self.exclude(voided_at=None)

    def still_open(self):
        """Live, and something of it is open. An open item's newest line is covered first: see balances.py."""
        newer = InvoiceLine.objects.filter(
            open_item=models.OuterRef("open_item"), invoice__voided_at=None, invoice__gt=models.OuterRef("invoice")
        )
        asked_later = newer.order_by().values("open_item").annotate(sum=models.Sum("cents")).values("sum")
        lines = InvoiceLine.objects.annotate(later=Coalesce(models.Subquery(asked_later), 0))
        return self.live().filter(pk__in=lines.filter(open_item__cents__gt=models.F("later")).values("invoice"))

    def matching(self, text: str):
        """By invoice or account number, or by all words of the addressee's name."""
        named = models.Q()
        for word in sort_key(text).split():
            named &= models.Q(account__sort_key__contains=word) | models.Q(payer__sort_key__contains=word)
        return self.filter(models.Q(number__iexact=text) | models.Q(account__number__iexact=text) | named)


class Invoice(models.Model):
    """What one addressee is asked to pay: numbered, frozen, never edited. Only the act of voiding may be added.

    `content_hash` is the SHA-256 of the document's words as issued; `check_money` compares it with today's.
    """

    office = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="invoices")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, related_name="invoices")
    payer = models.ForeignKey(Payer, on_delete=models.PROTECT, null=True, related_name="invoices")
    number = models.CharField(max_length=30, unique=True)
    series_number = models.BigIntegerField()
    issued_on = models.DateField()
    due_on = models.DateField()
    cents = models.BigIntegerField()
    document = models.OneToOneField(Document, on_delete=models.PROTECT, related_name="invoice")
    content_hash = models.CharField(max_length=64)
    source_key = models.CharField(max_length=120, unique=True)
    issued_at = models.DateTimeField(auto_now_add=True)
    issued_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    voided_at = models.DateTimeField(null=True)

    objects = InvoiceQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["account", "-id"], name="invoice_by_account"),
            models.Index(fields=["payer", "-id"], name="invoice_by_payer", condition=models.Q(payer__isnull=False)),
        ]
        constraints = [
            models.CheckConstraint(condition=ONE_ADDRESSEE, name="invoice_has_one_addressee"),
            models.UniqueConstraint(fields=["office", "series_number"], name="invoice_number_once_in_series"),
            models.CheckConstraint(condition=models.Q(cents__gt=0), name="invoice_asks_for_something"),
            models.CheckConstraint(
                condition=models.Q(due_on__gte=models.F("issued_on")), name="invoice_due_after_issue"
            ),
        ]

    def __str__(self):
        return self.number

    @property
    def to(self) -> Account | Payer:
        return self.account or self.payer


class InvoiceLine(models.Model):
    """A photograph of one open item at issue: what it cost, what came off, who paid, what is asked. Append-only."""

    invoice = models.ForeignKey(Invoice, on_delete=models.PROTECT, related_name="lines")
    open_item = models.ForeignKey(OpenItem, on_delete=models.PROTECT, related_name="invoice_lines")
    cents = models.BigIntegerField()
    description = models.CharField(max_length=200)
    code = models.CharField(max_length=20, blank=True)
    service_on = models.DateField()
    client_name = models.CharField(max_length=160)
    billed_cents = models.BigIntegerField()
    off_cents = models.BigIntegerField(default=0, help_text=_("Agreed discount and other adjustments."))
    payers_paid_cents = models.BigIntegerField(default=0)
    others_cents = models.BigIntegerField(
        default=0, help_text=_("Still asked of others, or paid by the addressee before.")
    )

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["invoice", "open_item"], name="invoice_line_once_an_item"),
            models.CheckConstraint(condition=models.Q(cents__gt=0), name="invoice_line_asks_for_something"),
        ]

    def __str__(self):
        return f"{self.description} {self.cents}"
