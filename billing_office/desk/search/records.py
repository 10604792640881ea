"""Records found by what is typed: accounts, invoices and other papers, receipts, deposits, members, payers.

Each kind asks its index and is cut off after FEW; all are scoped to the offices and rights of who asks.
"""

import re
from collections.abc import Iterable
from datetime import date

from django.db.models import Q, QuerySet
from django.urls import reverse

from accounts import finding
from accounts.models import Account, Client, ContactPoint, Payer, Payment
from billing_office.lib import dates, money
from billing_office.lib.sorting import sort_key
from billing_office.staff.access import may
from insurance.models import Coverage
from invoices.models import Deposit, Invoice

from .hits import Group, Hit

FEW = 8
ENOUGH = 60  # candidates that are looked at to choose FEW
NEAREST = 3
PAPER = re.compile(r"(?:[A-Z0-9]+-)?(RCT|DEP)-?0*([0-9]{1,17})")
INVOICE = re.compile(r"(?:INV-?)?([0-9]{1,9})")  # of one's own offices, whose code need not be typed


# -- accounts ---------------------------------------------------------------------------------------------------------------


def accounts(user, text: str) -> list[Group]:
    """By number; by phone or e-mail; by name, as it is written and then with a slip in it."""
    mine = Account.objects.for_staff(user)
    numbered = list(finding.numbered(mine, text).select_related("office").order_by("number")[:FEW])
    whole = finding.numbers(text)
    hits = [_account(one, exact=one.number in whole) for one in numbered]
    if (reached := finding.points(text)) is not None:
        hits += _reached(reached, mine)
    hits += _members(text, mine)
    words = finding.name_words(text)
    if numbered or "@" in text or not any(c.isalpha() for c in text):
        return [Group("Accounts", "user", _once(hits)[:FEW])]
    begun = finding.begun(words)
    sure = _named(words, begun, mine)
    near = [] if len(hits) + len(sure) > FEW // 2 else _named(words, finding.misspelt(words, begun), mine)
    seen = {hit.account for hit in hits + sure}
    return [
        Group("Accounts", "user", _once(hits + sure)[:FEW]),
        Group("Names like it", "user", [hit for hit in near if hit.account not in seen][:FEW]),
    ]


def nearest(user, text: str) -> list[Hit]:
    """Accounts whose numbers share the longest beginning with a number that is nobody's."""
    mine = Account.objects.for_staff(user).select_related("office")
    for number in finding.numbers(text)[-1:]:
        for length in range(len(number) - 1, len(number) - 4, -1):
            if length > len(finding.ACCOUNT_PREFIX) and (
                found := list(mine.filter(number__startswith=number[:length]).order_by("number")[:NEAREST])
            ):
                return [_account(account) for account in found]
    return []


def _named(words: list[str], meanings: finding.Meanings, mine: QuerySet) -> list[Hit]:
    clients, found = finding.named(words, meanings), []
    if any(meanings):
        with finding.by_words():
            found += _of(clients, mine)[:ENOUGH]
    if len(words) == 1:
        found += _of(finding.beginning(words[0]), mine)[:FEW]
    elif not any(meanings):  # only letters: a last name that begins with one of them
        for word in words:
            found += _of(finding.beginning(word) & clients.order_by("sort_key", "id"), mine)[:FEW]
    found.sort(key=lambda client: (-_likeness(client, meanings), client.sort_key, client.pk))
    return _once([_account(client.account, client) for client in found])


def _of(clients: QuerySet, mine: QuerySet) -> QuerySet:
    """Only those on accounts of `mine`, joined and not looked up one by one."""
    offices = {"account__kind": Account.Kind.CLIENT, "account__in": mine}
    return clients.filter(**offices).select_related("account__office")


def _likeness(client: Client, meanings: finding.Meanings) -> float:
    """How like the best word for each word typed is; a last name that begins so comes first, and who answers for the account."""
    known = finding.name_words(client.sort_key)
    best = sum(max((each.get(word, 0) for word in known), default=0) for each in meanings)
    first = 0.05 * bool(known and known[0] in meanings[0]) + 0.01 * (client.pk == client.account.guarantor_id)
    return best + first - 0.5 * bool(client.account.closed_on)


def _reached(points: QuerySet[ContactPoint], mine: QuerySet) -> list[Hit]:
    found = points.filter(client__account__in=mine).select_related("client__account__office").order_by()[:FEW]
    return [
        _account(point.client.account, point.client, f"{point.value}{' (bad)' if point.bad_since else ''}")
        for point in found
    ]


def _members(text: str, mine: QuerySet) -> list[Hit]:
    if not any(c.isdigit() for c in text):
        return []
    found = Coverage.objects.standing().of_member(text).filter(client__account__in=mine)
    found = found.select_related("client__account__office", "plan__payer").order_by()[:FEW]
    return [_account(one.client.account, one.client, f"Member {one.member_number}, {one.plan.payer}") for one in found]


def _account(account: Account, client: Client | None = None, reached="", *, exact=False) -> Hit:
    """With what tells two people of one name apart: the office's code, on whose account, born when."""
    other = client is not None and client.pk != account.guarantor_id
    born = f"born {_day(client.birth_date)}" if client and client.birth_date else ""
    whose = f"on the account of {account.name}" if other else ""
    state = "Merged" if account.merged_into_id else "Closed" if account.closed_on else ""
    return Hit(
        client.name if client else account.name, reverse("account", args=[account.pk]), account.number,
        ", ".join(part for part in [account.office.code, whose, reached, born] if part), state, exact=exact, account=account.pk,
    )  # fmt: skip


# -- papers and money ---------------------------------------------------------------------------------------------------------


def papers(user, text: str) -> list[Group]:
    """Invoices, receipts and deposits by number; the figures alone mean this office's invoice."""
    bare = "".join(text.split()).upper()
    if not (bare.isascii() and any(c.isdigit() for c in bare)):
        return []
    short = INVOICE.fullmatch(bare)
    numbers = [f"{office.code}-INV-{int(short[1]):06d}" for office in user.offices.all()] if short else [bare]
    begins = Q(number__startswith=bare) if "-" in bare else Q(pk__in=[])
    found = Invoice.objects.for_staff(user).filter(Q(number__in=numbers) | begins)
    invoices = found.select_related("account", "payer").order_by("number")[:FEW]
    groups = [Group("Invoices", "letter", [_invoice(one, exact=one.number == bare) for one in invoices])]
    if paper := PAPER.fullmatch(bare):
        kind, pk = paper[1], int(paper[2])
        groups += [_receipts(user, pk)] if kind == "RCT" else [_deposits(user, pk)]
    return groups


def _invoice(invoice: Invoice, *, exact: bool) -> Hit:
    to = invoice.to.name
    words = f"{to}, {_day(invoice.issued_on)}, ${money.show(invoice.cents)}"
    tag = "Void" if invoice.voided_at else ""
    return Hit(
        "Invoice",
        reverse("invoice", args=[invoice.pk]),
        invoice.number,
        words,
        tag,
        exact=exact,
        account=invoice.account_id,
    )


def _receipts(user, pk: int) -> Group:
    found = Payment.objects.for_staff(user).filter(pk=pk).select_related("account")[:1]
    hits = [
        Hit(
            f"Receipt of ${money.show(one.cents)}", reverse("payment", args=[one.pk]), f"RCT-{one.pk:06d}",
            f"{one.account.name}, {_day(one.received_on)}", exact=True, account=one.account_id,
        )
        for one in found
    ]  # fmt: skip
    return Group("Receipts", "money", hits)


def _deposits(user, pk: int) -> Group:
    found = Deposit.objects.for_staff(user).filter(pk=pk).select_related("office")[:1]
    hits = [Hit("Deposit", reverse("deposit", args=[one.pk]), one.number, _day(one.day), exact=True) for one in found]
    return Group("Deposits", "money", hits)


def payers(user, text: str) -> Group:
    words = sort_key(text).split()
    if not words or not may(user, "read_payers"):
        return Group("Payers", "shield")
    found = Payer.objects.all()
    for word in words:
        found = found.filter(Q(sort_key__startswith=word) | Q(sort_key__contains=f" {word}"))
    hits = [Hit(one.name, reverse("payer", args=[one.pk]), detail=one.get_payer_class_display()) for one in found[:FEW]]
    return Group("Payers", "shield", hits)


# -- words ----------------------------------------------------------------------------------------------------------------------


def _once(hits: Iterable[Hit]) -> list[Hit]:
    """The first of each account."""
    return list({hit.account: hit for hit in reversed(list(hits))}.values())[::-1]


def _day(day: date) -> str:
    return dates.short(day, dates.today())
