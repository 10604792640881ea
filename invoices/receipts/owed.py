"""What the paying party owes, in the order of paying: on one account, on the accounts it names, or (a payer) wherever it owes."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Sum
from django.utils.translation import gettext as _

from accounts import aging
from accounts.allocation import Told, in_order, rank
from accounts.models import Account, Book, Charge, OpenItem, Payer, Posting
from billing_office.lib.money import show

from .stub import Named, Unread

LISTED = 300  # charges that one form offers, in the order of paying; more are settled by the next receipt


@dataclass(frozen=True)
class Owed:
    """`parts` in the order of paying, of the listed `charges` alone; `told` and `notes`: what the payer's lines mean.

    `more` charges, `more_cents` in all, are open beyond those listed.
    """

    parts: list[aging.Part]
    charges: list[Charge]
    told: list[Told]
    notes: list[str]
    more: int
    more_cents: int


def owed(
    payer: Payer | None, home: Account | None, named: list[Named], user, today: date, *, oldest: bool = False
) -> Owed:
    """`home` is the account whose page it is, None on a payer's own page: there, a payer who names lines is offered these alone.

    Raises Unread where nothing is owed under a line.
    """
    mine = Account.objects.for_staff(user)
    accounts = {pk for one in named for pk in one.accounts} | ({home.pk} if home else set())
    accounts = accounts or _longest_waiting(payer, mine)
    found = aging.parts(mine.filter(pk__in=accounts), today) if accounts else []
    parts = [
        part for part in found if part.cents > 0 and part.payer == (payer and payer.pk) and _offered(part, home, named)
    ]
    parts = in_order(parts, today, _ranks(parts), oldest=oldest)
    told, notes = _told(named, parts, payer)
    order = dict.fromkeys(charge for one in told for charge in sorted(one.charges)) | dict.fromkeys(
        part.charge for part in parts
    )
    listed = list(order)[:LISTED]
    charges = Charge.objects.select_related("account").in_bulk(listed)
    kept = [part for part in parts if part.charge in charges]
    count, cents = (len(order), sum(part.cents for part in parts)) if home else _everywhere(payer, mine)
    more_cents = cents - sum(part.cents for part in kept)
    return Owed(kept, [charges[pk] for pk in listed], told, notes, max(0, count - len(listed)), max(0, more_cents))


def _longest_waiting(payer: Payer | None, mine) -> list[int]:
    """The accounts of the payer's oldest open items, so that a payer with a thousand accounts is answered at once."""
    items = OpenItem.objects.filter(payer=payer, cents__gt=0, account__in=mine)
    return list(items.order_by("since", "id").values_list("account", flat=True)[:LISTED])


def _everywhere(payer: Payer | None, mine) -> tuple[int, int]:
    sums = OpenItem.objects.filter(payer=payer, cents__gt=0, account__in=mine).aggregate(
        n=Count("pk"), cents=Sum("cents")
    )
    return sums["n"], sums["cents"] or 0


def _offered(part: aging.Part, home: Account | None, named: list[Named]) -> bool:
    if home and part.account == home.pk:
        return True
    return (not home and not named) or any(_means(one, part) for one in named)


def _means(one: Named, part: aging.Part) -> bool:
    return part.charge in one.charges if one.charges is not None else part.account in one.accounts


def _ranks(parts: list[aging.Part]) -> dict[int, int]:
    """Where some are costs or interest: each charge's place by the order of its account's office."""
    of_charge = {part.charge: part.account for part in parts}
    legs = Posting.objects.filter(charge__in=of_charge, book__in=[Book.LATE_FEES, Book.INTEREST, Book.REVENUE])
    books: dict[int, set[str]] = {}
    for charge, book in legs.values_list("charge", "book").distinct():
        books.setdefault(charge, set()).add(book)
    kinds = {charge: _kind(found) for charge, found in books.items()}
    if set(kinds.values()) <= {"principal"}:
        return {}
    orders = dict(Account.objects.filter(pk__in=of_charge.values()).values_list("pk", "office__pay_order"))
    return {charge: rank(kinds[charge], orders[account]) for charge, account in of_charge.items()}


def _kind(books: set[str]) -> str:
    """A charge is costs or interest when nothing else was earned by it."""
    if books == {Book.LATE_FEES}:
        return "costs"
    return "interest" if books == {Book.INTEREST} else "principal"


def _told(named: list[Named], parts: list[aging.Part], payer: Payer | None) -> tuple[list[Told], list[str]]:
    told, notes, nothing = [], [], []
    for one in named:
        theirs = [part for part in parts if _means(one, part)]
        line, open_now = one.line, sum(part.cents for part in theirs)
        if not theirs:
            who = payer.name if payer else _("The client")
            nothing.append(
                _("Line %(n)d: %(who)s owes nothing under %(number)s; take the line out.")
                % {"n": line.at, "who": who, "number": line.number}
            )
        elif line.cents and line.cents > open_now:
            note = _(
                "Line %(n)d: %(number)s is paid %(paid)s, but only %(open)s is open there."
                " The rest is laid where it fits, or stays unapplied."
            )
            facts = {"n": line.at, "number": line.number, "paid": show(line.cents), "open": show(open_now)}
            notes.append(note % facts)
        told.append(Told(frozenset(part.charge for part in theirs), line.cents))
    if nothing:
        raise Unread(nothing[:10])
    return told, notes
