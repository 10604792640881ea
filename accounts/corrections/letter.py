"""The letter that goes with a refund: what was paid, what goes back, by which way."""

from datetime import date

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
    facts = [["Date", dates.long(on)], ["Account", refund.account.number], ["Paid with", payout.get_way_display()]]
    return {
        "lang": "en", "kind": "Refund", "number": number, "copy": False, "office": letterhead(office),
        "to": "\n".join(mailing_lines(to)), "facts": facts + [["Reference", payout.reference]],
        "ask": {"label": "We pay back", "amount": amount, "by": dates.long(payout.paid_on)},
        "lead": f"We received more than was owed, and pay {amount} back to you: it was paid by you and is not used.",
        "what": "Your payment", "columns": ["You paid", "Paid back"],
        "rows": [
            {"what": f"{dates.long(payment.received_on)} · {payment}", "amounts": [money.show(payment.cents), money.show(refund.cents)]}
        ],
        "totals": {"label": "Total", "amounts": [money.show(payment.cents), money.show(refund.cents)]},
        "settle": [], "notes": _notes(office),
    }  # fmt: skip


def _notes(office: Office) -> list[dict]:
    ways = [f"call {office.phone}" if office.phone else "", f"write to {office.email}" if office.email else ""]
    text = " or ".join(way for way in ways if way) or "tell us"
    return [{"title": "Questions?", "text": f"{text[0].upper()}{text[1:]}. Keep this page for your records."}]
