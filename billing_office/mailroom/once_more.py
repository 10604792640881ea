"""A person sends a document once more, by e-mail or on paper."""

from accounts import ledger, sending
from accounts.models import Document, Message
from billing_office.audit import acts


def send(document: Document, *, on_paper: bool, by) -> Message | None:
    """A new message, copy n; None, and nothing happens, while the last one still waits to go out."""
    sent = document.messages.select_related("account", "payer__house_account").order_by("-id")
    with ledger.locked([sent.first().lock]):
        last = sent.first()
        if last.state == Message.State.QUEUED:
            return None
        again = sending.send_again(last, on_paper=on_paper)
        acts.record(by, "message_sent_again", again, detail={"copy": again.copy, "channel": again.channel})
    return again
