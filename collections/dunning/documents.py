"""The words of a reminder on paper, frozen when it is queued."""

from datetime import date, timedelta

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
    rest = owed.cents - sum(cents for _, cents in owed.invoices)
    since = dates.long(owed.oldest) + (" or later" if len({invoice.due_on for invoice, _ in owed.invoices}) > 1 else "")
    person = not isinstance(to, Payer) or to.is_person
    return {
        "lang": "en",
        "kind": "Reminder",
        "number": number,
        "copy": False,
        "office": letterhead(office),
        "to": "\n".join(mailing_lines(to)),
        "facts": [["Issued", dates.long(on)], *references(to), ["Reminder", level.name]],
        "ask": {
            "label": "Due today" if owed.oldest == on else "Past due",
            "amount": total,
            "by": f"Pay by {dates.long(pay_by)}",
        },
        "lead": level.lead.replace("{amount}", total).replace("{due}", since),
        "paragraphs": [level.paragraph] if level.paragraph else [],
        "what": "Invoice",
        "columns": ["Due date", "Billed to you", "Settled", "Still due"],
        "rows": [_row(invoice, cents) for invoice, cents in owed.invoices] + ([_rest(rest)] if rest else []),
        "totals": {"label": "Total", "amounts": ["", "", "", money.show(owed.cents)]},
        "settle": [{"label": "Amount due now", "amount": total, "tone": "t"}],
        "help": {"title": "Need help paying?", "text": office.help_text} if office.help_text and person else None,
        "notes": [],
        "slip": slip(to, office, number, owed.cents, pay_by, "Reminder"),
    }


def _row(invoice: Invoice, cents: int) -> dict:
    amounts = [
        dates.short(invoice.due_on),
        money.show(invoice.cents),
        money.show(cents - invoice.cents) if cents != invoice.cents else "0.00",
    ]
    return {
        "what": f"{invoice.number}, issued {dates.long(invoice.issued_on)}",
        "amounts": [*amounts, money.show(cents)],
    }


def _rest(cents: int) -> dict:
    what = "Money you paid that is not yet applied" if cents < 0 else "Other amounts that are due"
    return {"what": what, "amounts": ["", "", "", money.show(cents)]}
