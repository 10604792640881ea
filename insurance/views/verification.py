"""Verification: the worklist, checking by machine one by one and many at once, reporting a call, what a check brought."""

from datetime import date

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.views.decorators.http import require_POST

from accounts.models import Payer
from accounts.views.pages import form_page, within
from billing_office.audit.acts import record
from billing_office.lib import dates
from billing_office.lib.tables import Column, Empty, Table, chips, export, keyset
from billing_office.lib.views import answer_form
from billing_office.staff.access import may

from .. import benefits, verification, worklist
from ..forms.verification import ReportForm, RuleForm, TaskForm
from ..models import Coverage, Verification, VerificationBatch, VerificationRule, VerificationTask

SHOWS = {"": lazy("All"), "mine": lazy("Mine"), "public": lazy("Public schemes"), "failed": lazy("Failed")}
MOST = 500  # checked at one press; a payer is not asked about more at once


def to_verify(request):
    """Coverages of the visits that come, the nearest first; the ticked ones are checked by machine with one press."""
    today, rule, show = dates.today(), worklist.rule(), request.GET.get("show", "")
    found = _shown(worklist.due(request.user, today, rule), show, request.user)
    found = found.select_related("client__account", "plan__payer__profile", "task__assigned_to")
    columns = _columns(today, rule)
    order = ("visit_on", "id")
    if file := export(request, Table(columns, found.order_by(*order)), "verification"):
        record(request.user, "verification_exported")
        return file
    page = keyset(found, order, request.GET.get("after"), request.GET.get("before"))
    nothing = (
        _("No visit within %(visit_days)s days needs a look.") % {"visit_days": rule.visit_days}
        if not show
        else _("Nothing of this kind waits.")
    )
    table = Table(
        columns, page.rows, caption=_("Clients to verify"), href=_href, page=page, empty=Empty(_("All verified"), nothing),
        tick=(lambda row: str(row.pk)) if may(request.user, "verify_coverages") else None,
    )  # fmt: skip
    context = {"table": table, "chips": chips(request, "show", SHOWS.items()), "rule": rule}
    return render(request, "insurance/verification.html", context)


def _shown(found, show: str, user):
    if show == "mine":
        return found.filter(task__assigned_to=user)
    if show == "public":
        return found.filter(plan__payer__payer_class=Payer.Class.GOVERNMENT)
    return found.filter(last_state__in=worklist.FAILED) if show == "failed" else found


def _href(row: Coverage) -> str:
    return reverse("coverage", args=[row.pk])


def _columns(today: date, rule: VerificationRule) -> list[Column]:
    return [
        Column("client", _("Client"), value="client.name"),
        Column("visit_on", _("Visit"), kind="day"),
        Column("payer", _("Payer"), value=lambda row: str(row.plan)),
        Column("rank", _("Rank"), value="get_rank_display", lo=True),
        Column("what", _("What for"), value="visit_what", lo=True),
        Column("why", _("Why"), value=lambda row: worklist.standing(row, today, rule).why, wrap=True),
        Column("state", _("State"), value=lambda row: worklist.standing(row, today, rule).tag, kind="tag"),
        Column("last_on", _("Last check"), kind="day", lo=True),
        Column("by", _("How"), value=_way, lo=True),
        Column("who", _("Who"), value=_who, lo=True),
        Column("stake", _("At stake"), kind="nil_money"),
    ]


def _way(row: Coverage) -> str:
    profile = getattr(row.plan.payer, "profile", None)
    return {"electronic": _("machine"), "portal": _("portal")}.get(profile and profile.check_by, _("phone"))


def _who(row: Coverage) -> str:
    task = getattr(row, "task", None)
    return task.assigned_to.short_name if task and task.assigned_to else ""


# -- by machine ------------------------------------------------------------------------------------------------------------


@require_POST
def check_many(request):
    """The ticked ones, or with `all` every one of the list as it is shown."""
    today, rule = dates.today(), worklist.rule()
    found = _shown(worklist.due(request.user, today, rule), request.POST.get("show", ""), request.user)
    if not request.POST.get("all"):
        ticked = [int(pk) for pk in request.POST.getlist("row") if pk.isascii() and pk.isdigit() and len(pk) < 19]
        found = found.filter(pk__in=ticked)
    wanted = dict(found.order_by("visit_on", "id").values_list("pk", "visit_on")[:MOST])
    if not wanted:
        messages.info(request, _("Tick who is to be checked first."))
        return redirect("verification")
    batch = verification.ask(wanted, request.user)
    if batch is None:
        messages.warning(request, _("None of these can be checked by machine: verify them by phone or portal."))
        return redirect("verification")
    if left := len(wanted) - batch.checks.filter(coverage__in=wanted).count():
        messages.info(
            request,
            _("%(left)s cannot be checked by machine, or wait already: verify them by phone or portal.")
            % {"left": left},
        )
    return redirect("verification_batch", pk=batch.pk)


@require_POST
def check(request, pk):
    """One, at once. The page shows that the answer is awaited and does not wait for it."""
    row = get_object_or_404(_of(request), pk=pk)
    if why := verification.may_ask(row):
        messages.warning(request, _("This coverage cannot be checked by machine: %(why)s.") % {"why": why})
    elif row.withdrawn_on:
        messages.warning(request, _("This coverage is withdrawn."))
    else:
        verification.ask({row.pk: _day_of_service(row)}, request.user)
    return redirect("coverage", pk=pk)


def _of(request):
    return Coverage.objects.for_staff(request.user).select_related("client__account__office", "plan__payer__profile")


def _day_of_service(row: Coverage) -> date:
    """The next visit's day, else today; within the coverage's own days."""
    today = dates.today()
    visit = row.client.visits.expected().filter(on__gte=today).first()
    on = max(visit.on if visit else today, row.since)
    return min(on, row.until) if row.until else on


def batch(request, pk):
    """How far a worker is with a batch, and what came of each."""
    row = get_object_or_404(VerificationBatch.objects.select_related("made_by"), pk=pk)
    checks = row.checks.for_staff(request.user).select_related("coverage__client", "coverage__plan__payer")
    found = list(checks.order_by("pk"))
    if not found:
        raise Http404(_("No such batch."))
    table = Table(
        _CHECKS, found, caption=_("Checks"), href=lambda one: reverse("coverage", args=[one.coverage_id])
    )  # fmt: skip
    if file := export(request, table, "checks"):
        return file
    answered = sum(one.state != Verification.State.WAITING for one in found)
    context = {"batch": row, "table": table, "answered": answered, "count": len(found), "waits": answered < len(found)}
    return render(request, "insurance/_batch.html" if request.htmx else "insurance/batch.html", context)


TONES = {"verified_active": "good", "verified_inactive": "bad", "not_found": "bad", "waiting": "info"}


def tag(one: Verification) -> tuple[str, str]:
    return one.get_state_display(), TONES.get(one.state, "warn")


_CHECKS = [
    Column("client", lazy("Client"), value="coverage.client.name"),
    Column("payer", lazy("Payer"), value="coverage.plan.payer.name"),
    Column("service_on", lazy("For"), kind="day"),
    Column("state", lazy("State"), value=tag, kind="tag"),
    Column("said", lazy("What was said"), value=lambda one: " ".join(one.said), wrap=True),
]


# -- by phone or portal ------------------------------------------------------------------------------------------------------


def report(request, pk):
    row = get_object_or_404(_of(request), pk=pk)
    blank = Verification(coverage=row, service_on=_day_of_service(row))
    form = ReportForm(request.POST or None, request.FILES or None, instance=blank)
    if request.method == "POST" and form.is_valid():
        check = form.save(commit=False)
        evidence = form.cleaned_data["evidence"]
        verification.report(check, form.rows(), evidence=evidence, form=form.key, by=request.user)
        messages.success(
            request,
            _("%(state)s: recorded with reference %(reference)s.")
            % {"state": check.get_state_display(), "reference": check.reference},
        )
        return redirect("coverage", pk=pk)
    context = {"coverage": row}
    title = _("Verify %(client)s, %(plan)s") % {"client": row.client.name, "plan": row.plan}
    return form_page(request, row.client.account, form, title, _("Save"), "insurance/report.html", **context)


def task(request, pk):
    """Who sees to it, and a note for the next person."""
    with transaction.atomic():
        row = get_object_or_404(
            within(request, Coverage.objects.select_related("client__account__office"), "client__account"), pk=pk
        )
        mine = VerificationTask.objects.filter(coverage=row).first() or VerificationTask(coverage=row)
        form = TaskForm(request.POST or None, instance=mine, office=row.client.account.office)
        if request.method == "POST" and form.is_valid():
            if form.changed:
                form.save()
                account = row.client.account_id
                record(request.user, "verification_assigned", row, account_id=account, changed=form.changed)
            messages.success(request, _("Saved."))
            return redirect("coverage", pk=pk)
    return form_page(
        request, row.client.account, form, _("Who verifies %(client)s") % {"client": row.client.name}, _("Save")
    )


# -- what is known -------------------------------------------------------------------------------------------------------------


def picture(coverage: Coverage) -> dict:
    """What the page of a coverage shows of its verification: where it stands, what is known, what changed, every check."""
    today, rule = dates.today(), worklist.rule()
    row = worklist.told(Coverage.objects.filter(pk=coverage.pk).select_related("plan"), today, rule).get()
    checks = list(coverage.verifications.select_related("made_by").order_by("-pk")[:20])
    known = verification.known(coverage, row.visit_on or today)
    former = verification.before(known.check) if known else None
    return {
        "row": row,
        "standing": worklist.standing(row, today, rule),
        "checks": [(one, tag(one)) for one in checks],
        "waits": bool(checks) and checks[0].state == Verification.State.WAITING,
        "known": known,
        "lines": benefits.lines(known.rows, sums=False) if known else [],
        "changes": _changes(former, known) if former else [],
        "former": former,
        "by_hand": verification.may_ask(coverage),
        "task": VerificationTask.objects.filter(coverage=coverage).select_related("assigned_to").first(),
    }


def _changes(former: Verification, known: verification.Known) -> list[benefits.Change]:
    return benefits.changes(former.rows.all(), known.rows, whole=former.how == known.check.how)


def check_state(request, pk):
    """Asked every second by a page that waits for an answer; it shows itself anew once there is one."""
    row = get_object_or_404(_of(request), pk=pk)
    response = HttpResponse(status=204)
    if not row.verifications.filter(state=Verification.State.WAITING).exists():
        response["HX-Refresh"] = "true"
    return response


def one(request, pk):
    """One check: all that was told, as it was then."""
    found = Verification.objects.for_staff(request.user).select_related(
        "coverage__client__account", "coverage__plan__payer", "made_by", "exchange"
    )
    row = get_object_or_404(found, pk=pk)
    rows = list(row.rows.all())
    context = {
        "check": row, "coverage": row.coverage, "account": row.coverage.client.account, "state": tag(row),
        "lines": benefits.lines(rows), "accumulators": benefits.accumulators(rows),
    }  # fmt: skip
    return render(request, "insurance/check.html", context)


def raw(request, pk):
    """The payer's answer, byte for byte."""
    found = Verification.objects.for_staff(request.user).select_related("exchange__answer")
    row = get_object_or_404(found.exclude(exchange__answer=None), pk=pk)
    record(request.user, "answer_downloaded", row, account_id=row.coverage.client.account_id)
    return _file(
        bytes(row.exchange.answer.content), "application/edi-x12", f"answer-{row.exchange.trace}.271", keep=True
    )


def evidence(request, pk):
    found = Verification.objects.for_staff(request.user).select_related("evidence")
    row = get_object_or_404(found.exclude(evidence=None), pk=pk)
    return _file(bytes(row.evidence.content), row.evidence.media_type, "evidence", keep=False)


def _file(content: bytes, media_type: str, name: str, *, keep: bool) -> HttpResponse:
    response = HttpResponse(content, content_type=media_type)
    response["Content-Disposition"] = content_disposition_header(keep, name)
    response["X-Content-Type-Options"] = "nosniff"
    return response


def rule_edit(request):
    with transaction.atomic():
        rows = VerificationRule.objects.all()
        row = (rows.select_for_update(no_key=True) if request.method == "POST" else rows).get()
        form = RuleForm(request.POST or None, instance=row)
        if request.method == "POST" and form.is_valid():
            if form.changed:
                form.save()
                record(request.user, "verification_rule_edited", row, changed=form.changed)
            messages.success(request, _("The rule is saved."))
            return redirect("verification")
    return answer_form(request, "insurance/verification_rule.html", {"form": form})
