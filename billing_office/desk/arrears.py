"""The arrears board: who owes, how old it is, gross; each figure leads to the accounts behind it."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Q, Sum
from django.http import Http404
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts import aging, past
from accounts.models import Account, Book, Payer, Posting
from billing_office.audit import acts
from billing_office.lib import charts, dates
from billing_office.lib.tables import Column, Empty, Table, chips, export

from .looking import Look, look

CELLS = [*aging.COLUMNS]  # not yet due, the ages, credits
COLOURS = {aging.NOT_DUE: "fa0", "a1": "fa1", "a2": "fa2", "a3": "fa3", "a4": "fa4"}
OWNER_COLOURS = {"insurer": "cr1", "government": "cr2", "other": "cr3", "client": "cr4"}
TOP = 25  # accounts past due on the board itself


@dataclass(frozen=True)
class Figure:
    """One number of the board and the list that makes it."""

    cents: int
    href: str


@dataclass(frozen=True)
class BoardRow:
    label: str
    css: str
    figures: list[Figure]
    total: Figure
    unapplied: Figure
    accounts: int


def arrears(request):
    at, accounts = look(request), Account.objects.for_staff(request.user)
    cells, late = aging.board_and_late(accounts, at.on, at.seen, TOP)
    held = aging.unapplied(accounts, at.seen)
    names = Account.objects.in_bulk([row.account for row in late.first])
    context = {
        "look": at,
        "today": dates.today(),
        "heads": [(label, COLOURS.get(name, "").replace("f", "c", 1)) for name, label in aging.COLUMNS.items()],
        "rows": [_row(cells, held, owner, label, at) for owner, (label, _classes) in aging.OWNERS.items()],
        "total": _row(cells, held, "all", _("Total"), at),
        "shares": _shares(cells),
        "bars": charts.strip(
            [
                charts.Part(COLOURS[name], aging.COLUMNS[name], _cents(cells, "all", name), _href("all", name, at))
                for name in COLOURS
            ]
        ),
        "past": Table(
            _past_columns(names, at.on),
            late.first,
            caption=_("Accounts past due"),
            href=_account_href,
        ),
        "past_count": late.accounts,
        "past_cents": late.cents,
        "over_90": _cents(cells, "all", "a4"),
        "over_90_href": _href("all", "a4", at),
        "not_due_href": _href("all", aging.NOT_DUE, at),
        "not_due": _cents(cells, "all", aging.NOT_DUE),
        "all_href": _href("all", "all", at),
        "all_file": reverse("arrears_rows", args=["all", "all"]) + at.file("xlsx"),
        "client_href": _href("client", "all", at),
    }
    return render(request, "desk/arrears.html", context)


def proof(request):
    """The board's total beside the receivable book itself, summed from postings: its own request, since it reads the ledger."""
    at, accounts = look(request), Account.objects.for_staff(request.user)
    board = aging.board(accounts, at.on, at.seen).get(("all", "all"), aging.Cell()).cents
    legs = Posting.objects.filter(book=Book.RECEIVABLE, account__in=accounts.order_by().values("pk"))
    if at.seen:
        legs = legs.filter(entry__effective_date__lte=at.on)
    if at.known:
        legs = legs.filter(entry__posted_at__lte=at.known)
    ledger = legs.aggregate(sum=Sum("cents"))["sum"] or 0
    return render(request, "desk/_proof.html", {"board": board, "ledger": ledger, "now": dates.now()})


def rows(request, owner, column):
    """Who stands behind one figure, most money first, on screen and as a file: accounts, or (?by=payer) payers."""
    if owner not in (*aging.OWNERS, "all") or column not in (*aging.COLUMNS, "all"):
        raise Http404(_("No such figure on the board."))
    at, accounts = look(request), Account.objects.for_staff(request.user)
    by_payer = owner != "client" and request.GET.get("by") == "payer"
    behind = aging.cell_payers if by_payer else aging.cell_accounts
    found = behind(accounts, at.on, owner, column, at.seen)
    asked = request.GET.get("as", "")
    shown = found if asked else found[:500]
    table = _payers_table(shown, at.on) if by_payer else _rows_table(shown, at.on)
    if file := export(request, table, f"arrears-{owner}-{column}"):
        acts.record(request.user, "arrears_exported", detail={"owner": owner, "column": column, "rows": len(found)})
        return file
    table.totals = {"number": _count(len(found)), "cents": sum(row.cents for row in found)}
    title = f"{_owner_label(owner)}: {aging.COLUMNS.get(column, _('all ages')).lower()}"
    context = {
        "table": table,
        "title": title,
        "counted": _count_payers(len(found)) if by_payer else _count(len(found)),
        "cents": table.totals["cents"],
        "more": len(found) - len(shown),
        "look": at,
        "chips": []
        if owner in ("client", "all")
        else chips(request, "by", [("", _("By account")), ("payer", _("By payer"))]),
    }
    return render(request, "desk/arrears_rows.html", context)


@dataclass(frozen=True)
class Holder:
    """An account with money on no charge, and what is owed on it all the same."""

    account: Account
    unapplied: int
    owed: int


def unapplied(request, owner):
    """Who gave money that is on no charge yet: clients' accounts, and payers with what stands on their house accounts."""
    if owner not in (*aging.OWNERS, "all"):
        raise Http404(_("No such figure on the board."))
    at = look(request)
    found = _holders(request.user, owner, at)
    columns = [
        Column("number", _("Account"), value="account.number", kind="id"),
        Column("name", _("Name"), value="account.name", link=_holder_href),
        Column("unapplied", _("Unapplied"), kind="money"),
        Column("owed", _("Owed in all"), kind="nil_money"),
    ]
    empty = Empty(_("No unapplied money"), _("All money received is on a charge."))
    table = Table(columns, found, caption=_("Unapplied money"), href=_holder_href, empty=empty)
    if file := export(request, table, f"unapplied-{owner}"):
        detail = {"owner": owner, "column": "unapplied", "rows": len(found)}
        acts.record(request.user, "arrears_exported", detail=detail)
        return file
    total = sum(row.unapplied for row in found)
    table.totals = {"number": _count(len(found)), "unapplied": total}
    title = _("%(owner)s: unapplied money") % {"owner": _owner_label(owner)}
    context = {"table": table, "title": title, "counted": _count(len(found)), "cents": total, "more": 0, "look": at}
    return render(request, "desk/arrears_rows.html", context)


def _holders(user, owner: str, at: Look) -> list[Holder]:
    wanted = Q()
    if owner in ("client", "all"):
        wanted |= Q(pk__in=Account.objects.for_staff(user).order_by().values("pk"))
    for name, (_label, classes) in aging.OWNERS.items():
        if owner in (name, "all") and classes:
            wanted |= Q(kind=Account.Kind.HOUSE, payer__payer_class__in=classes)
    if at.seen:
        sums = past.balances(Account.objects.filter(wanted), at.seen)
        accounts = Account.objects.in_bulk([pk for pk, (_, held) in sums.items() if held > 0])
        found = [Holder(account, sums[pk][1], sums[pk][0]) for pk, account in accounts.items()]
    else:
        held = Account.objects.filter(wanted, balance__unapplied_cents__gt=0).select_related("balance")
        found = [Holder(row, row.balance.unapplied_cents, row.balance.receivable_cents) for row in held]
    return sorted(found, key=lambda holder: (-holder.unapplied, holder.account.pk))


def _holder_href(holder: Holder) -> str:
    account = holder.account
    return reverse("payer", args=[account.payer_id]) if account.payer_id else reverse("account", args=[account.pk])


# -- figures ------------------------------------------------------------------------------------------------------------------


def _row(cells, held, owner: str, label: str, at: Look) -> BoardRow:
    money = sum(cell.cents for name, cell in held.items() if owner in (name, "all"))
    whole = cells.get((owner, "all"), aging.Cell())
    figures = [Figure(_cents(cells, owner, name), _href(owner, name, at)) for name in CELLS]
    return BoardRow(
        label,
        OWNER_COLOURS.get(owner, ""),
        figures,
        Figure(whole.cents, _href(owner, "all", at)),
        Figure(money, reverse("arrears_unapplied", args=[owner]) + at.query),
        whole.accounts,
    )


def _cents(cells, owner: str, name: str) -> int:
    return cells.get((owner, name), aging.Cell()).cents


def _href(owner: str, name: str, at: Look) -> str:
    """Employers and other entities are called by their own name, whosever clients it is for."""
    by = f"{'&' if at.query else '?'}by=payer" if owner == "other" else ""
    return reverse("arrears_rows", args=[owner, name]) + at.query + by


def _shares(cells) -> list[str]:
    """Each column's share of the whole, in percent with one decimal, in whole tenths so that nothing is a float."""
    whole = _cents(cells, "all", "all")
    return [
        f"{tenths // 10}.{tenths % 10} %"
        for name in CELLS
        for tenths in [abs(_cents(cells, "all", name)) * 1000 // whole if whole > 0 else 0]
    ]


def _count(accounts: int) -> str:
    return ngettext("%(count)d account", "%(count)d accounts", accounts) % {"count": accounts}


def _count_payers(payers: int) -> str:
    return ngettext("%(count)d payer", "%(count)d payers", payers) % {"count": payers}


def _owner_label(owner: str) -> str:
    return aging.OWNERS[owner][0] if owner in aging.OWNERS else _("Everyone")


# -- lists --------------------------------------------------------------------------------------------------------------------


def _account_columns(names: dict[int, Account], today: date, money_head: str) -> list[Column]:
    return [
        Column("number", _("Account"), value=lambda row: names[row.account].number, kind="id"),
        Column("name", _("Name"), value=lambda row: names[row.account].name, link=_account_href),
        Column("cents", money_head, kind="money"),
        Column("oldest", _("Oldest since"), kind="day"),
        Column("age", _("Age"), value=lambda row: (today - row.oldest).days if row.oldest else None, kind="age"),
    ]


def _account_href(row: aging.AccountRow) -> str:
    return reverse("account", args=[row.account])


def _past_columns(names, today):
    return _account_columns(names, today, _("Past due"))


def _rows_table(found: list[aging.AccountRow], today: date) -> Table:
    names = Account.objects.in_bulk([row.account for row in found])
    empty = Empty(_("Nobody"), _("No account stands behind this figure."))
    return Table(
        _account_columns(names, today, _("Amount")),
        found,
        caption=_("Accounts"),
        href=_account_href,
        empty=empty,
    )


def _payers_table(found: list[aging.PayerRow], today: date) -> Table:
    payers = Payer.objects.in_bulk([row.payer for row in found])
    columns = [
        Column("name", _("Payer"), value=lambda row: payers[row.payer].name),
        Column("class", _("Class"), value=lambda row: payers[row.payer].get_payer_class_display(), lo=True),
        Column("accounts", _("Accounts"), kind="int"),
        Column("cents", _("Amount"), kind="money"),
        Column("oldest", _("Oldest since"), kind="day"),
        Column("age", _("Age"), value=lambda row: (today - row.oldest).days if row.oldest else None, kind="age"),
    ]
    empty = Empty(_("Nobody"), _("No payer stands behind this figure."))
    return Table(columns, found, caption=_("Payers"), href=lambda row: reverse("payer", args=[row.payer]), empty=empty)
