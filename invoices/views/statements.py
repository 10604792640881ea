"""Statements of a client's account and of a payer: on screen, as a file, sent on paper or by e-mail."""

from datetime import timedelta

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.views.decorators.http import require_POST

from accounts import aging
from accounts.forms.parts import OnceMixin, PastDayField, after
from accounts.models import Account, Payer
from accounts.once import once
from billing_office.audit import acts
from billing_office.lib import dates
from billing_office.lib.fields import OfficeForm
from billing_office.lib.tables import Column, Empty, Table, export
from billing_office.lib.views import answer_form
from billing_office.staff.access import may
from billing_office.staff.models import Office
from invoices import statements

from .invoices import way_out

DAYS = 90  # what a statement shows unless asked otherwise


class DaysForm(OfficeForm):
    title = lazy("The statement was not made.")
    since = PastDayField(label=lazy("From"))
    until = PastDayField(label=lazy("To"))

    def clean(self):
        cleaned = super().clean()
        if after(cleaned.get("since"), cleaned.get("until")):
            self.add_error("until", ValidationError(_("The last day lies before the first."), code="order"))
        return cleaned


class SendForm(OnceMixin, DaysForm):
    title = lazy("The statement was not sent.")


def account_statement(request, pk):
    account = _account(request, pk)
    return _page(request, account, account.office, reverse("account_statement_send", args=[pk]))


def payer_statement(request, pk):
    payer, office = _payer(request, pk, request.GET.get("office", ""))
    return _page(request, payer, office, f"{reverse('payer_statement_send', args=[pk])}?office={office.pk}")


@require_POST
def account_statement_send(request, pk):
    account = _account(request, pk)
    return _send(request, account, account.office)


@require_POST
def payer_statement_send(request, pk):
    payer, office = _payer(request, pk, request.GET.get("office", ""))
    return _send(request, payer, office)


def _account(request, pk) -> Account:
    return get_object_or_404(Account.objects.for_staff(request.user).select_related("office"), pk=pk)


def _payer(request, pk, office: str) -> tuple[Payer, Office]:
    """The payer, and whom it owes: an office of this person, the first unless one is named."""
    mine = request.user.offices.order_by("pk")
    if office and not (office.isascii() and office.isdigit() and len(office) < 19):
        raise Http404(_("No such office."))
    payers = Payer.objects.filter(house_account__isnull=False).select_related("house_account")
    found = mine.filter(pk=office).first() if office else mine.first()
    if found is None:
        raise Http404(_("No such office."))
    return get_object_or_404(payers, pk=pk), found


def _page(request, to: Account | Payer, office: Office, send_href: str):
    today = dates.today()
    first = {"since": today - timedelta(days=DAYS), "until": today}
    given = {name: request.GET[name] for name in first if name in request.GET}
    form = DaysForm({name: str(day) for name, day in first.items()} | given)
    if not form.is_valid():
        return _answer(request, to, office, form)
    found = statements.of(to, office, form.cleaned_data["since"], form.cleaned_data["until"], today)
    table = _table(found, services=may(request.user, "read_services"))
    if file := export(request, table, "statement"):
        account = to.pk if isinstance(to, Account) else None
        detail = {"payer": to.pk} if isinstance(to, Payer) else {}
        acts.record(request.user, "statement_exported", to, account_id=account, detail=detail)
        return file
    aged = [(aging.COLUMNS[name], cents) for name, cents in found.aged.items()]
    send = SendForm(initial=form.cleaned_data)
    return _answer(request, to, office, form, statement=found, table=table, aged=aged, send=send, send_href=send_href)


def _answer(request, to: Account | Payer, office: Office, form: DaysForm, **context):
    payer = isinstance(to, Payer)
    others = request.user.offices.exclude(pk=office.pk) if payer else []
    context |= {"to": to, "office": office, "form": form, "home": _home(to), "payer": payer, "offices": others}
    return answer_form(request, "invoices/statement.html", context)


def _home(to: Account | Payer) -> str:
    return reverse("payer" if isinstance(to, Payer) else "account", args=[to.pk])


def _table(found: statements.Statement, *, services: bool) -> Table:
    names = isinstance(found.to, Payer)
    columns = [
        Column("on", _("Date"), kind="day"),
        Column("what", _("What"), value=lambda row: row.words(services=services, names=names), wrap=True),
        Column("charged", _("Charged"), kind="nil_money"),
        Column("settled", _("Paid or taken off"), kind="nil_money"),
        Column("balance", _("Balance"), kind="money"),
    ]
    forward = statements.Row(found.since, "", 0, found.opening, paper=_("Balance brought forward"))
    empty = Empty(_("Nothing"), _("Nothing happened in these days."))
    table = Table(columns, [forward, *found.rows], caption=_("Statement"), empty=empty)
    table.totals = {
        "on": _("Total"), "charged": found.charged, "settled": found.settled, "balance": found.closing,
    }  # fmt: skip
    return table


def _send(request, to: Account | Payer, office: Office):
    form = SendForm(request.POST)
    if not form.is_valid():
        return _answer(request, to, office, form)
    try:
        with once(form.key, "statement_issued", request.user) as done:
            if not done:
                days = form.cleaned_data["since"], form.cleaned_data["until"]
                found = statements.of(to, office, *days, dates.today())
                message = statements.issue(found, on=dates.today(), by=request.user, form=form.key)
    except statements.TooMany as error:
        form.add_error(None, str(error))
        return _answer(request, to, office, form)
    if done:
        messages.info(request, _("This statement was sent already; nothing was sent twice."))
    else:
        messages.success(
            request,
            _("Statement %(number)s made. %(way)s")
            % {"number": message.document.number, "way": way_out(message.document)},
        )
    return redirect(_home(to))
