"""The words of an invoice on paper: everything ready to be read, frozen at issue."""

from itertools import groupby

from accounts import why
from accounts.addressing import letterhead, mailing_lines, slip
from accounts.models import Account
from billing_office.lib import dates, money
from billing_office.staff.models import Office


def invoice(account: Account, office: Office, number: str, lines: list, *, on, due_on) -> dict:
    """Context of the `invoice` template (billing_office/lib/rendering/context.py) for `lines`, a list of issuing.Ready."""
    total = sum(line.cents for line in lines)
    columns = _columns(lines)
    return {
        "lang": "en",
        "kind": "Invoice",
        "number": number,
        "copy": False,
        "office": letterhead(office),
        "to": "\n".join(mailing_lines(account)),
        "facts": [["Issued", dates.long(on)], ["Account", account.number], ["Due", dates.long(due_on)]],
        "ask": {"label": "Amount due", "amount": f"${money.show(total)}", "by": f"Pay by {dates.long(due_on)}"},
        "lead": _lead(lines, total),
        "what": "What was done",
        "columns": [head for head, _ in columns],
        "visits": [
            _visit(key, list(group), columns) for key, group in groupby(sorted(lines, key=_visit_key), key=_visit_key)
        ],
        "totals": {"label": "Total", "amounts": [money.show(sum(map(of, lines))) for _, of in columns]},
        "settle": [{"label": "Amount due", "amount": f"${money.show(total)}", "tone": "t"}],
        "help": {"title": "Need help paying?", "text": office.help_text} if office.help_text else None,
        "notes": _notes(office),
        "slip": slip(account, office, number, total, due_on),
    }


def _columns(lines):
    """The amount columns that say something: a column of zeros is left out. Each: head and a function of a line."""
    columns = [("Price", lambda line: line.item.charge.cents)]
    if any(line.off for line in lines):
        columns.append(("Agreed discount", lambda line: -line.off))
    if any(line.payers_paid for line in lines):
        columns.append(("Paid by your insurer", lambda line: -line.payers_paid))
    if any(line.others for line in lines):
        columns.append(("Paid or billed before", lambda line: -line.others))
    return [*columns, ("You owe", lambda line: line.cents)]


def _lead(lines, total) -> str:
    """The sentence that a clerk reads out when asked why."""
    return why.together(why.stories(line.item.charge_id for line in lines).values()).ending_in(total)


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


def _what(charge) -> str:
    units = charge.units.normalize()
    return charge.description if units == 1 else f"{charge.description}, {units:f} times"


def _notes(office: Office) -> list[dict]:
    ways = " or ".join(
        way
        for way in [f"call {office.phone}" if office.phone else "", f"write to {office.email}" if office.email else ""]
        if way
    )
    text = (
        f"{ways[0].upper()}{ways[1:]}. You can hold back the part you question."
        if ways
        else "Tell us. You can hold back the part you question."
    )
    return [{"title": "Think something is wrong?", "text": text}]
