"""A statement: what stood open on a day, everything that changed it since, what stands open now and how old it is.

Of a client's account: what the client owes there, less money on no charge yet. Of a payer and an office: what the payer owes on
that office's accounts; its unapplied money belongs to no office and is told beside. Every figure is a sum of postings.
"""

from dataclasses import dataclass
from datetime import date

from django.db import connection
from django.db.models import Q, Sum
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts import aging, ledger, sending
from accounts.addressing import letterhead, mailing_lines, references
from accounts.models import Account, Book, Document, Kind, Message, Payer, Payment, Posting
from accounts.models.number import take
from accounts.past import AsOf
from billing_office.audit import acts
from billing_office.lib import dates, money
from billing_office.staff.models import Office

from .issuing import addressed
from .models import CreditNote, Invoice

LINES = 480  # of one paper; the file holds more


class TooMany(ValueError):
    """More lines than a paper holds; the message says what to do."""


@dataclass(frozen=True)
class Row:
    """One entry of the ledger, or a paper that changed nothing itself (`cents` 0). `balance` is what stood open after it."""

    on: date
    kind: str
    cents: int
    balance: int
    service: str = ""
    client: str = ""
    means: str = ""
    paper: str = ""

    def words(self, *, services: bool, names: bool = False) -> str:
        """`Work fitness exam, Ann Crew`. `services`: may the reader know what was done; `names`: it may be another's."""
        if self.paper:
            return self.paper
        what = self.service if services else _("Service")
        if self.kind != Kind.CHARGE:
            what = ", ".join(
                part for part in [str(Kind(self.kind).label), str(self.means), what if self.service else ""] if part
            )
        return f"{what}, {self.client}" if names and self.client else what

    @property
    def charged(self) -> int:
        return max(0, self.cents)

    @property
    def settled(self) -> int:
        return min(0, self.cents)


@dataclass(frozen=True)
class Statement:
    """From `since` to `until`, both included; cents. `aged` by the columns of aging.COLUMNS, as of `until`."""

    to: Account | Payer
    office: Office
    since: date
    until: date
    opening: int
    rows: list[Row]
    aged: dict[str, int]
    unapplied: int

    @property
    def closing(self) -> int:
        return self.rows[-1].balance if self.rows else self.opening

    @property
    def charged(self) -> int:
        return sum(row.charged for row in self.rows)

    @property
    def settled(self) -> int:
        return sum(row.settled for row in self.rows)


def of(to: Account | Payer, office: Office, since: date, until: date, today: date) -> Statement:
    """The statement of a client's account, or of a payer to one office."""
    opening, moves = _entries(to, office, since, until)
    rows, balance = [], opening
    for on, _place, facts in sorted(moves + _papers(to, office, since, until), key=lambda move: move[:2]):
        balance += facts["cents"]
        rows.append(Row(on=on, balance=balance, **facts))
    unapplied = ledger.balance(to.house_account)[1] if isinstance(to, Payer) else 0
    return Statement(to, office, since, until, opening, rows, _aged(to, office, until, today), unapplied)


# -- what happened ------------------------------------------------------------------------------------------------------------

_ENTRIES = """
    SELECT e.effective_date, e.id, e.kind, sum(p.cents)::bigint, coalesce(string_agg(DISTINCT c.description, '; '), ''),
           coalesce(string_agg(DISTINCT trim(k.first_name || ' ' || k.last_name), '; '), ''), min(p.payment_id)
      FROM accounts_posting p JOIN accounts_journalentry e ON e.id = p.entry_id
      LEFT JOIN accounts_charge c ON c.id = p.charge_id LEFT JOIN accounts_client k ON k.id = c.client_id
     WHERE p.id = ANY(%s) GROUP BY e.id HAVING sum(p.cents) <> 0
"""


def legs(to: Account | Payer, office: Office):
    """The postings that make what they owe."""
    if isinstance(to, Payer):
        return Posting.objects.filter(book=Book.RECEIVABLE, payer=to, account__office=office)
    return Posting.objects.filter(Q(book=Book.RECEIVABLE, payer=None) | Q(book=Book.UNAPPLIED), account=to)


def _entries(to: Account | Payer, office: Office, since: date, until: date) -> tuple[int, list]:
    theirs = legs(to, office)
    before = theirs.filter(entry__effective_date__lt=since).aggregate(sum=Sum("cents"))["sum"] or 0
    within = theirs.filter(entry__effective_date__gte=since, entry__effective_date__lte=until)
    ids = list(within.values_list("pk", flat=True))
    with connection.cursor() as cursor:
        cursor.execute(_ENTRIES, [ids])
        rows = cursor.fetchall()
    means = {payment.pk: str(payment) for payment in Payment.objects.filter(pk__in=[row[6] for row in rows if row[6]])}
    return before, [
        (on, (0, entry), {"kind": kind, "cents": cents, "service": service, "client": client, "means": means.get(paid, "")})
        for on, entry, kind, cents, service, client, paid in rows
    ]  # fmt: skip


def _papers(to: Account | Payer, office: Office, since: date, until: date) -> list:
    """Invoices and credit notes: they ask, or ask no more, and change nothing that is owed."""
    theirs = {"payer": to, "office": office} if isinstance(to, Payer) else {"account": to}
    days = {"issued_on__gte": since, "issued_on__lte": until}
    found = [
        (
            row.issued_on,
            (1, row.pk),
            _("Invoice %(number)s for $%(amount)s, due %(day)s")
            % {"number": row.number, "amount": money.show(row.cents), "day": dates.long(row.due_on)},
        )
        for row in Invoice.objects.filter(**theirs, **days)
    ]
    notes = CreditNote.objects.filter(**{f"invoice__{name}": value for name, value in theirs.items()}, **days)
    found += [
        (
            row.issued_on,
            (2, row.pk),
            _("Credit note %(number)s: invoice %(invoice)s is void")
            % {"number": row.number, "invoice": row.invoice.number},
        )
        for row in notes.select_related("invoice")
    ]
    return [(on, place, {"kind": "", "cents": 0, "paper": words}) for on, place, words in found]


def _aged(to: Account | Payer, office: Office, until: date, today: date) -> dict[str, int]:
    payer = to.pk if isinstance(to, Payer) else None
    theirs = {"office": office, "pk__in": to.open_items.values("account")} if payer else {"pk": to.pk}
    accounts = Account.objects.filter(**theirs)
    sums = dict.fromkeys(aging.COLUMNS, 0)
    for part in aging.parts(accounts, until, AsOf(until) if until < today else None):
        if part.payer == payer:
            sums[part.column(until)] += part.cents
    if not payer:  # so that the columns sum to the balance
        free = legs(to, office).filter(book=Book.UNAPPLIED, entry__effective_date__lte=until)
        sums[aging.CREDIT] += free.aggregate(sum=Sum("cents"))["sum"] or 0
    return sums


# -- on paper -----------------------------------------------------------------------------------------------------------------


def issue(statement: Statement, *, on: date, by, form) -> Message:
    """Queue it as a numbered paper, by e-mail where that is allowed, else on the print list. Raises TooMany."""
    to, office = statement.to, statement.office
    if len(statement.rows) > LINES:
        raise TooMany(
            _("It has %(count)d lines; one paper holds %(most)d. Ask for fewer days, or take the file.")
            % {"count": len(statement.rows), "most": LINES}
        )
    with ledger.locked([to.house_account.pk if isinstance(to, Payer) else to.pk]):
        number = f"{office.code}-STM-{take('statement', office)[0]:06d}"
        document = Document.objects.create(
            kind=Document.Kind.STATEMENT, number=number, template="statement", paper=office.paper,
            context=words(statement, number, on=on), **addressed(to, office),
        )  # fmt: skip
        message = sending.queue(document, to, action="notice")
        detail = {"form": str(form), "number": number, "since": str(statement.since), "until": str(statement.until)}
        acts.record(by, "statement_issued", document, detail=detail)
        return message


def words(statement: Statement, number: str, *, on: date) -> dict:
    """Context of the `statement` template (billing_office/lib/rendering/context.py)."""
    to, payer = statement.to, isinstance(statement.to, Payer)
    said = {"services": not payer or to.names_services, "names": payer}
    opening = ["", "", money.show(statement.opening)]
    first = {"when": _day(statement.since), "what": _("Balance brought forward"), "amounts": opening}
    return {
        "lang": get_language(),
        "kind": _("Statement"),
        "number": number,
        "copy": False,
        "office": letterhead(statement.office),
        "to": "\n".join(mailing_lines(to)),
        "facts": [
            [_("Issued"), dates.long(on)], *references(to)[:2], [_("From"), dates.long(statement.since)],
            [_("To"), dates.long(statement.until)],
        ],
        "ask": {"label": _("Balance"), "amount": f"${money.show(statement.closing)}",
                "by": _("on %(day)s") % {"day": dates.long(statement.until)}},
        "lead": _lead(statement),
        "what": _("What"),
        "columns": [_("Charged"), _("Paid or taken off"), _("Balance")],
        "rows": [first, *(_line(row, said) for row in statement.rows)],
        "aging": {
            "title": _("How long it has been due"),
            "heads": [str(head) for head in aging.COLUMNS.values()],
            "amounts": [money.show(cents) for cents in statement.aged.values()],
        },
        "settle": _settle(statement),
        "notes": [{"title": _("This is not a new bill."), "text": _("Please pay by the dates on our invoices.")}],
    }  # fmt: skip


def _line(row: Row, said: dict) -> dict:
    amounts = [
        money.show(row.charged) if row.charged else "",
        money.show(row.settled) if row.settled else "",
        money.show(row.balance),
    ]
    return {"when": _day(row.on), "what": row.words(**said), "amounts": amounts}


def _day(day: date) -> str:
    """`11/24/26`, which the narrow column of a statement holds."""
    return f"{day:%m/%d/%y}"


def _lead(statement: Statement) -> str:
    said = (
        _("Before %(since)s $%(opening)s was open. Then $%(charged)s was charged and $%(settled)s paid or taken off:"
          " on %(until)s you owe $%(closing)s.")
        if statement.closing >= 0
        else _("Before %(since)s $%(opening)s was open. Then $%(charged)s was charged and $%(settled)s paid or taken off:"
               " on %(until)s $%(closing)s stands to your credit.")
    )  # fmt: skip
    return said % {
        "since": dates.long(statement.since),
        "until": dates.long(statement.until),
        "opening": money.show(statement.opening),
        "charged": money.show(statement.charged),
        "settled": money.show(-statement.settled),
        "closing": money.show(abs(statement.closing)),
    }


def _settle(statement: Statement) -> list[dict]:
    rows = [(_("Balance on %(day)s") % {"day": dates.short(statement.until)}, statement.closing, "t")]
    if statement.aged[aging.NOT_DUE]:
        rows.append((_("Of it not due yet"), statement.aged[aging.NOT_DUE], "g"))
    if statement.unapplied:
        rows.append((_("Your money not laid on a charge yet"), statement.unapplied, "g"))
    return [{"label": label, "amount": f"${money.show(cents)}", "tone": tone} for label, cents, tone in rows]
