from django.conf import settings
from django.db import models


class Act(models.Model):
    """What somebody did, saw or was refused. Append-only: the database refuses every change (migration 0002).

    `account_id` and `object_id` are plain numbers, not foreign keys: acts lie below the apps whose objects they name,
    and must outlive them.
    """

    at = models.DateTimeField(auto_now_add=True)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    role = models.CharField(max_length=12)
    verb = models.CharField(max_length=40)
    object_kind = models.CharField(max_length=40, blank=True)
    object_id = models.BigIntegerField(null=True)
    account_id = models.BigIntegerField(null=True)
    changed = models.JSONField(default=list)  # names of changed fields, never their values
    reason = models.CharField(max_length=400, blank=True)
    detail = models.JSONField(default=dict)  # ids, counts and dates for the reader; no names, no notes
    request_id = models.CharField(max_length=36, blank=True)

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["account_id", "-id"], name="act_by_account"),
            models.Index(fields=["object_kind", "object_id"], name="act_by_object"),
        ]
        constraints = [models.CheckConstraint(condition=~models.Q(verb=""), name="act_has_a_verb")]

    def __str__(self):
        return f"{self.verb} {self.object_kind} {self.object_id or ''}".strip()

    @property
    def words(self) -> str:
        """`invoice_issued` → `Invoice issued`, for timelines."""
        return self.verb.replace("_", " ").capitalize()
