"""The words of a reminder on paper, frozen when it is queued."""

from datetime import date, timedelta

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts.addressing import letterhead, mailing_lines, references, slip
from accounts.models import Account, Payer
from billing_office.lib import dates, money
from billing_office.staff.models import Office
from invoices.models import Invoice

from .debtors import Debt
from .models import ReminderLevel


def reminder(to: Account | Payer, office: Office, number: str, level: ReminderLevel, owed: Debt, *, on: date) -> dict:
    """Context of the `reminder` template. To a payer it lists invoices alone: no client, no service."""
    total, pay_by = f"${money.show(owed.cents)}", on + timedelta(days=level.respite_days)
    rest = owed.cents - sum(cents for invoice, cents in owed.invoices)
    since = dates.long(owed.oldest)
    if len({invoice.due_on for invoice, cents in owed.invoices}) > 1:
        since = _("%(day)s or later") % {"day": since}
    person = not isinstance(to, Payer) or to.is_person
    return {
        "lang": get_language(),
        "kind": _("Reminder"),
        "number": number,
        "copy": False,
        "office": letterhead(office),
        "to": "\n".join(mailing_lines(to)),
        "facts": [[_("Issued"), dates.long(on)], *references(to), [_("Reminder"), level.name]],
        "ask": {
            "label": _("Due today") if owed.oldest == on else _("Past due"),
            "amount": total,
            "by": _("Pay by %(day)s") % {"day": dates.long(pay_by)},
        },
        "lead": level.lead.replace("{amount}", total).replace("{due}", since),
        "paragraphs": [level.paragraph] if level.paragraph else [],
        "what": _("Invoice"),
        "columns": [_("Due date"), _("Billed to you"), _("Settled"), _("Still due")],
        "rows": [_row(invoice, cents) for invoice, cents in owed.invoices] + ([_rest(rest)] if rest else []),
        "totals": {"label": _("Total"), "amounts": ["", "", "", money.show(owed.cents)]},
        "settle": [{"label": _("Amount due now"), "amount": total, "tone": "t"}],
        "help": {"title": _("Need help paying?"), "text": office.help_text} if office.help_text and person else None,
        "notes": [],
        "slip": slip(to, office, number, owed.cents, pay_by, _("Reminder")),
    }


def _row(invoice: Invoice, cents: int) -> dict:
    amounts = [
        dates.short(invoice.due_on),
        money.show(invoice.cents),
        money.show(cents - invoice.cents) if cents != invoice.cents else "0.00",
    ]
    return {
        "what": _("%(invoice)s, issued %(day)s") % {"invoice": invoice.number, "day": dates.long(invoice.issued_on)},
        "amounts": [*amounts, money.show(cents)],
    }


def _rest(cents: int) -> dict:
    what = _("Money you paid that is not yet applied") if cents < 0 else _("Other amounts that are due")
    return {"what": what, "amounts": ["", "", "", money.show(cents)]}
