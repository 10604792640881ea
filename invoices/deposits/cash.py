"""Where cash stands between the drawer and the bank, by the ledger's cash legs alone: in no deposit, or deposited and not cleared.

An office keeps deposits from the day of its first one: what came in before was banked in another way. A receipt that was
undone, or a cheque that came back, is a leg like any other and changes the sum it belongs to.
"""

from dataclasses import dataclass
from datetime import date

from django.db import connection
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from accounts.models import Book, Kind, Payment, Posting
from billing_office.staff.access import may
from invoices.models import Deposit


@dataclass(frozen=True)
class Loose:
    """Cash of one payment that is in no deposit, less what the bank's lines account for; below 0: it went out, or came back."""

    payment: int
    account: int
    number: str
    name: str
    house: bool
    received_on: date
    method: str
    reference: str
    taken_by: int
    taken: str
    since: date
    cents: int
    back: int

    @property
    def means(self) -> str:
        return Payment.Method(self.method).label

    @property
    def href(self) -> str:
        return reverse("payment", args=[self.payment])


# A leg counts as deposited too when it mirrors one in a deposit that is not closed: it joins when that is counted.
_LOOSE = """
    WITH leg AS (
        SELECT p.payment_id, p.account_id, p.cents, e.effective_date
          FROM accounts_posting p JOIN accounts_journalentry e ON e.id = p.entry_id
         WHERE p.book = 'cash' AND e.effective_date >= (SELECT min(day) FROM invoices_deposit WHERE office_id = ANY(%(offices)s))
           AND NOT EXISTS (SELECT 1 FROM invoices_depositline l WHERE l.posting_id = p.id)
           AND NOT EXISTS (SELECT 1 FROM accounts_posting m JOIN invoices_depositline l ON l.posting_id = m.id
                             JOIN invoices_deposit d ON d.id = l.deposit_id AND d.closed_at IS NULL
                            WHERE m.entry_id = e.reverses_id AND m.book = 'cash')
    ), payment AS (
        SELECT payment_id, sum(cents)::bigint AS cents, min(effective_date) AS since,
               coalesce(sum(cents) FILTER (WHERE cents < 0), 0)::bigint AS back
          FROM leg GROUP BY payment_id
    ), known AS (
        SELECT payment_id, sum(cents)::bigint AS cents FROM invoices_clearing
         WHERE payment_id IS NOT NULL AND undone_at IS NULL GROUP BY payment_id
    )
    SELECT y.id, a.id, a.number, a.name, a.kind = 'house', y.received_on, y.method, y.reference, u.id, u.name, s.since,
           s.cents - coalesce(k.cents, 0), s.back
      FROM payment s
      JOIN accounts_payment y ON y.id = s.payment_id
      JOIN accounts_account a ON a.id = y.account_id
      JOIN staff_user u ON u.id = y.created_by_id
      LEFT JOIN known k ON k.payment_id = y.id
     WHERE s.cents <> coalesce(k.cents, 0)
       AND (a.office_id = ANY(%(offices)s) OR a.kind = 'house' AND (
            EXISTS (SELECT 1 FROM accounts_posting p JOIN accounts_account c ON c.id = p.account_id
                     WHERE p.payment_id = y.id AND c.office_id = ANY(%(offices)s))
            OR %(houses)s AND NOT EXISTS (SELECT 1 FROM accounts_posting p JOIN accounts_account c ON c.id = p.account_id
                                           WHERE p.payment_id = y.id AND c.kind = 'client')))
       AND (%(method)s = '' OR y.method = %(method)s)
       AND (%(cents)s::bigint[] IS NULL OR s.cents - coalesce(k.cents, 0) = ANY(%(cents)s::bigint[]))
       AND (%(payments)s::bigint[] IS NULL OR y.id = ANY(%(payments)s::bigint[]))
     ORDER BY s.since, y.id
"""


def kept_since(offices: list[int]) -> date | None:
    """The first day from which cash of these offices is followed to the bank; None: they keep no deposits yet."""
    return Deposit.objects.filter(office__in=offices).order_by("day").values_list("day", flat=True).first()


def loose(
    offices: list[int], user, *, method: str = "", cents: list[int] | None = None, payments: list[int] | None = None
) -> list[Loose]:
    """Payments with cash in no deposit, the longest waiting first. `cents`, `payments`: only those with such an amount, or these.

    A payer's money that touches no account yet is for those who post payers' money.
    """
    houses = may(user, "post_payer_payments") or may(user, "read_board")
    given = {"offices": offices, "houses": houses, "method": method, "cents": cents, "payments": payments}
    with connection.cursor() as cursor:
        cursor.execute(_LOOSE, given)
        return [Loose(*row) for row in cursor.fetchall()]


def joining(deposit: Deposit):
    """Cash legs that undo legs of this deposit and stand in none yet: part of it, until it is closed."""
    legs = Posting.objects.filter(book=Book.CASH, deposit_line=None)
    return legs.filter(entry__reverses__in=deposit.lines.values("posting__entry"))


def legs_of(payments: list[int], since: date):
    """Cash legs that go to the bank in a deposit and stand in none: not refunds, which leave by a line of their own."""
    legs = Posting.objects.filter(
        book=Book.CASH, payment__in=payments, deposit_line=None, entry__effective_date__gte=since
    )
    return legs.exclude(entry__kind=Kind.REFUND).exclude(entry__reverses__kind=Kind.REFUND)


@dataclass(frozen=True)
class Receipt:
    """What one payment brings to a deposit: `came` in and went `back` by undoing, in cents."""

    payment: Payment
    came: int
    back: int

    @property
    def cents(self) -> int:
        return self.came + self.back

    @property
    def note(self) -> tuple[str, str] | None:
        if not self.back:
            return None
        return (_("Undone"), "bad") if self.cents == 0 else (_("Partly undone"), "warn")


def receipts_of(deposit: Deposit) -> list[Receipt]:
    """The deposit by payment, in the order the receipts were posted; what was undone since stands in it with its minus."""
    sums: dict[int, list[int]] = {}
    legs = list(Posting.objects.filter(deposit_line__deposit=deposit).values_list("payment", "cents"))
    if deposit.open:
        legs += joining(deposit).values_list("payment", "cents")
    for payment, cents in legs:
        both = sums.setdefault(payment, [0, 0])
        both[cents < 0] += cents
    payments = Payment.objects.select_related("account", "payer", "created_by").in_bulk(sums)
    return [Receipt(payments[pk], *sums[pk]) for pk in sorted(sums)]


PLACES = {  # the word for it and its tone
    "deposit": (lazy("Deposit"), "info"),
    "building": (lazy("Not closed"), "warn"),
    "loose": (lazy("In no deposit"), "bad"),
    "out": (lazy("Went out or came back"), "warn"),
}


@dataclass(frozen=True)
class Uncleared:
    """One line of the open list: cash that the bank has not been seen to have. `cents` is the whole, `open` what is missing."""

    what: str
    place: str  # of PLACES
    since: date
    cents: int
    open: int
    days: int
    href: str

    @property
    def kind(self) -> tuple[str, str]:
        return PLACES[self.place]


def open_list(user, today: date) -> list[Uncleared]:
    """Deposits that the bank has not cleared to zero, and cash in no deposit, of this person's offices; the oldest first."""
    offices = list(user.offices.values_list("pk", flat=True))
    page = "cash_payment" if may(user, "clear_deposits") else "payment"
    rows = [_of_deposit(deposit, total, today) for deposit, total in _waiting(offices) if total or deposit.closed_at]
    rows += [
        Uncleared(
            what=f"{one.means} {one.reference}".rstrip() + f", {one.name}",
            place="out" if one.cents < 0 else "loose",
            since=one.since,
            cents=one.cents,
            open=one.cents,
            days=(today - one.since).days,
            href=reverse(page, args=[one.payment]),
        )
        for one in loose(offices, user)
    ]
    return sorted(rows, key=lambda row: (row.since, row.what))


def _of_deposit(deposit: Deposit, total: int, today: date) -> Uncleared:
    return Uncleared(
        what=str(deposit),
        place="deposit" if deposit.closed_at else "building",
        since=deposit.day,
        cents=total,
        open=total - deposit.cleared_cents,
        days=(today - deposit.day).days,
        href=reverse("deposit", args=[deposit.pk]),
    )


def being_built(offices: list[int]) -> list[tuple[Deposit, int]]:
    """Deposits that are not closed, with what is in them now, in cents."""
    return [(deposit, total) for deposit, total in _waiting(offices) if deposit.closed_at is None]


def _waiting(offices: list[int]) -> list[tuple[Deposit, int]]:
    """Deposits that are not closed or not cleared, with what is in them now, in cents. Two queries, however many."""
    rows = Deposit.objects.filter(office__in=offices).live().with_sums().select_related("office")
    found = list(rows.filter(Q(closed_at=None) | ~Q(expected_cents=F("cleared_cents"))).order_by("day", "pk"))
    sums = {deposit.pk: deposit.lines_cents for deposit in found}
    of = "entry__reverses__postings__deposit_line__deposit"
    built = [deposit.pk for deposit in found if deposit.closed_at is None]
    undone = Posting.objects.filter(book=Book.CASH, deposit_line=None, **{f"{of}__in": built})
    for pk, _posting, cents in undone.values_list(of, "pk", "cents").distinct():
        sums[pk] += cents
    return [(deposit, sums[deposit.pk]) for deposit in found]
