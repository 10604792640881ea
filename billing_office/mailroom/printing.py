"""The print list: letters that people print and post."""

from dataclasses import dataclass
from datetime import datetime

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
            return Told(True, f"{number} was marked as printed before.")
        if message.document.blob_id is None:
            return Told(False, f"{number} is still being rendered. Try again in a few seconds.")
        verdict, read = sending.verdict_of(message, now)
        if not verdict.allow:
            return Told(False, f"{number} must not go out. {verdict.words}")
        sending.log_contact(message, ContactEvent.Stage.PRINTED, now, verdict, read, by=by)
        Message.objects.filter(pk=message.pk).update(state=Message.State.SENT, sent_at=now)
        acts.record(by, "message_printed", message)
        return Told(True, f"{number} is marked as printed and posted.")
