"""What a payer says a receipt is for, as typed or pasted: one number a line, with its amount when it is given.

    A-10246        85.00
    ELM-INV-000012
    C-1873, "1,317.20"

The number is an account's, an invoice's or a charge's ("C-" and its number). Between number and amount may stand a name.
"""

import re
from dataclasses import dataclass

from django.utils.translation import gettext as _

from accounts.models import Account, Charge, OpenItem, Payer
from billing_office.lib import money
from invoices.models import Invoice, InvoiceLine

MOST = 300  # lines of one receipt
_CHARGE = re.compile(r"C-([0-9]{1,18})", re.IGNORECASE)


class Unread(ValueError):
    """What cannot be read or found, one sentence a line."""

    def __init__(self, sentences: list[str]):
        self.sentences = sentences
        super().__init__(" ".join(sentences))


@dataclass(frozen=True)
class Line:
    at: int  # from 1
    number: str
    cents: int | None


@dataclass(frozen=True)
class Named:
    """A line with what its number means: one account, or these charges. All of them of accounts that the reader may know."""

    line: Line
    accounts: frozenset[int]
    charges: frozenset[int] | None  # None: all of the account


def read(text: str) -> list[Line]:
    """The lines of the text. Raises Unread, naming each line that is none."""
    found, unread = [], []
    for at, row in enumerate(text.splitlines(), start=1):
        cells = [cell for cell in re.split(r"[\s;]+|,(?![0-9]{3}\b)", row.replace('"', " ")) if cell]
        if not cells:
            continue
        try:
            found.append(Line(at, cells[0].upper(), _amount(cells[-1]) if len(cells) > 1 else None))
        except money.NotMoney:
            unread.append(
                _("Line %(n)d: “%(text)s” is no amount. Write the number, then the amount.")
                % {"n": at, "text": cells[-1][:20]}
            )
    if len(found) > MOST:
        unread.append(
            _("These are %(count)d lines; one receipt takes %(most)d. Post the rest as a receipt of its own.")
            % {"count": len(found), "most": MOST}
        )
    if unread:
        raise Unread(unread[:10])
    return found


def _amount(cell: str) -> int:
    cents = money.parse(cell)
    if cents <= 0:
        raise money.NotMoney(_("More than nothing is paid."))
    return cents


def name(lines: list[Line], payer: Payer | None, user) -> list[Named]:
    """What the numbers mean to this person, in three queries however many. Raises Unread, naming those that mean nothing."""
    numbers = {line.number for line in lines}
    mine = Account.objects.for_staff(user)
    accounts = {number.upper(): pk for number, pk in mine.filter(number__in=numbers).values_list("number", "pk")}
    charges = _charges(numbers, mine)
    invoices = _invoices(numbers, payer, user)
    named, unknown = [], []
    for line in lines:
        if line.number in accounts:
            named.append(Named(line, frozenset([accounts[line.number]]), None))
        elif line.number in charges or line.number in invoices:
            theirs = charges.get(line.number) or invoices[line.number]
            named.append(Named(line, frozenset(theirs.values()), frozenset(theirs)))
        else:
            unknown.append(
                _("Line %(n)d: no account, invoice or charge has the number “%(number)s”.")
                % {"n": line.at, "number": line.number[:30]}
            )
    if unknown:
        raise Unread(unknown[:10])
    return named


def _charges(numbers: set[str], mine) -> dict[str, dict[int, int]]:
    """{number: {charge: account}} of those that are charges' numbers."""
    ids = {
        int(found[1]): number for number in numbers if (found := _CHARGE.fullmatch(number)) and int(found[1]) < 2**63
    }
    if not ids:
        return {}
    rows = Charge.objects.filter(pk__in=ids, account__in=mine).values_list("pk", "account")
    return {ids[pk]: {pk: account} for pk, account in rows}


def _invoices(numbers: set[str], payer: Payer | None, user) -> dict[str, dict[int, int]]:
    """{number: {charge: account}} of live invoices that ask this payer, or (None) a client."""
    asked = Invoice.objects.for_staff(user).live().filter(number__in=numbers, payer=payer)
    items = OpenItem.objects.filter(invoice_lines__in=InvoiceLine.objects.filter(invoice__in=asked))
    found: dict[str, dict[int, int]] = {}
    for number, charge, account in items.values_list("invoice_lines__invoice__number", "charge", "account"):
        if number in numbers:
            found.setdefault(number, {})[charge] = account
    return found
