"""What the demo office sent in the past."""

from datetime import date

from accounts.models import Message
from billing_office.lib import dates
from dunning.models import ContactEvent
from invoices.models import Invoice


def went_out(invoice: Invoice, on: date):
    """What the office sent long ago is not sent again today; only its paper is still to be rendered."""
    at = dates.office_time(on)
    invoice.document.messages.update(state=Message.State.SENT, sent_at=at)
    for message in invoice.document.messages.all():
        stage = ContactEvent.Stage.SENT if message.channel == Message.Channel.EMAIL else ContactEvent.Stage.PRINTED
        ContactEvent.objects.create(
            account=invoice.account, payer=invoice.payer, message=message, action=message.action, channel=message.channel,
            stage=stage, to=message.to, moment=at, by=invoice.issued_by, note="demo",
        )  # fmt: skip
