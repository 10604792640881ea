import hashlib

from django.db import models
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from billing_office.staff.models import Office

from .account import Account
from .payer import Payer

ONE_ADDRESSEE = models.Q(account__isnull=False, payer__isnull=True) | models.Q(
    account__isnull=True, payer__isnull=False
)


def addressee_field():
    """One number for who it is for, account or payer, so that a foreign key can hold document and message together."""
    return models.GeneratedField(
        expression=Coalesce("account_id", models.F("payer_id") * -1),
        output_field=models.BigIntegerField(),
        db_persist=True,
    )


class Blob(models.Model):
    """Bytes by their SHA-256: the same bytes are kept once. In the database, so that one backup and one transaction hold all."""

    sha256 = models.CharField(max_length=64, primary_key=True)
    content = models.BinaryField()
    media_type = models.CharField(max_length=80)
    size = models.PositiveIntegerField()
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self):
        return self.sha256

    @classmethod
    def keep(cls, content: bytes, media_type: str) -> str:
        """Store unless it is there already; returns the hash."""
        sha256 = hashlib.sha256(content).hexdigest()
        blob = cls(sha256=sha256, content=content, media_type=media_type, size=len(content))
        cls.objects.bulk_create([blob], ignore_conflicts=True)
        return sha256

    @property
    def intact(self) -> bool:
        return hashlib.sha256(bytes(self.content)).hexdigest() == self.sha256


class DocumentQuerySet(models.QuerySet):
    def for_staff(self, user):
        """Documents to accounts that the user may know of, and those of the user's offices to payers."""
        accounts = Account.objects.for_staff(user)
        return self.filter(models.Q(account__in=accounts) | models.Q(office__in=user.offices.all()))


class Document(models.Model):
    """A paper for exactly one addressee: its words frozen at once (`context`), its bytes when a worker has rendered them.

    Neither is ever changed afterwards: the database refuses it (migration 0002).
    """

    class Kind(models.TextChoices):
        INVOICE = "invoice", _("Invoice")
        REMINDER = "reminder", _("Reminder")
        RECEIPT = "receipt", _("Receipt")
        CREDIT_NOTE = "credit-note", _("Credit note")
        STATEMENT = "statement", _("Statement")
        REFUND = "refund", _("Refund letter")
        ESTIMATE = "estimate", _("Estimate")
        ADVICE = "advice", _("Advice")

    account = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, related_name="documents")
    payer = models.ForeignKey(Payer, on_delete=models.PROTECT, null=True, related_name="documents")
    office = models.ForeignKey(
        Office, on_delete=models.PROTECT, null=True, related_name="+", help_text=_("Whose paper to a payer it is.")
    )
    addressee = addressee_field()
    kind = models.CharField(max_length=12, choices=Kind.choices)
    number = models.CharField(max_length=30)
    template = models.CharField(max_length=30)
    paper = models.CharField(max_length=6, default="letter")
    context = models.JSONField()
    blob = models.ForeignKey(Blob, on_delete=models.PROTECT, null=True, related_name="+")
    rendered_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = DocumentQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(condition=ONE_ADDRESSEE, name="document_has_one_addressee"),
            models.CheckConstraint(
                condition=models.Q(payer=None, office=None) | models.Q(payer__isnull=False, office__isnull=False),
                name="document_to_a_payer_is_an_offices",
            ),
            models.UniqueConstraint(fields=["id", "addressee"], name="document_of_addressee"),
            models.UniqueConstraint(fields=["kind", "number"], name="document_number_once"),
        ]

    def __str__(self):
        return f"{self.get_kind_display()} {self.number}"

    @property
    def to(self) -> Account | Payer:
        return self.account or self.payer

    @property
    def sender(self) -> Office:
        return self.office or self.account.office

    @property
    def file_name(self) -> str:
        return f"{self.number}.pdf"

    def keep_rendered(self, content: bytes):
        """Store the bytes, once: a second rendering of the same words changes nothing."""
        blob = Blob.keep(content, "application/pdf")
        Document.objects.filter(pk=self.pk, blob=None).update(blob_id=blob, rendered_at=timezone.now())
        self.refresh_from_db(fields=["blob", "rendered_at"])
