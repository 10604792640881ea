"""Turning a document's frozen words into bytes, in a worker of the pdf queue: that process is the renderer's jail."""

from django.db import transaction

from accounts import sending
from accounts.models import Document, Message
from billing_office.lib import rendering
from billing_office.outbox import queue
from billing_office.outbox.queue import Claim
from billing_office.staff.letterhead import picture


def render(claim: Claim):
    """Render and keep the document, then let its e-mails go. Done already: nothing is rendered a second time."""
    document = Document.objects.get(pk=claim.object_id)
    if document.blob_id is None:
        try:
            logo = picture(document.context["office"].get("logo", ""))
            content = rendering.render(document.template, document.context, document.paper, logo=logo)
        except rendering.TooLong as error:
            _give_up(claim, document, str(error))
            return
        document.keep_rendered(content)
    with transaction.atomic():
        for message in document.messages.filter(state=Message.State.QUEUED, channel=Message.Channel.EMAIL):
            sending.put_send(message, as_of=claim.as_of)
        queue.done(claim)


def _give_up(claim: Claim, document: Document, why: str):
    with transaction.atomic():
        document.messages.filter(state=Message.State.QUEUED).update(state=Message.State.FAILED, error=why[:400])
        queue.park(claim, why)
