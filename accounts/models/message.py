from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from .account import Account
from .document import ONE_ADDRESSEE, Document, addressee_field
from .payer import Payer


class MessageQuerySet(models.QuerySet):
    def for_staff(self, user):
        """Messages to accounts that the user may know of, and those of the user's offices to payers."""
        accounts = Account.objects.for_staff(user)
        return self.filter(models.Q(account__in=accounts) | models.Q(document__office__in=user.offices.all()))

    def waiting(self):
        return self.filter(state=Message.State.QUEUED, channel=Message.Channel.EMAIL)

    def to_print(self):
        return self.filter(state=Message.State.QUEUED, channel=Message.Channel.PRINT)

    def sent(self):
        return self.filter(state__in=[Message.State.SENT, Message.State.DELIVERED])

    def failed(self):
        return self.filter(state__in=[Message.State.FAILED, Message.State.BOUNCED])


class Message(models.Model):
    """One sending of one document to its one addressee, by e-mail or on paper.

    A crash's retry keeps the Message-ID; a person's "send again" is a new row with the next copy number.
    """

    class Channel(models.TextChoices):
        EMAIL = "email", lazy("E-mail")
        PRINT = "print", lazy("Print")

    class State(models.TextChoices):
        DRAFT = "draft", lazy("Draft")
        QUEUED = "queued", lazy("Waiting")
        SENT = "sent", lazy("Sent")
        DELIVERED = "delivered", lazy("Delivered")
        BOUNCED = "bounced", lazy("Bounced")
        FAILED = "failed", lazy("Failed")

    account = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, related_name="messages")
    payer = models.ForeignKey(Payer, on_delete=models.PROTECT, null=True, related_name="messages")
    addressee = addressee_field()
    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="messages", db_constraint=False)
    action = models.CharField(max_length=12)  # what contact rules call it: invoice, receipt, notice, reminder, letter
    channel = models.CharField(max_length=6, choices=Channel.choices)
    to = models.CharField(max_length=400, help_text=lazy("The address at the time of queueing."))
    why_print = models.CharField(max_length=120, blank=True, help_text=lazy("Why it goes on paper and not by e-mail."))
    copy = models.PositiveSmallIntegerField(default=1)
    state = models.CharField(max_length=9, choices=State.choices, default=State.QUEUED)
    message_id = models.CharField(max_length=120, unique=True, null=True)  # noqa: DJ001  null until queued, then unique
    error = models.CharField(max_length=400, blank=True)
    waits_for = models.CharField(max_length=200, blank=True, help_text=lazy("Why it has not gone yet, in words."))
    created_at = models.DateTimeField(auto_now_add=True)
    sent_at = models.DateTimeField(null=True)

    objects = MessageQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["state", "channel", "-id"], name="message_by_state"),
            models.Index(fields=["account", "-id"], name="message_by_account"),
            models.Index(fields=["payer", "-id"], name="message_by_payer", condition=models.Q(payer__isnull=False)),
        ]
        constraints = [
            models.CheckConstraint(condition=ONE_ADDRESSEE, name="message_has_one_addressee"),
            models.UniqueConstraint(fields=["document", "addressee", "channel", "copy"], name="message_once_a_copy"),
            models.CheckConstraint(
                condition=~models.Q(state__in=["sent", "delivered"]) | models.Q(sent_at__isnull=False),
                name="message_sent_has_a_time",
            ),
        ]

    def __str__(self):
        return f"{self.document} to {self.to}"

    @property
    def addressed(self) -> Account | Payer:
        return self.account or self.payer

    @property
    def lock(self) -> int:
        """The account whose lock holds still what contact rules ask: the addressee's own, a payer's house account."""
        return self.account_id or self.payer.house_account.pk

    @property
    def told(self) -> tuple[str, str]:
        """Its state as a word and a tone."""
        if self.state == self.State.QUEUED and self.channel == self.Channel.PRINT:
            return _("To print"), "warn"
        tones = {
            self.State.SENT: "good",
            self.State.DELIVERED: "good",
            self.State.FAILED: "bad",
            self.State.BOUNCED: "bad",
        }
        return self.get_state_display(), tones.get(self.state, "info")
