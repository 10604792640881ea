"""Duplicates: the pairs that look alike, one pair side by side, merging, keeping apart, undoing."""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from accounts import closing, ledger
from accounts.forms.closing import ReasonForm
from accounts.forms.merging import MergeForm
from accounts.merging import candidates, merging, preview
from accounts.models import Account, Merge
from billing_office.audit.acts import record
from billing_office.lib import dates
from billing_office.lib.tables import Column, Empty, Table, export

from .pages import account_of, back_to, form_page

COLUMNS = [
    Column("score", lazy("Alike"), kind="int"),
    Column("stays", lazy("Stays"), value="first.number", kind="id"),
    Column("stays_name", lazy("Name"), value="first.name"),
    Column("goes", lazy("Goes"), value="second.number", kind="id"),
    Column("goes_name", lazy("Name"), value="second.name"),
    Column("why", lazy("Why"), value="reasons", wrap=True),
]
NONE = Empty(
    lazy("No duplicates found"), lazy("No two accounts share a name, birth date, phone or e-mail in a telling way.")
)


def duplicates(request):
    """The older account stays unless somebody says otherwise on the page of the pair."""
    pairs = candidates.pairs(request.user)
    if file := export(request, Table(COLUMNS, pairs), "duplicates"):
        record(request.user, "duplicates_exported", detail={"pairs": len(pairs)})
        return file
    table = Table(COLUMNS, pairs, caption=_("Accounts that look alike"), href=_href, empty=NONE)
    return render(request, "accounts/duplicates.html", {"table": table, "most": len(pairs) == candidates.SHOWN})


def _href(pair: candidates.Pair) -> str:
    return f"{reverse('account_merge', args=[pair.second.pk])}?{urlencode({'into': pair.first.number})}"


def account_merge(request, pk):
    account = account_of(request, pk)
    mine = Account.objects.for_staff(request.user).select_related("office", "guarantor")
    asked = request.GET.get("into", "")
    form = MergeForm(request.POST or None, accounts=mine, initial={"into": asked})
    number = (request.POST.get("into") or asked).replace("\x00", "").strip()
    survivor = mine.filter(number__iexact=number).first() if number else None
    found = preview.look(account, survivor, dates.today()) if survivor else None
    seen = _seen(found)
    posted = request.method == "POST" and form.is_valid() and found is not None
    if posted and (answer := _answered(request, account, form, seen)):
        return answer
    context = {"found": found, "seen": seen, "obstacles": _told(found.obstacles) if found else []}
    if found:
        context["swapped"] = f"{reverse('account_merge', args=[survivor.pk])}?{urlencode({'into': account.number})}"
    return form_page(
        request, account, form, _("Merge into another account"), _("Merge"), "accounts/merge.html", **context
    )


def _answered(request, account: Account, form: MergeForm, seen: str):
    """Where one of the two presses leads; None where the page is to be looked at (again), and the form says why."""
    survivor, why = form.cleaned_data["into"], form.cleaned_data["reason"]
    if request.POST.get("act") == "apart" and survivor.pk != account.pk:
        candidates.keep_apart(account, survivor, why, by=request.user)
        told = {"account": account.number, "other": survivor.number}
        messages.success(request, _("%(account)s and %(other)s are kept as two.") % told)
        return redirect("duplicates")
    if form.cleaned_data["seen"] != seen:
        changed = form.cleaned_data["seen"]
        form.add_error(None, _("It has changed. Look again.") if changed else _("Look at what moves, then merge."))
        return None
    try:
        merging.merge(account, survivor, why, on=dates.today(), by=request.user)
    except closing.Obstructed as obstructed:
        form.add_error(None, str(obstructed))
    except ledger.Refused as refused:
        form.add_error(None, str(refused))
    else:
        told = {"account": account.number, "other": survivor.number}
        messages.success(request, _("%(account)s is part of %(other)s now.") % told)
        return back_to(survivor)
    return None


def _seen(found: preview.Preview | None) -> str:
    if found is None:
        return ""
    pair = (found.duplicate, found.survivor)
    parts = [*(f"{one.pk}.{one.lock_version}" for one in pair), found.unapplied, found.open_cents, len(found.people)]
    return "-".join(map(str, [*parts, *(count for _, count in found.counts)]))


def _told(obstacles: list[closing.Obstacle]) -> list[tuple[closing.Obstacle, str]]:
    return [(one, reverse(one.page, args=one.args) if one.page else "") for one in obstacles]


def account_unmerge(request, pk):
    account = account_of(request, pk)
    row = Merge.objects.for_staff(request.user).standing().filter(duplicate=account).select_related("survivor").first()
    if row is None:
        messages.info(request, _("%(account)s is part of no other account.") % {"account": account.number})
        return back_to(account)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            merging.undo(row, form.cleaned_data["reason"], on=dates.today(), by=request.user)
        except closing.Obstructed as obstructed:
            form.add_error(None, str(obstructed))
        except ledger.Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("%(account)s stands by itself again.") % {"account": account.number})
            return back_to(account)
    why = _("Merged into %(account)s: %(why)s") % {"account": row.survivor.number, "why": row.why}
    return form_page(request, account, form, _("Undo the merge"), _("Undo merge"), why=why)
