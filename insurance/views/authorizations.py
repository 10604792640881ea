"""Authorizations: the worklist, one with its units, asking by hand, the rules; and what a clerk is told while charging."""

from decimal import Decimal, InvalidOperation

from django.contrib import messages
from django.db import transaction
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.utils.translation import gettext_noop as noop
from django.views.decorators.http import require_POST

from accounts.models import Client
from accounts.once import once
from accounts.views.pages import account_of, form_page, within
from billing_office.audit.acts import record
from billing_office.lib import dates
from billing_office.lib.money import show
from billing_office.lib.tables import FILES, Column, Empty, Table, chips, export, keyset
from billing_office.lib.views import Records

from .. import authorizations, prices
from ..codes import search
from ..codes.rows import is_code, normal
from ..coverage import coverage_on
from ..forms.authorizations import AuthorizationForm, NewAuthorizationForm, RuleForm
from ..models import Authorization, AuthorizationRule, Coverage

SHOWS = {"": lazy("To work on"), "running": lazy("Running"), "all": lazy("All")}


def worklist(request):
    """Undecided, ending soon or nearly used up; those that ran out are hidden unless all are asked for."""
    today, show = dates.today(), request.GET.get("show", "")
    found = Authorization.objects.for_staff(request.user).select_related(
        "coverage__client__account", "coverage__plan__payer"
    )
    if show == "running":
        found = found.usable(today)
    elif show != "all":
        found = authorizations.to_work_on(found, today)
    asked = request.GET.get("as", "")
    if asked in FILES:
        rows = list(found.order_by("-id")[:5000])
        return export(request, Table(_columns(rows, today), rows), "authorizations")
    page = keyset(found, ("-id",), request.GET.get("after"), request.GET.get("before"))
    empty = Empty(_("Nothing to do"), _("No authorization waits, ends soon or is nearly used up.") if not show else "")
    table = Table(
        _columns(page.rows, today), page.rows, caption=_("Authorizations"), href=_href, page=page, empty=empty
    )
    context = {"table": table, "chips": chips(request, "show", SHOWS.items())}
    return render(request, "insurance/authorizations.html", context)


def _href(row: Authorization) -> str:
    return reverse("authorization", args=[row.pk])


def _used(one) -> str:
    return _("%(used)s of %(units)s") % {"used": f"{one.used:.0f}", "units": f"{one.line.units:.0f}"}


def _columns(rows, today) -> list[Column]:
    lines = authorizations.left(rows)
    return [
        Column("client", _("Client"), value="coverage.client.name"),
        Column("payer", _("Payer"), value="coverage.plan.payer.name"),
        Column("number", _("Number"), kind="id"),
        Column("codes", _("Codes"), value=lambda row: ", ".join(str(one.line) for one in lines[row.pk])),
        Column("used", _("Used"), value=lambda row: ", ".join(_used(one) for one in lines[row.pk])),
        Column("valid_to", _("Until"), kind="day"),
        Column("state", _("State"), value=lambda row: authorizations.state_of(row, lines[row.pk], today), kind="tag"),
    ]  # fmt: skip


def authorization(request, pk):
    rows = Authorization.objects.for_staff(request.user).select_related(
        "coverage__client__account", "coverage__plan__payer", "made_by"
    )
    row = get_object_or_404(rows, pk=pk)
    lines = authorizations.left([row])[row.pk]
    context = {
        "authorization": row,
        "account": row.coverage.client.account,
        "lines": lines,
        "state": authorizations.state_of(row, lines, dates.today()),
    }
    return render(request, "insurance/authorization.html", context)


def authorization_new(request, pk):
    """Asked for by hand, under a coverage."""
    coverages = within(request, Coverage.objects.standing().select_related("client__account"), "client__account")
    coverage = get_object_or_404(coverages, pk=pk)
    form = NewAuthorizationForm(request.POST or None, instance=Authorization(coverage=coverage, made_by=request.user))
    form.initial.setdefault("codes", request.GET.get("code", "")[:40])
    if request.method == "POST" and form.is_valid():
        with once(form.key, "authorization_added", request.user) as done:
            row = Authorization.objects.get(pk=done.object_id) if done else _saved(form)
            if not done:
                account = coverage.client.account_id
                record(request.user, "authorization_added", row, account_id=account, detail={"form": str(form.key)})
        messages.success(request, _("%(authorization)s is recorded.") % {"authorization": row})
        return redirect("authorization", pk=row.pk)
    return form_page(
        request,
        coverage.client.account,
        form,
        _("Ask %(payer)s for authorization") % {"payer": coverage.plan.payer},
        _("Save"),
    )


@require_POST
def authorization_ask(request, pk):
    """One press where a service is seen to need leave: on the worklist, with what says so."""
    coverages = Coverage.objects.standing().for_staff(request.user).select_related("client__account", "plan__payer")
    coverage = get_object_or_404(coverages, pk=pk)
    code, on = request.POST.get("code", "")[:20], day_asked(request.POST)
    if not is_code(normal(code)):
        raise Http404(_("No such code."))
    row = authorizations.request(coverage, code, units_asked(request.POST), on, by=request.user)
    messages.success(
        request,
        _("%(authorization)s for %(code)s is on the worklist. Ask %(payer)s, then enter what it says.")
        % {"authorization": row, "code": normal(code), "payer": coverage.plan.payer},
    )
    return redirect("authorization", pk=row.pk)


def authorization_edit(request, pk):
    with transaction.atomic():
        rows = Authorization.objects.select_related("coverage__client__account")
        row = get_object_or_404(within(request, rows, "coverage__client__account"), pk=pk)
        form = AuthorizationForm(request.POST or None, instance=row)
        if request.method == "POST" and form.is_valid():
            if form.changed:
                _saved(form)
                account = row.coverage.client.account_id
                record(request.user, "authorization_edited", row, account_id=account, changed=form.changed)
            messages.success(request, _("%(authorization)s is saved.") % {"authorization": row})
            return redirect("authorization", pk=pk)
    return form_page(
        request, row.coverage.client.account, form, _("Edit %(authorization)s") % {"authorization": row}, _("Save")
    )


def _saved(form) -> Authorization:
    row = form.save()
    if "codes" in form.changed_data or not row.lines.exists():
        row.lines.all().delete()
        for line in form.cleaned_data["codes"]:
            line.authorization = row
            line.save()
    return row


# -- while charging ------------------------------------------------------------------------------------------------------


def charge_hints(request, pk):
    """A piece of the charge form: what the code means, who covers the client that day, whether leave is needed and there."""
    account = account_of(request, pk)
    code, on = request.GET.get("code", "").replace("\x00", "").strip()[:20], day_asked(request.GET)
    client = _client(request, account)
    known = search.find(code, on=on).first() if code else None
    context = {
        "account": account,
        "code": code,
        "known": known if known and known.value == normal(code) else None,
        "answer": authorizations.ask(client, code, on, units=units_asked(request.GET)) if client else None,
        "prices": _prices(client, code, on) if code else [],
        "on": on,
    }
    return render(request, "insurance/_charge_hints.html", context)


def _prices(client: Client | None, code: str, on) -> list[str]:
    """Our fee, and what the first payer of the day allows, each in a sentence."""
    own = prices.usual(code, on)
    said = (
        [_("Our fee is $%(amount)s a unit.") % {"amount": show(own)}]
        if own is not None
        else [_("Our price list has no fee for it.")]
    )
    covered = coverage_on(client, on) if client else []
    return said + [prices.allowed(covered[0].plan, code, on).note] if covered else said


def day_asked(given):
    try:
        day = dates.date.fromisoformat(given.get("service_on", ""))
    except ValueError:
        return dates.today()
    return day if dates.FIRST <= day <= dates.LAST else dates.today()


def units_asked(given) -> Decimal:
    try:
        units = Decimal(given.get("units") or "1")
    except InvalidOperation:
        return Decimal(1)
    return units if units.is_finite() and 0 < units < 10_000 else Decimal(1)


def _client(request, account) -> Client | None:
    pk = request.GET.get("client", "")
    clients = account.clients.order_by("-served", "id")
    return (clients.filter(pk=pk) if pk.isascii() and pk.isdigit() and len(pk) < 19 else clients).first()


# -- rules ---------------------------------------------------------------------------------------------------------------


def _edited(user, row, changed, created):
    record(user, f"authorization_rule_{'added' if created else 'edited'}", row, changed=changed)


RULES = Records(
    model=AuthorizationRule,
    noun=noop("authorization rule"),
    plural=noop("authorization rules"),
    form=RuleForm,
    queryset=lambda user: AuthorizationRule.objects.select_related("payer", "plan__payer"),
    on_save=_edited,
    edit="edit_payers",
    order=("first", "id"),
    columns=[
        Column("whose", lazy("Payer or plan"), value=lambda rule: str(rule.plan or rule.payer or _("Every payer"))),
        Column(
            "codes",
            lazy("Codes"),
            value=lambda rule: f"{rule.first}–{rule.last}" if rule.last else rule.first,
            kind="id",
        ),
        Column("place", lazy("Place")),
        Column(
            "needed",
            lazy("Leave"),
            value=lambda rule: (_("needed"), "warn") if rule.needed else (_("not needed"), "good"),
            kind="tag",
        ),
        Column("above", lazy("Above units"), value=lambda rule: rule.above_units or None, kind="int"),
        Column("since", lazy("From"), kind="day", lo=True),
        Column("until", lazy("Until"), kind="day", lo=True),
        Column("source", lazy("Source"), wrap=True),
    ],
)
