from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from .account import Account
from .document import Blob


class AttachmentQuerySet(models.QuerySet):
    def for_staff(self, user):
        return self.filter(account__in=Account.objects.for_staff(user))

    def kept(self):
        return self.filter(withdrawn_at=None)


class Attachment(models.Model):
    """A file that belongs to an account: a letter that came in, an agreement that was signed. Its bytes never change.

    It is not deleted: withdrawn with a reason, it is offered to nobody any more.
    """

    class Kind(models.TextChoices):
        LETTER = "letter", _("Letter received")
        AGREEMENT = "agreement", _("Agreement")
        PROOF = "proof", _("Proof of income or identity")
        COURT = "court", _("Court or attorney")
        OTHER = "other", _("Other")

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="attachments")
    kind = models.CharField(max_length=9, choices=Kind.choices)
    title = models.CharField(max_length=120)
    file_name = models.CharField(max_length=120)
    blob = models.ForeignKey(Blob, on_delete=models.PROTECT, related_name="+")
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField(auto_now_add=True)
    withdrawn_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_why = models.CharField(max_length=200, blank=True)

    objects = AttachmentQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["account", "-id"], name="attachment_by_account")]
        constraints = [
            models.CheckConstraint(
                condition=Q(withdrawn_at=None, withdrawn_by=None, withdrawn_why="")
                | Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False) & ~Q(withdrawn_why=""),
                name="attachment_withdrawn_says_why",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["letter", "agreement", "proof", "court", "other"]),
                name="attachment_kind_is_known",
            ),
        ]

    def __str__(self):
        return self.title
