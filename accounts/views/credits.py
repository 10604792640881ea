"""The list of credits: whose, since when, which clock runs, and the next step by button."""

from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts import credits
from accounts.credits import Credit
from billing_office.audit.acts import record
from billing_office.lib import dates
from billing_office.lib.paging import Page
from billing_office.lib.tables import Column, Empty, Table, chips, export
from billing_office.staff.access import may

PORTION = 100


def credit_list(request):
    user, today, owner = request.user, dates.today(), request.GET.get("owner", "")
    found = credits.of_staff(user, today, owner)
    columns = _columns(user, today)
    if file := export(request, Table(columns, found), "credits"):
        record(user, "credits_exported", detail={"owner": owner[:10], "rows": len(found)})
        return file
    page = _page(found, request.GET.get("after") or request.GET.get("before") or "")
    empty = Empty(_("No credits"), _("Nobody has paid more than they owe."))
    table = Table(
        columns, page.rows, caption=_("Credits"), page=page, empty=empty, state=lambda credit: _tone(credit, today)
    )
    context = {"table": table, "chips": chips(request, "owner", credits.OWNERS.items()), "found": len(found)}
    context |= {"cents": sum(credit.cents for credit in found), "rules": _rules(found)}
    return render(request, "accounts/refunds/credits.html", context)


def _columns(user, today) -> list[Column]:
    return [
        Column("name", _("Whose"), link=_account_href),
        Column("number", _("Account"), value=lambda credit: "" if credit.house else credit.number, kind="id"),
        Column("where", _("Where it stands"), kind="link", value=_where),
        Column("cents", _("Credit"), kind="money"),
        Column("since", _("Since"), kind="day"),
        Column("days", _("Age"), value=lambda credit: (today - credit.since).days, kind="age"),
        Column("by", _("Gone by"), kind="day"),
        Column("clock", _("Clock"), value=lambda credit: credit.rule.source if credit.rule else _("No rule in force"), lo=True, wrap=True),
        Column("next", _("Next step"), kind="link", value=lambda credit: _next(credit, user)),
        Column("else", _("Or"), kind="link", value=lambda credit: _refund(credit, user) if credit.owes else None),
    ]  # fmt: skip


def _account_href(credit: Credit) -> str:
    return "" if credit.house else reverse("account", args=[credit.account])


def _where(credit: Credit) -> tuple[str, str]:
    if credit.charge:
        href = reverse("account", args=[credit.account]) + f"?why={credit.charge}#why"
        return _("on charge C-%(number)s") % {"number": credit.charge}, href
    return _("payment no. %(number)s") % {"number": credit.payment}, reverse("payment", args=[credit.payment])


def _next(credit: Credit, user) -> tuple[str, str] | None:
    """Off the charge first; then on what the same party owes; else back to whoever paid."""
    if credit.charge:
        return _if(user, "transfer_money", _("Take off the charge"), reverse("charge_release", args=[credit.charge]))
    if credit.owes:
        href = reverse("payment_allocate", args=[credit.payment]) + f"?at={credit.account}"
        return _if(user, "post_client_payments", _("Lay on charges"), href)
    return _refund(credit, user)


def _refund(credit: Credit, user) -> tuple[str, str] | None:
    if credit.charge:
        return None
    href = reverse("payment_refund", args=[credit.payment]) + f"?at={credit.account}"
    return _if(user, "refund_money", _("Refund"), href)


def _if(user, right: str, label: str, href: str) -> tuple[str, str] | None:
    return (label, href) if may(user, right) else None


def _tone(credit: Credit, today) -> str:
    """Bad once its clock has run out, warn in the last quarter of it."""
    if credit.by is None:
        return ""
    left = (credit.by - today).days
    return "bad" if left < 0 else "warn" if left * 4 < credit.rule.days else ""


def _rules(found: list[Credit]):
    """The clocks that run on these, for the words above the list."""
    return list({credit.rule.pk: credit.rule for credit in found if credit.rule}.values())


def _page(found: list[Credit], after: str) -> Page:
    skip = int(after) if after.isascii() and after.isdecimal() and len(after) < 9 else 0
    following = str(skip + PORTION) if len(found) > skip + PORTION else ""
    return Page(found[skip : skip + PORTION], next=following, previous=str(max(0, skip - PORTION)) if skip else "")
