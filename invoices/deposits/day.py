"""The office's day: what was posted on it, by the ledger; what still hinders its close; closing it.

A day is what was posted between its midnights by the office's clock, whatever the entries are dated: once it is over, no
entry can join it. Only accounts of the office count; what stands at payers belongs to no office.
"""

from dataclasses import asdict, dataclass
from datetime import date, timedelta

from django.db import connection, transaction
from django.db.models import Q, Sum
from django.utils.translation import gettext as _

from accounts.ledger import Refused
from accounts.models import Book, Kind, Payment, Posting
from billing_office.audit.acts import record
from billing_office.lib import dates
from billing_office.lib.money import show
from billing_office.staff.models import Office
from invoices.models import DayClose, Deposit

from . import cash

IN_HAND = (Payment.Method.CASH, Payment.Method.CHEQUE)


@dataclass(frozen=True)
class Received:
    """What one person posted of one method: `came` in, and went `back` by undoing or refunds, in cents."""

    method: str
    person: int
    name: str
    count: int
    came: int
    back: int

    @property
    def means(self) -> str:
        return Payment.Method(self.method).label

    @property
    def cents(self) -> int:
        return self.came + self.back


@dataclass(frozen=True)
class KindLine:
    """The entries of one kind, and what they did to each book, in cents; `other` are all books not named."""

    kind: str
    count: int
    receivable: int
    unapplied: int
    cash: int
    other: int

    @property
    def label(self) -> str:
        return Kind(self.kind).label


@dataclass(frozen=True)
class Figures:
    """A day in figures. `ledger` is the same sums taken from the postings by book alone: they must be equal."""

    received: list[Received]
    kinds: list[KindLine]
    ledger: dict[str, int]
    unapplied: int

    @property
    def cash(self) -> int:
        return sum(one.cents for one in self.received)

    @property
    def in_hand(self) -> bool:
        return any(one.method in IN_HAND for one in self.received)

    @property
    def sums(self) -> dict[str, int]:
        names = ("receivable", "unapplied", "cash", "other")
        return {name: sum(getattr(line, name) for line in self.kinds) for name in names}

    @property
    def equal(self) -> bool:
        return self.sums == self.ledger and self.cash == self.ledger["cash"]


_OF_DAY = """
      FROM accounts_posting p
      JOIN accounts_journalentry e ON e.id = p.entry_id
      JOIN accounts_account a ON a.id = p.account_id
     WHERE a.office_id = %(office)s AND e.posted_at >= %(begin)s AND e.posted_at < %(end)s
"""
_BOOKS = """coalesce(sum(p.cents) FILTER (WHERE p.book = 'receivable'), 0)::bigint,
            coalesce(sum(p.cents) FILTER (WHERE p.book = 'unapplied'), 0)::bigint,
            coalesce(sum(p.cents) FILTER (WHERE p.book = 'cash'), 0)::bigint,
            coalesce(sum(p.cents) FILTER (WHERE p.book NOT IN ('receivable', 'unapplied', 'cash')), 0)::bigint"""
_RECEIVED = f"""
    SELECT y.method, u.id, u.name, count(DISTINCT y.id),
           coalesce(sum(p.cents) FILTER (WHERE p.cents > 0), 0)::bigint, coalesce(sum(p.cents) FILTER (WHERE p.cents < 0), 0)::bigint
      FROM (SELECT p.payment_id, p.cents, e.posted_by_id {_OF_DAY} AND p.book = 'cash') p
      JOIN accounts_payment y ON y.id = p.payment_id JOIN staff_user u ON u.id = p.posted_by_id
     GROUP BY y.method, u.id, u.name ORDER BY y.method, u.name
"""  # noqa: S608  constants of this module
_KINDS = f"SELECT e.kind, count(DISTINCT e.id), {_BOOKS} {_OF_DAY} GROUP BY e.kind"  # noqa: S608


def span(day: date):
    """The day's two midnights by the office's clock."""
    return dates.office_time(day, 0), dates.office_time(day + timedelta(days=1), 0)


def figures(office: Office, day: date) -> Figures:
    begin, end = span(day)
    given = {"office": office.pk, "begin": begin, "end": end}
    with connection.cursor() as cursor:
        cursor.execute(_RECEIVED, given)
        received = [Received(*row) for row in cursor.fetchall()]
        cursor.execute(_KINDS, given)
        rows = cursor.fetchall()
    order = {kind: at for at, kind in enumerate(Kind.values)}
    kinds = sorted((KindLine(*row) for row in rows), key=lambda line: order[line.kind])
    return Figures(received, kinds, _by_book(office, begin, end), _unapplied(office, begin, end))


def _by_book(office: Office, begin, end) -> dict[str, int]:
    legs = Posting.objects.filter(account__office=office, entry__posted_at__gte=begin, entry__posted_at__lt=end)
    named = {"receivable": Book.RECEIVABLE, "unapplied": Book.UNAPPLIED, "cash": Book.CASH}
    sums = legs.aggregate(
        **{name: Sum("cents", filter=Q(book=book)) for name, book in named.items()},
        other=Sum("cents", filter=~Q(book__in=named.values())),
    )
    return {name: cents or 0 for name, cents in sums.items()}


def _unapplied(office: Office, begin, end) -> int:
    """What of the day's receipts stands unapplied on the office's accounts now, in cents."""
    taken = Payment.objects.filter(created_at__gte=begin, created_at__lt=end)
    legs = Posting.objects.filter(book=Book.UNAPPLIED, account__office=office, payment__in=taken.values("pk"))
    return -(legs.aggregate(sum=Sum("cents"))["sum"] or 0)


@dataclass(frozen=True)
class Hindrance:
    """One thing to do before the day can be closed."""

    words: str
    href: str = ""
    deposit: int | None = None
    payment: int | None = None


def hindrances(office: Office, day: date, user) -> list[Hindrance]:
    """Cash and cheques of this day, or an earlier one, that are in no deposit, and deposits that nobody closed."""
    found = [
        Hindrance(
            _("%(deposit)s holds %(amount)s and is not closed.") % {"deposit": deposit, "amount": show(total)},
            deposit=deposit.pk,
        )
        for deposit, total in cash.being_built([office.pk])
        if deposit.day <= day and total
    ]
    found += [
        Hindrance(
            _("%(means)s %(reference)s of %(name)s, %(amount)s, is in no deposit.")
            % {"means": one.means, "reference": one.reference, "name": one.name, "amount": show(one.cents)},
            payment=one.payment,
        )
        for one in cash.loose([office.pk], user)
        if one.method in IN_HAND and one.since <= day and one.cents > 0
    ]
    return found


def deposits_of(office: Office, day: date):
    return (
        Deposit.objects.filter(office=office, day=day)
        .live()
        .with_cleared()
        .select_related("office", "opened_by", "closed_by")
    )


def takers(found: Figures, deposits) -> list[int]:
    """Who took or counted the day's cash; nobody where there was none."""
    people = {one.person for one in found.received if one.method in IN_HAND}
    for deposit in deposits:
        people |= {deposit.opened_by_id, deposit.counted_by_id} - {None}
    return sorted(people)


def close(office: Office, day: date, *, today: date, by) -> tuple[DayClose, bool]:
    """Close a day: its figures are written down. Closed already: that close, and False.

    Raises Refused for a day to come, while something hinders it, and for who took some of its cash.
    """
    if day > today:
        raise Refused(_("That day has not come yet."))
    with transaction.atomic():
        Office.objects.select_for_update(no_key=True).get(pk=office.pk)
        standing = DayClose.objects.filter(office=office, day=day).first()
        if standing:
            return standing, False
        if waiting := hindrances(office, day, by):
            raise Refused(" ".join(one.words for one in waiting[:5]))
        found, deposits = figures(office, day), list(deposits_of(office, day))
        if not found.equal:
            raise Refused(_("The figures differ from the ledger. Have the books proved first."))
        touched = takers(found, deposits)
        if by.pk in touched:
            raise Refused(_("You took or counted cash of this day, so another person closes it."))
        row = DayClose.objects.create(
            office=office,
            day=day,
            figures=_kept(found, deposits),
            takers=touched,
            closed_by=by,
        )
        record(by, "day_closed", row, detail={"office": office.pk, "day": str(day), "cash": found.cash})
        return row, True


def _kept(found: Figures, deposits) -> dict:
    return {
        "received": [asdict(one) for one in found.received],
        "kinds": [asdict(one) for one in found.kinds],
        "sums": found.sums,
        "unapplied": found.unapplied,
        "deposits": [{"number": d.number, "expected": d.expected_cents, "counted": d.counted_cents} for d in deposits],
    }
