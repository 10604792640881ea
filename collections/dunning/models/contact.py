from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Account, Message, Payer


class ContactEvent(models.Model):
    """The contact log: what we set out to do towards a client or payer, and how it ended. Append-only.

    `moment` is the clock the rules were asked with (a day run by hand stands for another); `at` is when the row was written.
    """

    class Stage(models.TextChoices):
        SENDING = "sending", _("Sending")
        SENT = "sent", _("Sent")
        FAILED = "failed", _("Failed")
        PRINTED = "printed", _("Printed")

    account = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, related_name="contact_events")
    payer = models.ForeignKey(Payer, on_delete=models.PROTECT, null=True, related_name="contact_events")
    message = models.ForeignKey(Message, on_delete=models.PROTECT, null=True, related_name="contact_events")
    action = models.CharField(max_length=12)
    channel = models.CharField(max_length=6)
    stage = models.CharField(max_length=8, choices=Stage.choices)
    to = models.CharField(max_length=400)
    at = models.DateTimeField(auto_now_add=True)
    moment = models.DateTimeField()
    zone = models.CharField(max_length=200, blank=True)
    zone_basis = models.CharField(max_length=60, blank=True)
    rules = models.JSONField(default=list, help_text=_("Id and version of every rule that was asked."))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    note = models.CharField(max_length=400, blank=True)

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["account", "-id"], name="contact_by_account")]

    def __str__(self):
        return f"{self.action} {self.stage}"
