"""Runs: which accounts a rule is about, then one press; how far the worker is; undone as one."""

import hashlib
import json
from dataclasses import replace

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from accounts.forms.runs import RunForm, UndoRunForm
from accounts.ledger import Refused
from accounts.models import MoneyRule, Run, RunLine
from accounts.once import once
from accounts.runs.choosing import Choice
from accounts.runs.proposals import OfRun, PostRun, UndoRun
from accounts.runs.running import draw_up, preview, standing_lines
from billing_office.approvals import requests
from billing_office.approvals.models import Request
from billing_office.audit.acts import record
from billing_office.lib import dates
from billing_office.lib.tables import Column, Empty, Table, chips, export, keyset
from billing_office.lib.views import answer_form, linked

SHOWN = 200  # lines of a preview on the screen; the file holds all

RUNS = [
    Column("kind", lazy("Run"), value="get_kind_display"),
    Column("on", lazy("Of"), kind="day"),
    Column("office", lazy("Office")),
    Column("accounts", lazy("Accounts"), kind="int"),
    Column("cents", lazy("In all"), kind="money"),
    Column("asked_by", lazy("Asked by"), value="asked_by.short_name"),
    Column("state", lazy("State"), kind="tag"),
]


def runs(request):
    found = Run.objects.for_staff(request.user).select_related("office", "asked_by")
    if file := export(request, Table(RUNS, found), "runs"):
        return file
    page = keyset(found, ("-id",), request.GET.get("after"), request.GET.get("before"))
    table = Table(
        RUNS, page.rows, caption=_("Runs"), page=page, href=lambda run: reverse("run", args=[run.pk]),
        empty=Empty(_("No run yet"), _("A run writes off small balances, or charges late fees or interest, by the office’s rule.")),
    )  # fmt: skip
    kinds = [(kind, MoneyRule.Kind(kind).label) for kind in MoneyRule.RUNS]
    return render(request, "accounts/runs/list.html", {"table": table, "kinds": kinds})


# -- a new one --------------------------------------------------------------------------------------------------------------

CHOICES = [
    Column(
        "name", lazy("Account"), value="account.name", link=lambda choice: reverse("account", args=[choice.account.pk])
    ),
    Column("number", lazy("Number"), value="account.number", kind="id"),
    Column("cents", lazy("Amount"), kind="nil_money"),
    Column("why", lazy("Why"), wrap=True),
]


def run_new(request, sweep):
    """The preview: every account it looks at, in or out, with the reason. The press posts what was seen."""
    if sweep not in MoneyRule.RUNS:
        raise Http404(sweep)
    offices = list(request.user.offices.order_by("name"))
    office = next((one for one in offices if str(one.pk) == request.GET.get("office")), offices[0] if offices else None)
    on, form = dates.today(), RunForm(request.POST or None)
    context = {
        "kind": MoneyRule.Kind(sweep), "sweep": sweep, "office": office, "form": form, "on": on,
        "offices": chips(request, "office", [(str(one.pk), one.name) for one in offices]) if len(offices) > 1 else [],
    }  # fmt: skip
    rule = MoneyRule.objects.in_force(sweep, office, on) if office else None
    if rule is None:
        return answer_form(request, "accounts/runs/new.html", context)
    if request.method == "POST" and form.is_valid() and (done := _sent_before(form, request.user)):
        return done
    choices = preview(rule, office, on)
    if file := export(request, Table(CHOICES, choices), f"run-{sweep}"):
        record(request.user, "run_preview_exported", detail={"kind": sweep, "rows": len(choices)})
        return file
    seen = _fingerprint(choices, rule)
    if request.method == "POST" and form.is_valid():
        if form.cleaned_data["seen"] == seen:
            return _ask_or_start(request, rule, office, choices, form)
        context["changed"] = True
    return answer_form(request, "accounts/runs/new.html", context | _shown(request, rule, choices, seen))


def _fingerprint(choices: list[Choice], rule: MoneyRule) -> str:
    seen = [rule.as_it_stands(), [(choice.account.pk, choice.cents) for choice in choices if choice.cents]]
    return hashlib.sha256(json.dumps(seen).encode()).hexdigest()[:20]


def _shown(request, rule: MoneyRule, choices: list[Choice], seen: str) -> dict:
    chosen, out = [c for c in choices if c.cents], [c for c in choices if not c.cents]
    show = "out" if request.GET.get("show") == "out" else ""
    rows = out if show else chosen
    empty = Empty(_("Nobody"), _("No account is left out.") if show else _("No account is in; those left out say why."))
    run = Run(rule=rule, kind=rule.kind, cents=sum(choice.cents for choice in chosen), accounts=len(chosen))
    return {
        "rule": rule, "chosen": len(chosen), "out": len(out), "cents": run.cents, "seen": seen, "shown": SHOWN,
        "table": Table(CHOICES, rows[:SHOWN], caption=rule.get_kind_display(), empty=empty), "more": max(0, len(rows) - SHOWN),
        "chips": chips(request, "show", [("", _("In"), len(chosen)), ("out", _("Left out"), len(out))]),
        "because": OfRun(run).above_limit(request.user),
    }  # fmt: skip


def _sent_before(form: RunForm, by):
    run = Run.objects.filter(key=form.key, asked_by=by).first()
    return redirect("run", pk=run.pk) if run else None


def _ask_or_start(request, rule, office, choices, form):
    try:
        with once(form.key, "run_asked", request.user) as before:
            run = draw_up(rule, office, choices, on=dates.today(), by=request.user, key=form.key)
            if before is None:
                detail = {"form": str(form.key), "cents": run.cents, "accounts": run.accounts, "kind": run.kind}
                record(request.user, "run_asked", run, detail=detail)
                _do(request, PostRun(run), form.key)
    except Refused as refusal:
        messages.error(request, _("Nothing was posted. %(why)s") % {"why": refusal})
        return redirect("runs")
    return redirect("run", pk=run.pk)


def _do(request, proposal: PostRun | UndoRun, key):
    """At once within the limit, else as a request to a second person."""
    if because := proposal.above_limit(request.user):
        asked = requests.ask(
            proposal, by=request.user, office=proposal.run.office, account_id=None, because=because, key=key
        )
        text = _("%(act)s: sent to a supervisor. Nothing happens until another person approves it.") % {
            "act": asked.title
        }
        messages.info(request, linked(text, reverse("approval", args=[asked.pk]), _("See it")))
    else:
        proposal.carry_out(by=request.user, on=dates.today(), key=key)
        text = _("%(act)s: a worker is at it. This page shows how far it is.") % {"act": proposal.title}
        messages.success(request, text)


# -- one run ------------------------------------------------------------------------------------------------------------------

SHOWS = {
    "": lazy("In"),
    "out": lazy("Left out by the rule"),
    "changed": lazy("Changed meanwhile"),
    "kept": lazy("Not undone"),
}


def _line_state(line: RunLine) -> tuple[str, str]:
    if line.entry is None:
        return (_("Left out"), "warn") if line.left_out else (_("Waits"), "")
    if hasattr(line.entry, "reversal"):
        return _("Undone"), ""
    return (_("Not undone"), "warn") if line.kept else (_("Posted"), "good")


LINES = [
    Column("name", lazy("Account"), value="account.name", link=lambda line: reverse("account", args=[line.account_id])),
    Column("number", lazy("Number"), value="account.number", kind="id"),
    Column("cents", lazy("Amount"), kind="nil_money"),
    Column("why", lazy("Why"), value=lambda line: line.kept or line.left_out or line.why, wrap=True),
    Column("state", lazy("State"), value=_line_state, kind="tag"),
    Column(
        "entry", lazy("Entry"), kind="link", lo=True,
        value=lambda line: line.entry_id and (_("no. %(number)s") % {"number": line.entry_id}, reverse("entry", args=[line.entry_id])),
    ),
]  # fmt: skip


def run_of(request, pk) -> Run:
    rows = Run.objects.for_staff(request.user).select_related("office", "rule", "asked_by", "undo_by")
    return get_object_or_404(rows, pk=pk)


def run(request, pk):
    row, show = run_of(request, pk), request.GET.get("show", "")
    lines = _lines(row, show)
    if file := export(request, Table(LINES, lines), f"run-{row.pk}"):
        record(request.user, "run_exported", row, detail={"show": show[:10]})
        return file
    page = keyset(lines, ("id",), request.GET.get("after"), request.GET.get("before"))
    context = _progress(row) | {
        "table": Table(LINES, page.rows, caption=_("Accounts of the run"), page=page, empty=Empty(_("None"))),
        "chips": chips(request, "show", SHOWS.items()),
        "asked": Request.objects.for_staff(request.user).filter(verb="post_run", args__run=row.pk).first(),
        "words": row.rule_as_it_stood.words,
    }
    return render(request, "accounts/runs/page.html", context)


def _lines(row: Run, show: str):
    lines = row.lines.select_related("account", "entry__reversal").order_by("id")
    if show == "out":
        return lines.filter(cents=0)
    if show == "changed":
        return lines.exclude(left_out="")
    return lines.exclude(kept="").filter(entry__reversal=None) if show == "kept" else lines.filter(cents__gt=0)


def _progress(row: Run) -> dict:
    """How much of it is posted, or undone, in accounts."""
    lines = row.lines.filter(cents__gt=0)
    waiting = lines.filter(entry=None, left_out="").count()
    standing = standing_lines(row).count()
    return {
        "run": row, "worked": row.accounts - waiting, "standing": standing,
        "busy": bool(row.started_at and not row.posted_at or row.undo_at and not row.undone_at),
        "left_out": lines.exclude(left_out="").count(),
        "kept": lines.exclude(kept="").filter(entry__reversal=None).count(),
    }  # fmt: skip


def run_state(request, pk):
    """Asked every two seconds by the page that waits; it leads on when the worker is done."""
    context = _progress(run_of(request, pk))
    if context["busy"]:
        return render(request, "accounts/runs/_progress.html", context)
    response = HttpResponse(status=204)
    response["HX-Redirect"] = reverse("run", args=[pk])
    return response


def run_undo(request, pk):
    row, form = run_of(request, pk), UndoRunForm(request.POST or None)
    proposal = UndoRun(row, "")
    context = _progress(row) | {"form": form, "facts": proposal.facts(), "because": proposal.above_limit(request.user)}
    if request.method == "POST" and form.is_valid():
        try:
            with once(form.key, "run_undo_asked", request.user) as before:
                if before is None:
                    record(request.user, "run_undo_asked", row, reason=form.why, detail={"form": str(form.key)})
                    _do(request, replace(proposal, why=form.why), form.key)
        except Refused as refusal:
            messages.error(request, str(refusal))
        return redirect("run", pk=row.pk)
    return answer_form(request, "accounts/runs/undo.html", context)
