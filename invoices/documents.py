"""The words of an invoice on paper: everything ready to be read, frozen at issue."""

from itertools import groupby

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts import why
from accounts.addressing import letterhead, mailing_lines, references, slip
from accounts.models import Account, Payer
from billing_office.lib import dates, money
from billing_office.staff.models import Office

from .models import Invoice


def invoice(to: Account | Payer, office: Office, number: str, lines: list, *, on, due_on) -> dict:
    """Context of the `invoice` template (billing_office/lib/rendering/context.py) for `lines`, a list of issuing.Ready.

    To a payer it names client, day and, unless the payer wants none, plain words; never a code, a diagnosis or another payer.
    """
    total = sum(line.cents for line in lines)
    columns, payer = _columns(lines, to), isinstance(to, Payer)
    return {
        "lang": get_language(),
        "kind": _("Invoice"),
        "number": number,
        "copy": False,
        "office": letterhead(office),
        "to": "\n".join(mailing_lines(to)),
        "facts": [[_("Issued"), dates.long(on)], *references(to), [_("Due"), dates.long(due_on)]],
        "ask": {
            "label": _("Amount due"),
            "amount": f"${money.show(total)}",
            "by": _("Pay by %(day)s") % {"day": dates.long(due_on)},
        },
        "lead": _lead(lines, total, to),
        "what": _("What was done, and for whom") if payer else _("What was done"),
        "columns": [head for head, _ in columns],
        "visits": list(_clients(lines, columns, to) if payer else _visits(lines, columns)),
        "totals": {"label": _("Total"), "amounts": [money.show(sum(map(of, lines))) for _, of in columns]},
        "settle": [{"label": _("Amount due"), "amount": f"${money.show(total)}", "tone": "t"}],
        "help": {"title": _("Need help paying?"), "text": office.help_text}
        if office.help_text and _is_person(to)
        else None,
        "notes": _notes(office),
        "slip": slip(to, office, number, total, due_on),
    }


def credit_note(voided: Invoice, number: str, *, on) -> dict:
    """Context of the `credit-note` template: the invoice's own words with every amount turned around."""
    words, total = voided.document.context, f"${money.show(voided.cents)}"
    return words | {
        "kind": _("Credit note"),
        "number": number,
        "facts": [[_("Issued"), dates.long(on)], *references(voided.to), [_("For invoice"), voided.number]],
        "ask": {"label": _("Taken back"), "amount": f"{money.MINUS}{total}", "by": _("Nothing to pay")},
        "lead": _("This takes back invoice %(invoice)s of %(day)s for %(total)s. Please do not pay it. What you paid already"
                  " stays yours. If something is still owed, you will get a new invoice.")
                % {"invoice": voided.number, "day": dates.long(voided.issued_on), "total": total},
        "visits": [
            visit | {"lines": [_turned(line) for line in visit["lines"]]} | _subtotal(visit) for visit in words["visits"]
        ],
        "totals": _turned(words["totals"]),
        "settle": [{"label": _("Taken back"), "amount": f"{money.MINUS}{total}", "tone": "t"}],
        "help": None,
        "notes": [],
        "slip": None,
    }  # fmt: skip


def _turned(row: dict) -> dict:
    return row | {"amounts": [_minus(amount) for amount in row["amounts"]]}


def _subtotal(visit: dict) -> dict:
    return {"subtotal": [_minus(amount) for amount in visit["subtotal"]]} if visit.get("subtotal") else {}


def _minus(amount: str) -> str:
    """
    >>> _minus("224.00"), _minus("\u2212180.00"), _minus("0.00")
    ('−224.00', '180.00', '0.00')
    """
    if amount.startswith(money.MINUS):
        return amount.removeprefix(money.MINUS)
    return amount if amount == "0.00" else f"{money.MINUS}{amount}"


def _is_person(to: Account | Payer) -> bool:
    return not isinstance(to, Payer) or to.is_person


def _columns(lines, to):
    """The amount columns that say something: a column of zeros is left out. Each: head and a function of a line."""
    columns = [(_("Price"), lambda line: line.item.charge.cents)]
    if any(line.off for line in lines):
        columns.append((_("Agreed discount"), lambda line: -line.off))
    if any(line.payers_paid for line in lines):
        columns.append(
            (
                _("Paid by others") if isinstance(to, Payer) else str(to.office.words.paid_by_payers),
                lambda line: -line.payers_paid,
            )
        )
    if any(line.others for line in lines):
        columns.append((_("Paid or billed before"), lambda line: -line.others))
    return [*columns, (_("You owe"), lambda line: line.cents)]


def _lead(lines, total, to) -> str:
    """The sentence that a clerk reads out when asked why."""
    debtor = to.pk if isinstance(to, Payer) else None
    story = why.together(why.stories((line.item.charge_id for line in lines), debtor).values())
    return (story.discreet(to.name) if debtor else story).ending_in(total)


def _visits(lines, columns):
    for key, group in groupby(sorted(lines, key=_visit_key), key=_visit_key):
        yield _visit(key, list(group), columns)


def _visit_key(line):
    charge = line.item.charge
    return charge.service_on, charge.client.name if charge.client else "", charge.provider


def _visit(key, lines, columns) -> dict:
    service_on, who, by = key
    return {
        "when": dates.long(service_on),
        "who": who,
        "by": by,
        "lines": [
            {
                "what": _what(line.item.charge),
                "code": line.item.charge.code,
                "amounts": [money.show(of(line)) for _, of in columns],
            }
            for line in lines
        ],
    }


def _clients(lines, columns, payer: Payer):
    """A group for each account and client, with its sum."""
    service = _("Service")
    for (_sort_key, number, who), found in groupby(sorted(lines, key=_client_key), key=_client_key):
        group = list(found)
        yield {
            "when": "",
            "who": who,
            "by": number,
            "lines": [
                {
                    "what": f"{dates.long(line.item.charge.service_on)} · {_what(line.item.charge) if payer.names_services else service}",
                    "code": "",
                    "amounts": [money.show(of(line)) for _, of in columns],
                }
                for line in group
            ],
            "subtotal": [money.show(sum(map(of, group))) for _, of in columns] if len(group) > 1 else [],
        }


def _client_key(line):
    charge = line.item.charge
    return charge.account.sort_key, charge.account.number, charge.client.name if charge.client else charge.account.name


def _what(charge) -> str:
    units = charge.units.normalize()
    if units == 1:
        return charge.description
    return _("%(service)s, %(units)s times") % {"service": charge.description, "units": f"{units:f}"}


def _notes(office: Office) -> list[dict]:
    text = f"{reach(office)} {_('You can hold back the part you question.')}"
    return [{"title": _("Think something is wrong?"), "text": text}]


def reach(office: Office) -> str:
    """How a reader asks about a paper, as a sentence."""
    if office.phone and office.email:
        said = _("Call %(phone)s or write to %(email)s.")
    elif office.phone:
        said = _("Call %(phone)s.")
    elif office.email:
        said = _("Write to %(email)s.")
    else:
        return _("Tell us.")
    return said % {"phone": office.phone, "email": office.email}
