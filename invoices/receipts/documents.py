"""The receipt of a client's payment: a numbered paper that says what came in, what it settled and what is left."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Sum
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts import aging, ledger, sending
from accounts.addressing import letterhead, mailing_lines
from accounts.models import Account, Book, Document, Kind, Message, OpenItem, Payment, Posting
from billing_office.audit import acts
from billing_office.lib import dates, money
from invoices.documents import reach


class NoReceipt(ValueError):
    """There is no receipt for this payment; the message says why."""


@dataclass(frozen=True)
class Settled:
    """What a payment stands on of one charge, and what is still open there at the same party, in cents."""

    charge: object
    cents: int
    left: int


def number_of(payment: Payment) -> str:
    return f"{payment.account.office.code}-RCT-{payment.pk:06d}"


def document_of(payment: Payment) -> Document | None:
    """The receipt that was made for a client's payment."""
    if payment.payer_id:
        return None
    return Document.objects.filter(kind=Document.Kind.RECEIPT, number=number_of(payment)).first()


def settled(payment: Payment, accounts=None) -> list[Settled]:
    """Where the payment stands now, charge by charge, in the order of service; reversed parts are gone."""
    legs = Posting.objects.filter(payment=payment, book=Book.RECEIVABLE)
    if accounts is not None:
        legs = legs.filter(account__in=accounts)
    sums = dict(legs.values_list("charge").annotate(sum=Sum("cents")))
    paid = {charge: -cents for charge, cents in sums.items() if cents}
    items = OpenItem.objects.filter(charge__in=paid, payer=payment.payer_id).select_related("charge__account")
    rows = [Settled(item.charge, paid[item.charge_id], max(0, item.cents)) for item in items]
    return sorted(rows, key=lambda row: (row.charge.service_on, row.charge.pk))


def issue(payment: Payment, *, on: date, by, on_paper: bool = False) -> Message:
    """Queue the receipt: by e-mail where address and consent allow, else, or when asked for, on the print list.

    The first time the paper is made; after that the same paper goes out again as a new message, unless it waits to go out
    already. Raises NoReceipt for a payer's money (the payer's own remittance is its paper) and for what was undone.
    """
    with ledger.locked([payment.account_id]) as accounts:
        account = accounts[payment.account_id]
        _check(payment)
        document = document_of(payment)
        if document is None:
            document = Document.objects.create(
                account=account, kind=Document.Kind.RECEIPT, number=number_of(payment), template="receipt",
                paper=account.office.paper, context=words(payment, account, on=on),
            )  # fmt: skip
            message = sending.queue(document, account, action="receipt", on_paper=on_paper)
            acts.record(by, "receipt_issued", message, account_id=account.pk, detail={"number": document.number})
            return message
        last = document.messages.order_by("-id").first()
        if last.state == Message.State.QUEUED and (last.channel == Message.Channel.PRINT or not on_paper):
            return last
        again = sending.send_again(last, on_paper=on_paper)
        acts.record(by, "message_sent_again", again, detail={"copy": again.copy, "channel": again.channel})
        return again


def received(payment: Payment) -> int:
    """What came in, in cents, whether it was paid back later or not; 0 when the payment was undone."""
    came = Posting.objects.filter(payment=payment, book=Book.CASH)
    came = came.exclude(entry__kind=Kind.REFUND).exclude(entry__reverses__kind=Kind.REFUND)
    return came.aggregate(sum=Sum("cents"))["sum"] or 0


def _check(payment: Payment):
    if payment.payer_id:
        raise NoReceipt(_("A receipt is for a client’s payment. A payer has its own remittance."))
    if not received(payment):
        raise NoReceipt(_("The payment was undone, so there is no receipt for it."))


def words(payment: Payment, account: Account, *, on: date) -> dict:
    """Context of the `receipt` template (billing_office/lib/rendering/context.py)."""
    rows, office = settled(payment, [account.pk]), account.office
    total = f"${money.show(payment.cents)}"
    facts = [
        [_("Received"), dates.long(payment.received_on)],
        [_("Account"), account.number],
        [_("Paid with"), str(payment.means)],
    ]
    lead = (
        _("We received your payment of %(total)s on %(day)s. This is how we used it.")
        if rows
        else _("We received your payment of %(total)s on %(day)s. It stands to your credit for what you will owe.")
    )
    return {
        "lang": get_language(),
        "kind": _("Receipt"),
        "number": number_of(payment),
        "copy": False,
        "office": letterhead(office),
        "to": "\n".join(mailing_lines(account)),
        "facts": facts + ([[_("Reference"), payment.reference]] if payment.reference else []),
        "ask": {"label": _("We received"), "amount": total, "by": _("Thank you")},
        "lead": lead % {"total": total, "day": dates.long(payment.received_on)},
        "what": _("Paid toward"),
        "columns": [_("You owed"), _("This payment"), _("Left to pay")],
        "rows": [
            {"what": f"{dates.long(row.charge.service_on)} · {row.charge.description}", "amounts": _amounts(row)}
            for row in rows
        ],
        "totals": {"label": _("Total"), "amounts": _totals(rows)} if rows else None,
        "settle": _settle(payment, account, on),
        "notes": _notes(office),
    }


def _amounts(row: Settled) -> list[str]:
    return [money.show(row.cents + row.left), money.show(-row.cents), money.show(row.left)]


def _totals(rows: list[Settled]) -> list[str]:
    return _amounts(Settled(None, sum(row.cents for row in rows), sum(row.left for row in rows)))


def _settle(payment: Payment, account: Account, on: date) -> list[dict]:
    """What is left to pay on the account on the day of the receipt, and what of the payment is not used yet."""
    parts = [p for p in aging.parts(Account.objects.filter(pk=account.pk), on) if p.payer is None and p.cents > 0]
    due = sum(part.cents for part in parts if part.dated and part.day <= on)
    later = sum(part.cents for part in parts) - due
    rows = [(_("Due now"), due, "t")]
    rows += [(_("Not due yet"), later, "g")] if later else []
    kept = ledger.unapplied(payment, account.pk)
    rows += [(_("Not used yet, kept for you"), kept, "g")] if kept else []
    elsewhere = _on_other_accounts(payment, account)
    rows += [(_("Used for other accounts"), elsewhere, "g")] if elsewhere else []
    return [{"label": label, "amount": f"${money.show(cents)}", "tone": tone} for label, cents, tone in rows]


def _on_other_accounts(payment: Payment, account: Account) -> int:
    """In cents. What was done there, and for whom, is not this reader's to know."""
    legs = Posting.objects.filter(payment=payment, book__in=[Book.RECEIVABLE, Book.UNAPPLIED]).exclude(account=account)
    return -(legs.aggregate(sum=Sum("cents"))["sum"] or 0)


def _notes(office) -> list[dict]:
    return [{"title": _("Questions?"), "text": f"{reach(office)} {_('Keep this page for your records.')}"}]
