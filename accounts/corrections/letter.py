"""The letter that goes with a refund: what was paid, what goes back, by which way."""

from datetime import date

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts import sending
from accounts.addressing import letterhead, mailing_lines
from accounts.models import Document, Message, Payout
from billing_office.lib import dates, money
from billing_office.staff.models import Office


def write(payout: Payout, office: Office, *, on: date) -> Message:
    """Queue the letter of a payout to whoever gets the money; written already: its message. Call in the payout's transaction."""
    refund = payout.refund
    to = refund.payer or refund.account
    number = f"{office.code}-RFD-{payout.pk:06d}"
    standing = Document.objects.filter(kind=Document.Kind.REFUND, number=number).first()
    if standing:
        return standing.messages.earliest("pk")
    addressee = {"payer": refund.payer, "office": office} if refund.payer else {"account": refund.account}
    document = Document.objects.create(
        kind=Document.Kind.REFUND, number=number, template="receipt", paper=office.paper,
        context=_words(payout, office, number, to, on=on), **addressee,
    )  # fmt: skip
    return sending.queue(document, to, action="receipt")


def _words(payout: Payout, office: Office, number: str, to, *, on: date) -> dict:
    """Context of the `receipt` template (billing_office/lib/rendering/context.py)."""
    refund, payment = payout.refund, payout.refund.payment
    amount = f"${money.show(refund.cents)}"
    facts = [
        [_("Date"), dates.long(on)],
        [_("Account"), refund.account.number],
        [_("Paid with"), payout.get_way_display()],
    ]
    lead = _("We received more than was owed, and pay %(amount)s back to you: it was paid by you and is not used.")
    return {
        "lang": get_language(), "kind": _("Refund"), "number": number, "copy": False, "office": letterhead(office),
        "to": "\n".join(mailing_lines(to)), "facts": facts + [[_("Reference"), payout.reference]],
        "ask": {"label": _("We pay back"), "amount": amount, "by": dates.long(payout.paid_on)},
        "lead": lead % {"amount": amount},
        "what": _("Your payment"), "columns": [_("You paid"), _("Paid back")],
        "rows": [
            {"what": f"{dates.long(payment.received_on)} · {payment}", "amounts": [money.show(payment.cents), money.show(refund.cents)]}
        ],
        "totals": {"label": _("Total"), "amounts": [money.show(payment.cents), money.show(refund.cents)]},
        "settle": [], "notes": _notes(office),
    }  # fmt: skip


def _notes(office: Office) -> list[dict]:
    if office.phone and office.email:
        text = _("Call %(phone)s or write to %(email)s. Keep this page for your records.")
    elif office.phone:
        text = _("Call %(phone)s. Keep this page for your records.")
    elif office.email:
        text = _("Write to %(email)s. Keep this page for your records.")
    else:
        text = _("Tell us. Keep this page for your records.")
    return [{"title": _("Questions?"), "text": text % {"phone": office.phone, "email": office.email}}]
