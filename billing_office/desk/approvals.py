"""Approvals: what waits for a second person, the evidence side by side, and the decision."""

from typing import NamedTuple

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.views.decorators.http import require_POST

from accounts.models import Account
from billing_office.approvals import requests
from billing_office.approvals.models import Request
from billing_office.approvals.proposals import Fact
from billing_office.audit import acts
from billing_office.lib import dates
from billing_office.lib.fields import LineField, OfficeForm
from billing_office.lib.tables import Column, Empty, Table, chips, export, keyset
from billing_office.lib.views import answer_form
from billing_office.staff.access import may

from .verbs import REFUSALS, VERBS

STALE = lazy("The books have changed since this was asked for. Ask anew if it is still wanted.")


class RefusalForm(OfficeForm):
    title = lazy("Nothing was decided.")
    answer = LineField(label=lazy("Reason"), max_length=200, help_text=lazy("Who asked reads it."))


# -- the list ---------------------------------------------------------------------------------------------------------------


def columns(accounts: dict[int, Account]) -> list[Column]:
    """`accounts` by id: names are read at once, not one by one."""

    def name(row):
        return accounts[row.account_id].name if row.account_id in accounts else ""

    return [
        Column("title", _("What"), wrap=True),
        Column("account", _("Account"), value=name),
        Column("cents", _("Amount"), kind="money"),
        Column("why", _("Why"), wrap=True, lo=True),
        Column("asked_by", _("Asked by"), value="asked_by.short_name"),
        Column("asked_at", _("Asked"), kind="moment"),
        Column("state", _("State"), kind="tag"),
        Column("answer", _("Answer"), wrap=True, lo=True),
    ]


def names_of(user, rows) -> dict[int, Account]:
    return Account.objects.for_staff(user).in_bulk([row.account_id for row in rows if row.account_id])


def approvals(request):
    """What waits for this person; what they asked for themselves; all that was asked."""
    user, show = request.user, request.GET.get("show", "")
    everything = Request.objects.for_staff(user).select_related("asked_by", "decided_by")
    decides = may(user, "decide_requests")
    lists = [("", _("Waits for you")), ("mine", _("You asked"))] if decides else [("", _("You asked"))]
    if may(user, "read_all_requests"):
        lists.append(("all", _("All")))
    found = _shown(everything, user, show)
    wanted = request.GET.get("as", "")
    if wanted and (file := export(request, Table(columns(names_of(user, found)), found), "approvals")):
        acts.record(user, "approvals_exported", detail={"show": show[:10], "rows": len(found)})
        return file
    page = keyset(found, ("id",), request.GET.get("after"), request.GET.get("before"))
    table = Table(
        columns(names_of(user, page.rows)), page.rows, caption=_("Requests"), page=page,
        href=lambda row: reverse("approval", args=[row.pk]),
        empty=Empty(_("Nothing waits here"), _("What is above somebody’s limit waits here for another person.")),
    )  # fmt: skip
    return render(request, "desk/approvals.html", {"table": table, "chips": chips(request, "show", lists)})


def _shown(rows, user, show: str):
    if show == "all" and may(user, "read_all_requests"):
        return rows
    if show == "" and may(user, "decide_requests"):
        return rows.waiting().exclude(asked_by=user)
    return rows.filter(asked_by=user)


def approvals_count(request):
    """How many wait for this person: a piece of the bar, asked for by each page of theirs."""
    count = Request.objects.to_decide(request.user).count()
    return HttpResponse(format_html('<span class="count">{}</span>', count) if count else "")


# -- one request --------------------------------------------------------------------------------------------------------------


class Line(NamedTuple):
    """One fact side by side: when asked, now, and after it; `moved` when the first two differ."""

    label: str
    then: str
    now: str
    after: str
    moved: bool


def approval(request, pk):
    row = _asked(request, pk)
    return _page(request, row, RefusalForm())


def _asked(request, pk) -> Request:
    rows = Request.objects.for_staff(request.user).select_related("asked_by", "decided_by", "office")
    return get_object_or_404(rows, pk=pk)


def _page(request, row: Request, form):
    facts, cannot = _facts_now(row, request.user)
    lines, changes = _side_by_side(row, facts), requests.changed(row, facts) if facts else []
    waits = not row.decision
    mine = row.asked_by_id == request.user.pk
    if waits and (changes or cannot) and not form.is_bound:
        form = RefusalForm(initial={"answer": STALE})
    context = {
        "row": row, "lines": lines, "cannot": cannot, "changes": changes, "form": form,
        "account": Account.objects.for_staff(request.user).filter(pk=row.account_id).first(),
        "label": VERBS[row.verb].label,
        "decides": waits and not mine and may(request.user, "decide_requests"),
        "withdraws": waits and mine and may(request.user, "withdraw_requests"),
    }  # fmt: skip
    return answer_form(request, "desk/approval.html", context)


def _facts_now(row: Request, user) -> tuple[list[Fact], str]:
    """What stands now, or why the act cannot be done any more. Of what was decided nothing is read: it is history."""
    if row.decision:
        return [], ""
    try:
        return VERBS[row.verb].load(row.args, user).facts(), ""
    except REFUSALS as refusal:
        return [], str(refusal)


def _side_by_side(row: Request, facts: list[Fact]) -> list[Line]:
    now = {fact.label: fact for fact in facts}
    lines = []
    for then in (Fact(**stored) for stored in row.evidence):
        fact = now.pop(then.label, None)
        lines.append(
            Line(
                then.label,
                then.said_now,
                fact.said_now if fact else "",
                (fact or then).said_after,
                bool(fact and fact.now != then.now),
            )
        )
    return lines + [Line(fact.label, "–", fact.said_now, fact.said_after, True) for fact in now.values()]


# -- the decision -----------------------------------------------------------------------------------------------------------


@require_POST
def approve(request, pk):
    row = _asked(request, pk)
    try:
        requests.approve(row.pk, VERBS, by=request.user, on=dates.today())
    except REFUSALS as refusal:
        messages.error(request, _("Nothing was approved. %(refusal)s") % {"refusal": refusal})
        return redirect("approval", pk=pk)
    messages.success(request, _("%(request)s: approved and done.") % {"request": row.title})
    return redirect("approvals")


@require_POST
def refuse(request, pk):
    row, form = _asked(request, pk), RefusalForm(request.POST)
    if not form.is_valid():
        return _page(request, row, form)
    try:
        requests.refuse(row.pk, form.cleaned_data["answer"], by=request.user)
    except requests.Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("approval", pk=pk)
    messages.success(
        request,
        _("%(request)s: refused. %(person)s reads why.") % {"request": row.title, "person": row.asked_by.short_name},
    )
    return redirect("approvals")


@require_POST
def withdraw(request, pk):
    row = get_object_or_404(Request.objects.for_staff(request.user), pk=pk, asked_by=request.user)
    try:
        requests.withdraw(row.pk, by=request.user)
    except requests.Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("%(request)s: withdrawn.") % {"request": row.title})
    return redirect("approval", pk=pk)
