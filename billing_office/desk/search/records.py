"""Records found by what is typed: accounts, invoices and other papers, receipts, deposits, members, payers.

Each kind asks its index and is cut off after FEW; all are scoped to the offices and rights of who asks.
"""

import re
from collections.abc import Iterable
from datetime import date
from itertools import chain

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts import finding
from accounts.models import Account, Client, ContactPoint, NameBearer, Payer, Payment
from accounts.models.account import scope
from billing_office.lib import dates, money
from billing_office.lib.sorting import sort_key
from billing_office.staff.access import may
from insurance.models import Coverage
from invoices.models import Deposit, Invoice

from .hits import Group, Hit

FEW = 8
ENOUGH = 60  # candidates that are looked at to choose FEW
NEAREST = 3
WIDE = 200  # phones or addresses that begin alike: above this, the office is asked first
PAPER = re.compile(r"(?:[A-Z0-9]+-)?(RCT|DEP)-?0*([0-9]{1,17})")
INVOICE = re.compile(r"(?:INV-?)?([0-9]{1,9})")  # of one's own offices, whose code need not be typed


# -- accounts ---------------------------------------------------------------------------------------------------------------


def accounts(user, text: str) -> list[Group]:
    """By number; by phone or e-mail; by name, as it is written and then with a slip in it."""
    mine = Account.objects.for_staff(user)
    numbered = list(finding.numbered(mine, text).select_related("office").order_by("number")[:FEW])
    whole = finding.numbers(text)
    hits = [_account(one, exact=one.number in whole) for one in numbered]
    hits += _reached(user, finding.points(text)) + _members(user, text)
    words = finding.name_words(text)
    if numbered or "@" in text or not any(c.isalpha() for c in text):
        return [Group(_("Accounts"), "user", _once(hits)[:FEW])]
    bearers = NameBearer.objects.for_staff(user)
    sure = _named(bearers, words)
    near = [] if len(hits) + len(sure) > FEW // 2 else _named(bearers, words, finding.misspelt(words))
    seen = {hit.account for hit in hits + sure}
    return [
        Group(_("Accounts"), "user", _once(hits + sure)[:FEW]),
        Group(_("Names like it"), "user", [hit for hit in near if hit.account not in seen][:FEW]),
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


def _named(mine: QuerySet[NameBearer], words: list[str], slips: finding.Slips | None = None) -> list[Hit]:
    bearers = finding.named(words, slips, mine).select_related("client", "account__office")
    found = list(bearers[:ENOUGH])
    if len(words) == 1:  # whoever is called so by last name, however many are by first
        found += bearers.filter(leads=True)[:FEW]
    slips = slips or [{} for word in words]
    found.sort(key=lambda one: (-_likeness(one, words, slips), one.client.sort_key, one.client_id))
    return _once([_account(one.account, one.client) for one in found])


def _likeness(bearer: NameBearer, words: list[str], slips: finding.Slips) -> float:
    """How like the best word for each word typed is; a last name that begins so comes first, and who answers for the account."""
    client, account = bearer.client, bearer.account
    known = finding.name_words(client.sort_key)
    best = sum(max(_like(typed, word, others) for word in known) for typed, others in zip(words, slips, strict=True))
    first = 0.05 * bool(_like(words[0], known[0], slips[0])) + 0.01 * (client.pk == account.guarantor_id)
    return best + first - 0.5 * bool(account.closed_on)


def _like(typed: str, word: str, slips: dict[str, float]) -> float:
    return 1.0 if word == typed else 0.9 if word.startswith(typed) else slips.get(word, 0.0)


def _reached(user, ways: list[QuerySet[ContactPoint]]) -> list[Hit]:
    """Mostly so few that all offices' are asked, and then whose they are; of a beginning that many share, the first of mine."""
    if not ways:
        return []
    mine = scope(user, "client__account__")
    ids = [way.values_list("pk") for way in ways]
    near = list(ids[0].union(*ids[1:], all=True)[:WIDE])
    if len(near) < WIDE:
        ways = [ContactPoint.objects.filter(pk__in=[pk for (pk,) in near]).order_by()] if near else []
    found = [way.filter(mine).select_related("client__account__office")[:FEW] for way in ways]
    bad = _("%(number)s (bad)")
    return [
        _account(point.client.account, point.client, bad % {"number": point.value} if point.bad_since else point.value)
        for point in chain.from_iterable(found)
    ]


def _members(user, text: str) -> list[Hit]:
    if not any(c.isdigit() for c in text):
        return []
    called = list(Coverage.objects.standing().of_member(text).order_by().values_list("pk", flat=True))
    if not called:
        return []
    mine = Coverage.objects.filter(scope(user, "client__account__"), pk__in=called).order_by()
    found = mine.select_related("client__account__office", "plan__payer")[:FEW]
    return [
        _account(
            one.client.account,
            one.client,
            _("Member %(number)s, %(payer)s") % {"number": one.member_number, "payer": one.plan.payer},
        )
        for one in found
    ]


def _account(account: Account, client: Client | None = None, reached="", *, exact=False) -> Hit:
    """With what tells two people of one name apart: the office's code, on whose account, born when."""
    other = client is not None and client.pk != account.guarantor_id
    born = _("born %(day)s") % {"day": _day(client.birth_date)} if client and client.birth_date else ""
    whose = _("on the account of %(name)s") % {"name": account.name} if other else ""
    state = _("Merged") if account.merged_into_id else _("Closed") if account.closed_on else ""
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
    groups = [Group(_("Invoices"), "letter", [_invoice(one, exact=one.number == bare) for one in invoices])]
    if paper := PAPER.fullmatch(bare):
        kind, pk = paper[1], int(paper[2])
        groups += [_receipts(user, pk)] if kind == "RCT" else [_deposits(user, pk)]
    return groups


def _invoice(invoice: Invoice, *, exact: bool) -> Hit:
    to = invoice.to.name
    words = f"{to}, {_day(invoice.issued_on)}, ${money.show(invoice.cents)}"
    tag = _("Void") if invoice.voided_at else ""
    return Hit(
        _("Invoice"),
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
            _("Receipt of $%(amount)s") % {"amount": money.show(one.cents)}, reverse("payment", args=[one.pk]), f"RCT-{one.pk:06d}",
            f"{one.account.name}, {_day(one.received_on)}", exact=True, account=one.account_id,
        )
        for one in found
    ]  # fmt: skip
    return Group(_("Receipts"), "money", hits)


def _deposits(user, pk: int) -> Group:
    found = Deposit.objects.for_staff(user).filter(pk=pk).select_related("office")[:1]
    hits = [
        Hit(_("Deposit"), reverse("deposit", args=[one.pk]), one.number, _day(one.day), exact=True) for one in found
    ]
    return Group(_("Deposits"), "money", hits)


def payers(user, text: str) -> Group:
    words = sort_key(text).split()
    if not words or not may(user, "read_payers"):
        return Group(_("Payers"), "shield")
    found = Payer.objects.all()
    for word in words:
        found = found.filter(Q(sort_key__startswith=word) | Q(sort_key__contains=f" {word}"))
    hits = [Hit(one.name, reverse("payer", args=[one.pk]), detail=one.get_payer_class_display()) for one in found[:FEW]]
    return Group(_("Payers"), "shield", hits)


# -- words ----------------------------------------------------------------------------------------------------------------------


def _once(hits: Iterable[Hit]) -> list[Hit]:
    """The first of each account."""
    return list({hit.account: hit for hit in reversed(list(hits))}.values())[::-1]


def _day(day: date) -> str:
    return dates.short(day, dates.today())
