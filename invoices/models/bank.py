"""What the bank says: accounts, files read in, and their lines."""

from django.conf import settings
from django.db import models
from django.db.models import Count, F, Q, Sum
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from accounts.models import Payment
from accounts.models.versioned import Versioned
from billing_office.staff.models import Office


class OfficesQuerySet(models.QuerySet):
    def for_staff(self, user):
        return self.filter(office__in=user.offices.all())


class BankAccount(Versioned):
    """An account of an office at a bank. `columns` is how its CSV was read last time (bank/statement.py, Mapping)."""

    office = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="bank_accounts")
    name = models.CharField(max_length=60)
    last4 = models.CharField(max_length=4)
    active = models.BooleanField(default=True)
    columns = models.JSONField(default=dict)

    objects = OfficesQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(condition=Q(last4__regex=r"^[0-9]{4}$"), name="bank_account_keeps_four_digits"),
            models.UniqueConstraint(fields=["office", "name"], name="bank_account_name_once"),
        ]

    def __str__(self):
        return f"{self.name} …{self.last4}"


class BankImportQuerySet(models.QuerySet):
    def for_staff(self, user):
        return self.filter(bank_account__office__in=user.offices.all())


class BankImport(models.Model):
    """One file from a bank. Of the file nothing is kept but its hash, and its cells (`rows`) until it is known which is which.

    `known` lines stood in an earlier file; `findings` ([row, column, words]) are what could not be read.
    """

    class Kind(models.TextChoices):
        CSV = "csv", "CSV"
        BAI2 = "bai2", "BAI2"

    bank_account = models.ForeignKey(BankAccount, on_delete=models.PROTECT, related_name="imports")
    kind = models.CharField(max_length=4, choices=Kind.choices)
    file_name = models.CharField(max_length=100)
    sha256 = models.CharField(max_length=64)
    rows = models.JSONField(default=list)
    findings = models.JSONField(default=list)
    known = models.PositiveIntegerField(default=0)
    imported_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    imported_at = models.DateTimeField(auto_now_add=True)
    read_at = models.DateTimeField(null=True)
    undone_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    undone_at = models.DateTimeField(null=True)

    objects = BankImportQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]

    def __str__(self):
        return self.file_name

    @property
    def state(self) -> tuple[str, str]:
        if self.undone_at:
            return _("Undone"), ""
        return (_("Read"), "good") if self.read_at else (_("Columns to be named"), "warn")


class BankLineQuerySet(models.QuerySet):
    def for_staff(self, user):
        return self.filter(bank_account__office__in=user.offices.all())

    def live(self):
        return self.filter(undone_at=None)

    def with_left(self):
        """Each with `left_cents`: what of it nothing accounts for yet, with the sign of the line."""
        used = Sum("clearings__cents", filter=Q(clearings__undone_at=None))
        return self.annotate(left_cents=F("cents") - Coalesce(used, 0))

    def in_short(self) -> dict[str, int]:
        """How many lines there are, and what came in and went out by them, in cents."""
        found = self.aggregate(
            count=Count("pk"), came=Sum("cents", filter=Q(cents__gt=0)), went=Sum("cents", filter=Q(cents__lt=0))
        )
        return {name: value or 0 for name, value in found.items()}

    def unmatched(self):
        """Live, of something that is left, and not set aside."""
        return self.live().filter(aside="").with_left().exclude(left_cents=0)


class BankLine(models.Model):
    """One movement on a bank account: `cents` in (positive) or out. `key` names it among all files of its account.

    `chosen` is the match that a person ticked and a worker still posts; `trouble` why it could not.
    """

    bank_import = models.ForeignKey(BankImport, on_delete=models.PROTECT, related_name="lines")
    bank_account = models.ForeignKey(BankAccount, on_delete=models.PROTECT, related_name="lines")
    row = models.PositiveIntegerField()
    on = models.DateField()
    cents = models.BigIntegerField()
    name = models.CharField(max_length=120, blank=True)
    text = models.CharField(max_length=300, blank=True)
    reference = models.CharField(max_length=60, blank=True)
    method = models.CharField(max_length=8, choices=Payment.Method.choices)
    key = models.CharField(max_length=64)
    chosen = models.JSONField(null=True)
    trouble = models.CharField(max_length=300, blank=True)
    aside = models.CharField(max_length=200, blank=True, help_text=lazy("Why nothing is to be posted from it."))
    undone_at = models.DateTimeField(null=True)

    objects = BankLineQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["bank_account", "on"], name="bank_line_by_day")]
        constraints = [
            models.UniqueConstraint(
                fields=["bank_account", "key"], condition=Q(undone_at=None), name="bank_line_once_while_it_stands"
            ),
            models.CheckConstraint(condition=~Q(cents=0), name="bank_line_is_not_zero"),
        ]

    def __str__(self):
        return f"{self.on} {self.text or self.name or self.reference}".strip()
