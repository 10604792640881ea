"""The ledger: the only writer of entries, postings, open items, balances and dues (a test holds every other module to that).

Every verb takes the lock of the accounts it touches, reads again under it, posts balanced entries, and is harmless when
repeated with the same `key`. Guards in the database (migration 0002) hold what this module promises.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

from django.db import connection, transaction
from django.db.models import F, Q, Sum
from django.utils.translation import gettext as _

from billing_office.lib import dates

from .chart import ADJUSTMENTS, BOOKS, EARNED, NEW_CHARGES
from .dues import remaining
from .models import (
    Account,
    AccountBalance,
    Book,
    Charge,
    Client,
    Due,
    JournalEntry,
    Kind,
    OpenItem,
    Payer,
    Payment,
    Payout,
    Period,
    Posting,
    Reason,
    Refund,
)


class Refused(ValueError):
    """The act would break the books; the message says why and what to do, for the person at the screen."""


@dataclass(frozen=True)
class Leg:
    """One posting to be: `cents` debit positive; receivable names `charge` and, unless it is the client's, `payer` (ids)."""

    book: str
    cents: int
    charge: int | None = None
    payer: int | None = None
    payment: int | None = None


@dataclass(frozen=True)
class Entry:
    """One journal entry to be. `key` is what makes a repeat harmless; the attempt number is added when it is posted."""

    account: int
    kind: str
    on: date
    legs: tuple[Leg, ...]
    key: str
    memo: str = ""
    reverses: int | None = None
    reason: int | None = None

    def check(self):
        """Raise ValueError on what no caller may ask for; the database would refuse it too, with fewer words."""
        if sum(leg.cents for leg in self.legs) != 0 or len(self.legs) < 2:
            raise ValueError(f"{self.key}: the legs must be two or more and sum to zero")
        strangers = {leg.book for leg in self.legs} - BOOKS[self.kind]
        if strangers:
            raise ValueError(f"{self.key}: {self.kind} does not touch {sorted(strangers)}")


@dataclass
class Posted:
    """What `post_many` did: the entry that stands for each key, and which of them are new."""

    entries: dict[str, JournalEntry] = field(default_factory=dict)
    new: list[JournalEntry] = field(default_factory=list)


# -- the lock -----------------------------------------------------------------------------------------------------------


@contextmanager
def locked(account_ids: Iterable[int]) -> Iterator[dict[int, Account]]:
    """One transaction holding these accounts, clients by id first and house accounts last; read again what you read before.

    NO KEY UPDATE: notes, messages and acts of the account may still be written by others meanwhile.
    """
    with transaction.atomic():
        rows = (
            Account.objects.filter(pk__in=set(account_ids))
            .order_by("kind", "pk")
            .select_for_update(no_key=True, of=("self",))
        )
        yield {account.pk: account for account in rows}


# -- posting ------------------------------------------------------------------------------------------------------------


def post_many(entries: list[Entry], by) -> Posted:
    """Post what has not been posted yet, set-based, in one transaction. All legs go in one INSERT: the guard asks for it."""
    for entry in entries:
        entry.check()
    with locked(entry.account for entry in entries) as accounts:
        _check_periods(entries)
        keys, standing = _attempts({entry.key for entry in entries})
        posted = Posted(entries=standing)
        fresh = [entry for entry in entries if entry.key in keys]
        _check_open(accounts[entry.account] for entry in fresh)
        rows = [
            JournalEntry(
                account_id=e.account, kind=e.kind, effective_date=e.on, posted_by=by, memo=e.memo[:200],
                source_key=keys[e.key], reverses_id=e.reverses, reason_id=e.reason,
            )
            for e in fresh
        ]  # fmt: skip
        posted.new = JournalEntry.objects.bulk_create(rows)
        legs = [
            Posting(
                entry=row, account_id=e.account, book=leg.book, cents=leg.cents,
                charge_id=leg.charge, payer_id=leg.payer, payment_id=leg.payment,
            )
            for row, e in zip(posted.new, fresh, strict=True)
            for leg in e.legs
        ]  # fmt: skip
        Posting.objects.bulk_create(legs)
        posted.entries |= {e.key: row for row, e in zip(posted.new, fresh, strict=True)}
        _refresh_open_items({leg.charge_id for leg in legs if leg.book == Book.RECEIVABLE})
        _add_to_balances(legs)
        _look_at_raised(legs)
    return posted


def closed_through() -> date | None:
    """The last day of the last closed period: no entry is dated on or before it."""
    return Period.objects.values_list("last_day", flat=True).first()


def _check_periods(entries: list[Entry]):
    closed = closed_through()
    if closed and any(entry.on <= closed for entry in entries):
        first = dates.long(closed + timedelta(days=1))
        raise Refused(
            _("The books are closed through %(last)s. Date it %(first)s or later.")
            % {"last": dates.long(closed), "first": first}
        )


def _check_open(accounts: Iterable[Account]):
    if closed := next((account for account in accounts if account.closed_on), None):
        raise Refused(_("%(account)s is closed. Reopen it first.") % {"account": closed.number})


def _check_not_merged(account: Account):
    """A duplicate's own charges may still be paid; nothing new is begun on it."""
    if account.merged_into_id:
        raise Refused(
            _("%(account)s is part of %(other)s. Post it there.")
            % {"account": account.number, "other": account.answering.number}
        )


def post(entry: Entry, by) -> JournalEntry:
    return post_many([entry], by).entries[entry.key]


def posted_as(key: str) -> JournalEntry | None:
    """The entry that stands for this key: its newest attempt, unless that was reversed."""
    return _attempts({key})[1].get(key)


def _attempts(asked: set[str]) -> tuple[dict[str, str], dict[str, JournalEntry]]:
    """For each key either the source_key to post under, or the entry that stands for it."""
    names, standing, attempt = {}, {}, 1
    while asked:
        tried = {f"{key}:{attempt}": key for key in asked}
        there = {e.source_key: e for e in JournalEntry.objects.filter(source_key__in=tried).select_related("reversal")}
        names |= {key: name for name, key in tried.items() if name not in there}
        standing |= {tried[name]: e for name, e in there.items() if not hasattr(e, "reversal")}
        asked = {tried[name] for name, e in there.items() if hasattr(e, "reversal")}
        attempt += 1
    return names, standing


# In the order of the days they count for, so that a past day is the same whether counted from a snapshot or from the
# beginning. Also what check_money proves the stored rows against, with `true` for the condition.
OPEN_ITEMS_FROM_POSTINGS = """
    WITH delta AS (
        SELECT p.charge_id, p.payer_id, p.account_id, e.id AS entry_id, e.effective_date, sum(p.cents) AS cents
          FROM accounts_posting p JOIN accounts_journalentry e ON e.id = p.entry_id
         WHERE p.book = 'receivable' AND {condition}
         GROUP BY p.charge_id, p.payer_id, p.account_id, e.id, e.effective_date
    ), run AS (
        SELECT *, sum(cents) OVER (PARTITION BY charge_id, payer_id ORDER BY effective_date, entry_id) AS after FROM delta
    )
    SELECT charge_id, payer_id, account_id, sum(cents)::bigint AS cents,
           coalesce((array_agg(effective_date ORDER BY effective_date DESC, entry_id DESC)
                       FILTER (WHERE after > 0 AND after - cents <= 0))[1], min(effective_date)) AS since
      FROM run GROUP BY charge_id, payer_id, account_id
"""


def _refresh_open_items(charge_ids: set[int]):
    if not charge_ids:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO accounts_openitem AS item (charge_id, payer_id, account_id, cents, since)"
            + OPEN_ITEMS_FROM_POSTINGS.format(condition="p.charge_id = ANY(%s)")
            + "ON CONFLICT (charge_id, payer_id) DO UPDATE SET cents = excluded.cents, since = excluded.since"
            " WHERE (item.cents, item.since) IS DISTINCT FROM (excluded.cents, excluded.since)",
            [sorted(charge_ids)],
        )


def _add_to_balances(legs: list[Posting]):
    sums: dict[int, list[int]] = {}
    for leg in legs:
        both = sums.setdefault(leg.account_id, [0, 0])
        if leg.book == Book.RECEIVABLE:
            both[0] += leg.cents
        elif leg.book == Book.UNAPPLIED:
            both[1] -= leg.cents
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO accounts_accountbalance AS b (account_id, receivable_cents, unapplied_cents)"
            " SELECT * FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[])"
            " ON CONFLICT (account_id) DO UPDATE SET receivable_cents = b.receivable_cents + excluded.receivable_cents,"
            " unapplied_cents = b.unapplied_cents + excluded.unapplied_cents",
            [list(sums), [s[0] for s in sums.values()], [s[1] for s in sums.values()]],
        )


def _look_at_raised(legs: list[Posting]):
    """What the client owes more of may be past due at once, by dues that were written before; a new charge has none."""
    owed = [leg for leg in legs if leg.book == Book.RECEIVABLE and leg.payer_id is None and leg.cents > 0]
    if raised := {leg.account_id for leg in owed if leg.entry.kind not in NEW_CHARGES}:
        look_again(raised)


# -- charges ------------------------------------------------------------------------------------------------------------


def charge(
    account: Account, *, cents: int, service_on: date, description: str, key: str, by, on: date | None = None,
    payer: Payer | None = None, client: Client | None = None, code="", code_system="", units=Decimal(1), provider="",
    kind: str = Charge.Kind.SERVICE,
) -> Charge:  # fmt: skip
    """Charge one service or (by `kind`) a fee, owed by `payer` or (None) by the client. Same key again: the charge that stands."""
    if cents <= 0:
        raise Refused(_("A charge must be more than 0.00. To take money off, adjust or void the charge."))
    with locked([account.pk]) as accounts:
        standing = posted_as(key)
        if standing:
            return Charge.objects.get(postings__entry=standing, postings__book=Book.RECEIVABLE)
        if accounts[account.pk].closed_on:
            raise Refused(_("The account is closed. Reopen it before charging."))
        _check_not_merged(accounts[account.pk])
        row = Charge.objects.create(
            account=account, client=client, service_on=service_on, description=description, code=code, code_system=code_system,
            units=units, cents=cents, provider=provider, created_by=by, kind=kind,
        )  # fmt: skip
        post(charge_entry(row, payer and payer.pk, on or service_on, key), by)
        return row


def charge_entry(row: Charge, payer: int | None, on: date, key: str) -> Entry:
    kind, book = EARNED[row.kind]
    legs = (Leg(Book.RECEIVABLE, row.cents, charge=row.pk, payer=payer), Leg(book, -row.cents, charge=row.pk))
    return Entry(row.account_id, kind, on, legs, key)


# -- payments -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Share:
    """Part of a payment that goes to one charge."""

    charge: int
    cents: int


@dataclass(frozen=True)
class Card:
    """What is kept of a card: its brand (Payment.CardBrand), last four digits and the processor's token; empty where unknown."""

    brand: str = ""
    last4: str = ""
    token: str = ""

    @property
    def columns(self) -> dict[str, str]:
        return {"card_brand": self.brand, "card_last4": self.last4, "card_token": self.token}


NO_CARD = Card()


def receive_client_payment(
    account: Account, *, cents: int, received_on: date, method: str, shares: list[Share], key: str, by, reference="", card=NO_CARD,
) -> Payment:  # fmt: skip
    """Receive the client's money: `shares` go to what the client owes on those charges, the rest is unapplied.

    Raises Refused when a share is more than what is open, or the shares more than the payment. Same key again: the payment
    that stands.
    """
    with locked([account.pk]) as accounts:
        standing = posted_as(key)
        if standing:
            return Payment.objects.get(pk__in=standing.postings.exclude(payment=None).values("payment"))
        _check_shares(account.pk, None, cents, shares)
        if cents > sum(share.cents for share in shares):
            _check_not_merged(accounts[account.pk])
        payment = Payment.objects.create(
            account=account, received_on=received_on, method=method, reference=reference, cents=cents, created_by=by,
            **card.columns,
        )  # fmt: skip
        post(payment_entry(payment, account.pk, cents, shares, received_on, key), by)
        return payment


def receive_payer_payment(
    payer: Payer, *, cents: int, received_on: date, method: str, shares: dict[int, list[Share]], key: str, by, reference="", card=NO_CARD,
) -> Payment:  # fmt: skip
    """Receive a payer's money over many accounts (`shares` by account id); the rest is unapplied on the payer's house account."""
    house = payer.house_account
    with locked([house.pk, *shares]):
        standing = next((e for e in map(posted_as, [f"{key}:{pk}" for pk in [house.pk, *shares]]) if e), None)
        if standing:
            return Payment.objects.get(pk__in=standing.postings.exclude(payment=None).values("payment"))
        spread = {account: [s for s in parts if s.cents] for account, parts in shares.items()}
        rest = cents - sum(share.cents for parts in spread.values() for share in parts)
        for account, parts in spread.items():
            _check_shares(account, payer.pk, cents, parts)
        if rest < 0:
            raise Refused(_("The parts are more than the payment. Lower a part."))
        payment = Payment.objects.create(
            account=house,
            payer=payer,
            received_on=received_on,
            method=method,
            reference=reference,
            cents=cents,
            created_by=by,
            **card.columns,
        )
        entries = [
            payment_entry(payment, account, sum(s.cents for s in parts), parts, received_on, f"{key}:{account}")
            for account, parts in spread.items()
            if parts
        ]
        if rest:
            entries.append(payment_entry(payment, house.pk, rest, [], received_on, f"{key}:{house.pk}"))
        post_many(entries, by)
        return payment


def payment_entry(payment: Payment, account: int, cents: int, shares: list[Share], on: date, key: str) -> Entry:
    """`cents` of a payment come in on `account`: shares to charges, the rest unapplied there."""
    kind = Kind.PAYER_PAYMENT if payment.payer_id else Kind.CLIENT_PAYMENT
    legs = [Leg(Book.CASH, cents, payment=payment.pk)]
    legs += [
        Leg(Book.RECEIVABLE, -s.cents, charge=s.charge, payer=payment.payer_id, payment=payment.pk)
        for s in shares
        if s.cents
    ]
    rest = cents - sum(s.cents for s in shares)
    if rest:
        legs.append(Leg(Book.UNAPPLIED, -rest, payment=payment.pk))
    return Entry(account, kind, on, tuple(legs), key)


def _check_shares(account: int, payer: int | None, cents: int, shares: list[Share]):
    if cents <= 0:
        raise Refused(_("A payment must be more than 0.00. Money going out is a refund."))
    if any(share.cents < 0 for share in shares) or len({share.charge for share in shares}) != len(shares):
        raise Refused(_("A part of a payment must not be negative, and a charge may stand in it once."))
    if sum(share.cents for share in shares) > cents:
        raise Refused(_("The parts are more than the payment. Lower a part."))
    wanted = [share.charge for share in shares if share.cents]
    open_now = dict(
        OpenItem.objects.filter(account=account, payer=payer, charge__in=wanted).values_list("charge", "cents")
    )
    for share in shares:
        if share.cents > max(0, open_now.get(share.charge, 0)):
            raise Refused(
                _("A part is more than what is open on its charge; somebody may have posted meanwhile. Look again.")
            )


def unapplied(payment: Payment, account_id: int | None = None) -> int:
    """What is left of a payment to allocate or refund, in cents: in all, or on one account."""
    legs = Posting.objects.filter(payment=payment, book=Book.UNAPPLIED)
    if account_id:
        legs = legs.filter(account=account_id)
    return -(legs.aggregate(sum=Sum("cents"))["sum"] or 0)


def allocate(
    payment: Payment, account: Account, shares: list[Share], *, on: date, key: str, by, source: Account | None = None
) -> list[JournalEntry]:
    """Lay unapplied money of a payment on charges of `account`; over another account it goes through transfer clearing.

    `source` is where the money stands: by default the payment's own account. Raises Refused when less is left there, or
    open. Same key again: the entries that stand.
    """
    total, home = sum(share.cents for share in shares), source.pk if source else payment.account_id
    with locked([account.pk, home]):
        standing = posted_as(key)
        if standing:
            return [standing]
        _check_shares(account.pk, payment.payer_id, total, shares)
        _check_left(payment, home, total)
        paid = tuple(
            Leg(Book.RECEIVABLE, -s.cents, charge=s.charge, payer=payment.payer_id, payment=payment.pk)
            for s in shares
            if s.cents
        )
        out = Leg(Book.UNAPPLIED, total, payment=payment.pk)
        if account.pk == home:
            return [post(Entry(home, Kind.ALLOCATION, on, (out, *paid), key), by)]
        return _across(Kind.ALLOCATION, payment, (home, out), (account.pk, paid), on=on, key=key, by=by)


def transfer_unapplied(
    payment: Payment, source: Account, target: Account, cents: int, *, on: date, key: str, by, memo=""
) -> list[JournalEntry]:
    """Move unapplied money of a client's payment to another client's account. Raises Refused when less is left at the source."""
    if source.pk == target.pk:
        raise Refused(_("The money stands there already. Choose another account."))
    if payment.payer_id or {source.kind, target.kind} != {Account.Kind.CLIENT}:
        raise Refused(_("A payer’s money stays at the payer. Lay it on a charge that the payer owes."))
    with locked([source.pk, target.pk]) as accounts:
        standing = posted_as(key)
        if standing:
            return [standing]
        if accounts[target.pk].merged_into_id or accounts[target.pk].closed_on:
            raise Refused(_("The other account is closed. Choose one that is open."))
        if cents <= 0:
            raise Refused(_("The amount must be more than 0.00."))
        _check_left(payment, source.pk, cents)
        out, arrived = (Leg(Book.UNAPPLIED, sign * cents, payment=payment.pk) for sign in (1, -1))
        legs = (source.pk, out), (target.pk, (arrived,))
        return _across(Kind.ACCOUNT_TRANSFER, payment, *legs, on=on, key=key, by=by, memo=memo)


def _check_left(payment: Payment, account: int, cents: int):
    if cents > unapplied(payment, account):
        raise Refused(_("Less than that is left of the payment. Look again."))


def laid(payment: Payment, charge: Charge) -> int:
    """What of a payment stands on a charge, in cents."""
    legs = Posting.objects.filter(payment=payment, charge=charge, book=Book.RECEIVABLE)
    return -(legs.aggregate(sum=Sum("cents"))["sum"] or 0)


def release(
    payment: Payment, charge: Charge, cents: int, *, on: date, key: str, by, memo="", reason=None
) -> JournalEntry:
    """Take money of a payment off a charge again; it is unapplied then, a payer's on its house account.

    Raises Refused when less of the payment stands there. Same key again: the entry that stands.
    """
    home = payment.account_id if payment.payer_id else charge.account_id
    with locked([charge.account_id, home]):
        standing = posted_as(key)
        if standing:
            return standing
        if not 0 < cents <= laid(payment, charge):
            raise Refused(_("Less than that of the payment is on the charge. Look again."))
        back = Leg(Book.RECEIVABLE, cents, charge=charge.pk, payer=payment.payer_id, payment=payment.pk)
        free = Leg(Book.UNAPPLIED, -cents, payment=payment.pk)
        if home == charge.account_id:
            why = reason and reason.pk
            return post(Entry(home, Kind.ALLOCATION, on, (back, free), key, memo, reason=why), by)
        sides = (charge.account_id, back), (home, (free,))
        _across(Kind.ALLOCATION, payment, *sides, on=on, key=key, by=by, memo=memo)
        return posted_as(key)


def refund(
    payment: Payment, account: Account, cents: int, *, way: str, on: date, key: str, by, memo="", reason=None
) -> Refund:
    """Set unapplied money of a payment aside for whoever paid it. Raises Refused when less is left on `account`.

    It leaves the house by `pay_out`. Same key again: the refund that stands.
    """
    with locked([account.pk]):
        standing = posted_as(key)
        if standing:
            return Refund.objects.get(entry=standing)
        if cents <= 0:
            raise Refused(_("The amount must be more than 0.00."))
        _check_left(payment, account.pk, cents)
        legs = (Leg(Book.UNAPPLIED, cents, payment=payment.pk), Leg(Book.REFUNDS, -cents, payment=payment.pk))
        entry = post(Entry(account.pk, Kind.REFUND, on, legs, key, memo, reason=reason and reason.pk), by)
        return Refund.objects.create(
            payment=payment, account=account, payer=payment.payer, cents=cents, way=way, entry=entry, created_by=by
        )


def pay_out(refund: Refund, *, way: str, reference: str, on: date, by) -> Payout:
    """The refund leaves the house. Paid out already: the payout that stands. Raises Refused when it was undone."""
    key = f"refund:{refund.pk}:paid"
    with locked([refund.account_id]):
        standing = posted_as(key)
        if standing:
            return Payout.objects.get(entry=standing)
        if JournalEntry.objects.filter(reverses=refund.entry_id).exists():
            raise Refused(_("The refund was undone. Ask for it anew."))
        legs = (
            Leg(Book.REFUNDS, refund.cents, payment=refund.payment_id),
            Leg(Book.CASH, -refund.cents, payment=refund.payment_id),
        )
        memo = f"{Refund.Way(way).label} {reference}".strip()
        entry = post(Entry(refund.account_id, Kind.REFUND, on, legs, key, memo), by)
        return Payout.objects.create(refund=refund, entry=entry, paid_on=on, way=way, reference=reference)


def _across(
    kind: str, payment: Payment, away: tuple[int, Leg], here: tuple[int, tuple[Leg, ...]], *, on: date, key: str, by, memo=""
) -> list[JournalEntry]:  # fmt: skip
    """Two entries in one transaction: `away` gives (account, its leg), `here` takes (account, its legs), clearing between."""
    (source, out), (target, legs) = away, here
    gone = Leg(Book.TRANSFER_CLEARING, -out.cents, payment=payment.pk)
    come = Leg(Book.TRANSFER_CLEARING, out.cents, payment=payment.pk)
    entries = [
        Entry(source, kind, on, (out, gone), f"{key}:out", memo),
        Entry(target, kind, on, (come, *legs), key, memo),
    ]
    return list(post_many(entries, by).entries.values())


def bring_in(charges: list[Charge], payments: list[Payment], entries: Callable[[], list[Entry]], by) -> Posted:
    """Bulk: save these charges and payments and post all that `entries()` makes of them, in one transaction.

    `entries` is called when the rows have their ids. Take `locked()` first and leave out what was posted before: an entry
    that stands already raises Refused, and nothing is saved.
    """
    with transaction.atomic():
        Charge.objects.bulk_create(charges)
        Payment.objects.bulk_create(payments)
        made = entries()
        posted = post_many(made, by)
        if len(posted.new) != len(made):
            raise Refused(_("Some of this was posted before. Look again and leave it out."))
        return posted


# -- without money ------------------------------------------------------------------------------------------------------


def adjust(
    kind: str, charge: Charge, cents: int, *, on: date, key: str, by, payer: Payer | None = None, memo="",
    reason: Reason | None = None,
) -> JournalEntry:  # fmt: skip
    """Take `cents` off what one party owes on a charge, into the book of `kind` (chart.ADJUSTMENTS). Raises Refused above what is open."""
    legs = (
        Leg(ADJUSTMENTS[kind], cents, charge=charge.pk),
        Leg(Book.RECEIVABLE, -cents, charge=charge.pk, payer=payer and payer.pk),
    )
    entry = Entry(charge.account_id, kind, on, legs, key, memo, reason=reason and reason.pk)
    return _lower(entry, charge, payer, cents, by)


def transfer_responsibility(
    charge: Charge, cents: int, *, source: Payer | None, target: Payer | None, on: date, key: str, by, memo="",
    reason: Reason | None = None,
) -> JournalEntry:  # fmt: skip
    """Move `cents` of a charge from one party to another (None: the client). Raises Refused above what is open at the first."""
    if (source and source.pk) == (target and target.pk):
        raise Refused(_("The charge is already there. Choose another party."))
    legs = (
        Leg(Book.RECEIVABLE, cents, charge=charge.pk, payer=target and target.pk),
        Leg(Book.RECEIVABLE, -cents, charge=charge.pk, payer=source and source.pk),
    )
    kind, why = Kind.TRANSFER_RESPONSIBILITY, reason and reason.pk
    return _lower(Entry(charge.account_id, kind, on, legs, key, memo, reason=why), charge, source, cents, by)


def _lower(entry: Entry, charge: Charge, payer: Payer | None, cents: int, by) -> JournalEntry:
    with locked([charge.account_id]):
        standing = posted_as(entry.key)
        if standing:
            return standing
        if cents <= 0:
            raise Refused(_("The amount must be more than 0.00."))
        open_now = OpenItem.objects.filter(charge=charge, payer=payer).values_list("cents", flat=True).first() or 0
        if cents > open_now:
            raise Refused(_("That is more than what is open. Lower the amount."))
        return post(entry, by)


# -- corrections --------------------------------------------------------------------------------------------------------


class StillNeeded(Refused):
    """Later entries stand on this one; `entries` are what to reverse first."""

    def __init__(self, entries: list[JournalEntry]):
        self.entries = entries
        named = "; ".join(str(entry) for entry in entries)
        super().__init__(_("Later entries stand on this one. Reverse them first: %(entries)s.") % {"entries": named})


def reverse(entry: JournalEntry, *, on: date, by, memo: str, reason: Reason | None = None) -> JournalEntry:
    """Undo an entry by its mirror image. Reversed already: that reversal. A reversal itself is never reversed: post anew.

    What one act wrote on several accounts (a payer's payment, a transfer) is undone on all of them. Raises StillNeeded,
    naming the entries that spent what these brought.
    """
    if entry.kind == Kind.REVERSAL:
        raise Refused(_("A reversal is never reversed. Post the entry anew."))
    parts = together(entry)
    with locked(part.account_id for part in parts):
        done = JournalEntry.objects.filter(reverses=entry).first()
        if done:
            return done
        legs = {part: list(part.postings.order_by("pk")) for part in parts}
        needed = [later for part in parts for later in dependents(part, legs[part])]
        if needed:
            raise StillNeeded(needed)
        mirrors = [_mirror(part, legs[part], on, memo, reason) for part in parts]
        return post_many(mirrors, by).entries[f"reverse:{entry.pk}"]


def _mirror(entry: JournalEntry, legs: list[Posting], on: date, memo: str, reason: Reason | None) -> Entry:
    mirrored = tuple(Leg(p.book, -p.cents, p.charge_id, p.payer_id, p.payment_id) for p in legs)
    key, why = f"reverse:{entry.pk}", reason and reason.pk
    return Entry(entry.account_id, Kind.REVERSAL, on, mirrored, key, memo, reverses=entry.pk, reason=why)


def of_payment(payment: Payment):
    """All that stands of a payment, the newest first."""
    standing = JournalEntry.objects.filter(postings__payment=payment, reversal=None, reverses=None)
    return standing.select_related("account").distinct().order_by("-pk")


def left_a_void_charge(payment: Payment) -> bool:
    """Whether money of it was taken off a charge that is void by now: it can then be undone only as a whole (take_back)."""
    taken_off = Posting.objects.filter(payment=payment, book=Book.RECEIVABLE, cents__gt=0)
    charges = taken_off.filter(entry__reversal=None, entry__reverses=None).values("charge")
    earned = Posting.objects.filter(charge__in=charges, book__in=[Book.REVENUE, Book.LATE_FEES, Book.INTEREST])
    return earned.order_by().values("charge").annotate(sum=Sum("cents")).filter(sum=0).exists()


def take_back(payment: Payment, *, on: date, by, memo: str, reason: Reason | None = None) -> list[JournalEntry]:
    """Undo all that stands of a payment at once; the entries that did. Nothing stands: none. Raises StillNeeded when refunded.

    At once, because one by one it may not go: what was taken off a charge that is void by now has no charge to go back to.
    """
    with locked(entry.account_id for entry in of_payment(payment)):
        entries = list(of_payment(payment))
        if refunds := [entry for entry in entries if entry.kind == Kind.REFUND]:
            raise StillNeeded(refunds)
        mirrors = [_mirror(entry, list(entry.postings.order_by("pk")), on, memo, reason) for entry in entries]
        return post_many(mirrors, by).new


def together(entry: JournalEntry) -> list[JournalEntry]:
    """The entry and what its own transaction wrote on other accounts for the same payment: they stand and fall as one.

    A refund and its paying out are two acts, each undone by itself.
    """
    if entry.kind == Kind.REFUND:
        return [entry]
    shared = entry.postings.filter(book__in=[Book.CASH, Book.TRANSFER_CLEARING]).values("payment")
    siblings = JournalEntry.objects.filter(
        created_txid=entry.created_txid, kind=entry.kind, postings__payment__in=shared
    )
    return list(JournalEntry.objects.filter(Q(pk=entry.pk) | Q(pk__in=siblings.values("pk"))))


def dependents(entry: JournalEntry, legs: list[Posting]) -> list[JournalEntry]:
    """Entries, not reversed, that spent what `entry` brought: without it an open item or unapplied money would fall below zero.

    Usually later ones. But when an earlier entry was reversed meanwhile, an earlier payment may live on this one.
    """
    payouts = Posting.objects.filter(entry__payout__refund__entry=entry, entry__reversal=None)
    needed = [payouts] if entry.kind == Kind.REFUND else []
    standing = Posting.objects.filter(entry__reversal=None, entry__reverses=None).exclude(entry=entry)
    for (charge, payer), cents in _sums(legs, Book.RECEIVABLE, lambda p: (p.charge_id, p.payer_id)).items():
        item = OpenItem.objects.get(charge=charge, payer=payer)
        if cents > 0 and item.cents < cents:
            needed.append(standing.filter(book=Book.RECEIVABLE, charge=charge, payer=payer, cents__lt=0))
    for (payment, charge), cents in _sums(legs, Book.RECEIVABLE, lambda p: (p.payment_id, p.charge_id)).items():
        # What was laid on the charge has been taken off it again since: it is somewhere else by now.
        if payment and cents < 0 and laid(Payment(pk=payment), Charge(pk=charge)) < -cents:
            needed.append(standing.filter(book=Book.RECEIVABLE, payment=payment, charge=charge, cents__gt=0))
    for payment, cents in _sums(legs, Book.UNAPPLIED, lambda p: p.payment_id).items():
        if cents < 0 and unapplied(Payment(pk=payment), entry.account_id) < -cents:
            needed.append(standing.filter(book=Book.UNAPPLIED, payment=payment, cents__gt=0))
    found = {spent for postings in needed for spent in _later_or_any(postings, entry)}
    return list(JournalEntry.objects.filter(pk__in=found))


def _later_or_any(postings, entry: JournalEntry) -> list[int]:
    later = list(postings.filter(entry__gt=entry.pk).values_list("entry", flat=True))
    return later or list(postings.values_list("entry", flat=True))


def _sums(legs: list[Posting], book: str, key) -> dict:
    sums: dict = {}
    for leg in legs:
        if leg.book == book:
            sums[key(leg)] = sums.get(key(leg), 0) + leg.cents
    return sums


# -- what is due when -----------------------------------------------------------------------------------------------------


def fall_due(item: OpenItem, parts: dict[date, int], *, from_day: date, because: str) -> list[Due]:
    """Write a new version of what is due when: it supersedes the former one whole from `from_day` on. Call under the lock.

    No parts: nothing is due on a day of its own any more, and the item ages from `since`.
    """
    version = (item.dues.order_by("-version").values_list("version", flat=True).first() or 0) + 1
    rows = sorted((parts or {from_day: 0}).items())
    dues = Due.objects.bulk_create(
        Due(open_item=item, version=version, due_on=d, cents=c, in_force_from=from_day, because=because)
        for d, c in rows
    )
    if item.payer_id is None:
        look_again([item.account_id])
    return dues


def fall_due_also(item: OpenItem, cents: int, due_on: date, *, from_day: date, because: str) -> list[Due]:
    """Keep what is still open on the dues in force, and let `cents` more fall due on `due_on`. Call under the lock.

    `cents` are part of the item's open amount: what the earlier dues hold is laid on the rest of it.
    """
    parts = remaining(max(0, item.cents - cents), dues_in_force(item, from_day))
    parts[due_on] = parts.get(due_on, 0) + cents
    return fall_due(item, parts, from_day=from_day, because=because)


def dues_in_force(item: OpenItem, on: date) -> dict[date, int]:
    """The gross parts of the version in force on a day: {due_on: cents}."""
    newest = item.dues.filter(in_force_from__lte=on).order_by("-version").values("version")[:1]
    return dict(item.dues.filter(version=newest, cents__gt=0).values_list("due_on", "cents"))


# -- when to look ---------------------------------------------------------------------------------------------------------

# Over all versions of dues, also those that are superseded: a lower bound.
_LOOK_ON = """
    UPDATE accounts_accountbalance b SET look_on = (
        SELECT min(greatest(d.due_on, d.in_force_from)) FROM accounts_openitem i JOIN accounts_due d ON d.open_item_id = i.id
         WHERE i.account_id = b.account_id AND i.payer_id IS NULL AND i.cents > 0 AND d.cents > 0
           AND greatest(d.due_on, d.in_force_from) > %s
    ) WHERE b.account_id = ANY(%s)
"""


def look_again(accounts: Iterable[int], after: date = date.min):
    """Look at these accounts when a due of their clients comes next, on a day later than `after`. Call under the lock."""
    with connection.cursor() as cursor:
        cursor.execute(_LOOK_ON, [after, sorted(accounts)])


def look_on(account: int, day: date):
    """Look at this account on that day, or when a due is written before. Call under the lock."""
    AccountBalance.objects.filter(account=account).update(look_on=day)


def balance(account: Account) -> tuple[int, int]:
    """(receivable, unapplied) in cents, as stored; zero when nothing was ever posted."""
    row = (
        Account.objects.filter(pk=account.pk)
        .values_list(F("balance__receivable_cents"), F("balance__unapplied_cents"))
        .first()
    )
    return (row and row[0] or 0, row and row[1] or 0)
