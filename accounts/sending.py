"""Queueing a document for its addressee: by e-mail where address and consent allow, else on the print list. The mailroom sends."""

from email.utils import make_msgid

from django.conf import settings
from django.db.models import Max
from django.utils.translation import gettext as _

from billing_office.outbox import queue as outbox

from . import addressing
from .models import Account, Document, Message, Payer

RENDER, SEND = "render_document", "send_message"  # kinds of outbox jobs


def queue(document: Document, to: Account | Payer, *, action: str, as_of=None, on_paper: bool = False) -> Message:
    """One message for a new document, in the caller's transaction. It is rendered first; sending follows the rendering."""
    message = _message(document, to, action, on_paper=on_paper)
    outbox.put(RENDER, document.pk, f"render:{document.pk}", as_of=as_of)
    return message


def send_again(message: Message, *, on_paper: bool = False) -> Message:
    """A person sends a document once more: a new message with the next copy number, so that no mail host drops it as a repeat."""
    again = _message(message.document, message.addressed, message.action, on_paper=on_paper)
    if again.channel == Message.Channel.EMAIL:
        put_send(again)
    return again


def put_send(message: Message, as_of=None):
    outbox.put(SEND, message.pk, f"send:{message.pk}", as_of=as_of)


def _message(document: Document, to: Account | Payer, action: str, *, on_paper=False) -> Message:
    address, why = (None, _("Asked for on paper")) if on_paper else by_email(to)
    channel = Message.Channel.EMAIL if address else Message.Channel.PRINT
    last = Message.objects.filter(document=document, channel=channel).aggregate(Max("copy"))["copy__max"]
    return Message.objects.create(
        document=document,
        account_id=document.account_id,
        payer_id=document.payer_id,
        action=action,
        channel=channel,
        to=(address or ", ".join(addressing.mailing_lines(to)))[:400],
        why_print=why,
        copy=(last or 0) + 1,
        message_id=make_msgid(domain=settings.DEFAULT_FROM_EMAIL.rpartition("@")[2]) if address else None,
    )


def by_email(to: Account | Payer) -> tuple[str | None, str]:
    """(the address to mail to, "") or (None, why it goes on paper)."""
    if isinstance(to, Payer):
        if not to.email or to.email_bad_since:
            return None, _("No working e-mail address")
        return (to.email, "") if may_be_mailed(to) else (None, _("No consent to e-mail"))
    point = addressing.email(to)
    if point is None:
        return None, _("No working e-mail address")
    if point.consent_on is None:
        return None, _("No consent to e-mail")
    return point.value, ""


def may_be_mailed(payer: Payer) -> bool:
    """An organisation's billing address is there for bills; a person must have agreed."""
    return not payer.is_person or payer.email_agreed_on is not None
