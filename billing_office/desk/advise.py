"""Advice before a service, in one sight: covered or not and by whom, authorization, what it will cost, what would be cheaper,
what the client is told to do; acknowledged and kept."""

from datetime import date

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.models import Account, Client
from accounts.sending import by_email
from accounts.views.pages import account_of
from billing_office.lib import dates
from billing_office.lib.views import answer_form
from insurance import verification
from insurance.advice import giving, ways
from insurance.coverage import coverage_on
from insurance.estimates import drafting
from insurance.estimates.drafting import Refused
from insurance.forms.advice import AcknowledgeForm
from insurance.forms.estimates import NewEstimateForm
from insurance.models import Advice, CheaperWay, Coverage, Estimate, Verification, Visit


def advise(request, pk):
    """Of the estimate that is asked for, else the newest for a day that comes; without one, where one is begun."""
    account = account_of(request, pk)
    row = _chosen(request, account)
    return _begin(request, account, _new_form(request, account)) if row is None else _page(request, row)


def _chosen(request, account: Account) -> Estimate | None:
    rows = Estimate.objects.filter(client__account=account).select_related("client__account__office", "given_by")
    if "estimate" in request.GET:
        return get_object_or_404(rows, pk=_number(request.GET["estimate"]))
    rows = rows.exclude(state=Estimate.State.SUPERSEDED).filter(service_on__gte=dates.today())
    if "client" in request.GET:
        rows = rows.filter(client=_number(request.GET["client"]))
    if on := _day(request):
        rows = rows.filter(service_on=on)
    return None if "new" in request.GET else rows.order_by("-id").first()


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0


def _day(request) -> date | None:
    try:
        day = date.fromisoformat(request.GET.get("service_on", ""))
    except ValueError:
        return None
    return day if dates.FIRST <= day <= dates.LAST else None


# -- without an estimate ---------------------------------------------------------------------------------------------------


def _new_form(request, account: Account) -> NewEstimateForm:
    """For the day and client asked for, else of the next visit, else today."""
    today, on = dates.today(), _day(request)
    visits = Visit.objects.expected().filter(client__account=account, on__gte=today).order_by("on", "pk")
    visit = (visits.filter(on=on) if on else visits).first()
    initial = {"service_on": on or (visit.on if visit else today)}
    client = _number(request.GET.get("client", "")) or (visit and visit.client_id)
    return NewEstimateForm(account=account, initial=initial | ({"client": client} if client else {}))


def _begin(request, account: Account, form: NewEstimateForm):
    on = form.initial.get("service_on") or dates.today()
    clients = {client.pk: client for client in account.clients.order_by("-served", "id")}
    client = clients.get(form.initial.get("client")) or next(iter(clients.values()))
    context = {
        "account": account,
        "form": form,
        "client": client,
        "on": on,
        "covered": _covered(client, on),
        "kept": _kept(account),
    }
    return answer_form(request, "desk/advise_new.html", context)


@require_POST
def advise_estimate(request, pk):
    account = account_of(request, pk)
    form = NewEstimateForm(request.POST, account=account)
    if form.is_valid():
        given = form.cleaned_data
        try:
            row = drafting.draft(
                given["client"], given["service_on"], [form.wanted], by=request.user, form=form.key,
                in_network=given["in_network"],
            )  # fmt: skip
        except Refused as refusal:
            form.add_error("fee" if "Say what we bill" in str(refusal) else "code", str(refusal))
        else:
            return _to(row)
    return _begin(request, account, form)


def _to(row: Estimate):
    return redirect(f"{reverse('advise', args=[row.client.account_id])}?estimate={row.pk}")


# -- with one ----------------------------------------------------------------------------------------------------------------


def _page(request, row: Estimate, form: AcknowledgeForm | None = None):
    known, account = giving.standing(row, dates.today()), row.client.account
    address, why_print = by_email(account)
    context = {
        "account": account,
        "estimate": row,
        "picture": known.picture,
        "ways": known.ways,
        "duties": known.duties,
        "form": form or _acknowledge_form(row, known),
        "covered": _covered(row.client, row.service_on),
        "behind": _behind(row, known.coverages),
        "address": address,
        "why_print": why_print,
        "kept": _kept(account),
        "asked_first": [one.line for one in known.picture.missing],
    }
    return answer_form(request, "desk/advise.html", context)


def _acknowledge_form(row: Estimate, known: giving.Standing, data=None) -> AcknowledgeForm:
    initial = {"shown": row.client_cents, "told_to": row.client.name}
    return AcknowledgeForm(data, duties=known.duties, initial=initial)


def _covered(client: Client, on: date) -> list[dict]:
    """Who covers that day, in rank, with what the newest check said and whether an answer is awaited."""
    found = []
    for coverage in coverage_on(client, on):
        last = coverage.verifications.first()
        waits = last is not None and last.state == Verification.State.WAITING
        found.append({"coverage": coverage, "last": last, "waits": waits, "by_hand": verification.may_ask(coverage)})
    return found


def _behind(row: Estimate, coverages: list[Coverage]) -> bool:
    """Whether a draft was worked out before what is known now: another coverage, a newer answer."""
    if not row.is_draft:
        return False
    known = [(one, verification.known(one, row.service_on)) for one in coverages]
    now = [(one.pk, found and found.check.pk) for one, found in known]
    return now != [(one["coverage"], one["check"]) for one in row.facts]


def _kept(account: Account):
    return Advice.objects.filter(client__account=account).select_related("client")[:5]


@require_POST
def advise_verify(request, pk):
    """Have the payers of the day asked now, by machine; the page shows the answer when it comes."""
    row = _estimate(request, pk)
    able = [one for one in coverage_on(row.client, row.service_on) if not verification.may_ask(one)]
    if not able or verification.ask({one.pk: row.service_on for one in able}, request.user) is None:
        messages.warning(request, _("None of these can be asked by machine. Verify by phone or portal."))
    return _to(row)


@require_POST
def advise_renew(request, pk):
    row = _estimate(request, pk)
    try:
        drafting.renew(row, by=request.user)
    except Refused as refusal:
        messages.error(request, str(refusal))
    return _to(row)


@require_POST
def advise_use(request, pk):
    """A cheaper service in the place of a planned one, on the draft."""
    row = _estimate(request, pk)
    line = row.lines.filter(pk=_number(request.POST.get("line", ""))).first()
    way = CheaperWay.objects.on(row.service_on).filter(pk=_number(request.POST.get("way", ""))).first()
    if line is None or way is None or all((one.line, one.rule) != (line, way) for one in ways.ways(row, dates.today())):
        messages.info(request, _("This is not on the estimate any more."))
        return _to(row)
    try:
        drafting.swap(line, ways.wanted(way, line), by=request.user)
    except Refused as refusal:
        messages.error(request, str(refusal))
    return _to(row)


def _estimate(request, pk) -> Estimate:
    rows = Estimate.objects.for_staff(request.user).select_related("client__account__office", "given_by")
    return get_object_or_404(rows, pk=pk)


# -- kept --------------------------------------------------------------------------------------------------------------------


@require_POST
def advise_save(request, pk):
    """The estimate is given, where it was a draft, and the advice kept; `by` says whether a paper follows."""
    row = _estimate(request, pk)
    form = _acknowledge_form(row, giving.standing(row, dates.today()), request.POST)
    if not form.is_valid():
        return _page(request, row, form)
    send = request.POST.get("by", "")
    if send not in ("", "email", "print"):
        raise Http404(_("No such way."))
    try:
        given = drafting.give(row, shown=form.cleaned_data["shown"], by=request.user)
        advice = giving.acknowledge(given, form.said(send), form=form.key, by=request.user)
    except Refused as refusal:
        messages.error(request, str(refusal))
        return _to(row)
    mailed = advice.document.messages.filter(channel="email").exists()
    by_mail, on_paper = _("%(advice)s: it is being e-mailed."), _("%(advice)s: its paper is on the print list.")
    said = by_mail if mailed else on_paper if send else _("%(advice)s: it is kept.")
    messages.success(request, said % {"advice": advice})
    return redirect("advice", pk=advice.pk)


def advice(request, pk):
    """One as it was told."""
    rows = Advice.objects.for_staff(request.user)
    row = get_object_or_404(rows.select_related("client__account", "estimate", "document", "made_by"), pk=pk)
    context = {"advice": row, "account": row.client.account, "messages_of": row.document.messages.all()}
    return render(request, "desk/advice.html", context)
