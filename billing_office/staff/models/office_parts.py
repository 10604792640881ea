"""What an office has beside its one row: the logo on its paper, and the fields it keeps of each account."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from .people import Office


class Logo(models.Model):
    """A picture for the head of an office's papers. Never changed: a paper names it by its hash, the newest is used for new ones."""

    office = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="logos")
    sha256 = models.CharField(max_length=64, db_index=True)
    content = models.BinaryField()
    media_type = models.CharField(max_length=20)
    set_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    set_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-id"]

    def __str__(self):
        return f"Logo of {self.office_id}"


class OfficeField(models.Model):
    """A field of one's own that an office keeps of each account: a meter number, a service address."""

    PRINTED = 2  # of an office at most: the head of a paper has no room for more

    office = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="fields")
    label = models.CharField(max_length=24)
    help = models.CharField(max_length=120, blank=True)
    printed = models.BooleanField(
        default=False, help_text=_("Stands at the head of invoices, statements and reminders.")
    )
    position = models.PositiveSmallIntegerField(default=0)
    retired = models.BooleanField(default=False, help_text=_("Not asked any more; what is known of it is kept."))

    class Meta:
        ordering = ["position", "id"]
        constraints = [
            models.UniqueConstraint(fields=["office", "label"], condition=Q(retired=False), name="office_field_once")
        ]

    def __str__(self):
        return self.label
