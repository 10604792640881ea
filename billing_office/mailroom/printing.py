"""The print list: letters that people print and post."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from accounts import ledger
from accounts.models import Message
from billing_office.audit import acts
from dunning.models import ContactEvent

from . import sending


@dataclass(frozen=True)
class Told:
    printed: bool
    words: str


def mark_printed(message: Message, *, by, now: datetime) -> Told:
    """Record that a letter was printed and posted; refused when a contact rule stops it. Done already: nothing happens."""
    with ledger.locked([message.lock]):
        message = Message.objects.select_related("document", "account", "payer__house_account").get(pk=message.pk)
        number = message.document.number
        if message.state != Message.State.QUEUED or message.channel != Message.Channel.PRINT:
            return Told(True, _("%(document)s was marked as printed before.") % {"document": number})
        if message.document.blob_id is None:
            return Told(
                False, _("%(document)s is still being rendered. Try again in a few seconds.") % {"document": number}
            )
        verdict, read = sending.verdict_of(message, now)
        if not verdict.allow:
            return Told(
                False, _("%(document)s must not go out. %(reason)s") % {"document": number, "reason": verdict.words}
            )
        sending.log_contact(message, ContactEvent.Stage.PRINTED, now, verdict, read, by=by)
        Message.objects.filter(pk=message.pk).update(state=Message.State.SENT, sent_at=now)
        acts.record(by, "message_printed", message)
        return Told(True, _("%(document)s is marked as printed and posted.") % {"document": number})
