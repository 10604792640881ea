"""Recurring charges: the list, one account's, setting one up, changing and ending it."""

from django.contrib import messages
from django.db import transaction
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from accounts import ledger
from accounts.models import Account
from accounts.once import once
from accounts.views.pages import account_of, back_to, form_page, say_saved, shut, turned_away
from billing_office.audit.acts import record
from billing_office.lib import dates
from billing_office.lib.money import show
from billing_office.lib.tables import Column, Empty, Table, chips, export, keyset
from invoices.models import RecurringCharge

from .billing import coming
from .forms import EndRecurringForm, NewRecurringForm, RecurringForm

SHOWS = {"": lazy("Running"), "trouble": lazy("With trouble"), "ended": lazy("Ended")}


def recurring_charges(request):
    show = request.GET.get("show", "")
    found = _shown(RecurringCharge.objects.for_staff(request.user), show).select_related("account", "payer")
    columns = _columns(request.user)
    if file := export(request, Table(columns, found.order_by("-id")), "recurring-charges"):
        record(request.user, "recurring_exported", detail={"show": show[:10]})
        return file
    page = keyset(
        found, ("next_on", "id") if show == "" else ("-id",), request.GET.get("after"), request.GET.get("before")
    )
    empty = Empty(
        _("No recurring charges"), _("Open an account and choose Recurring charge in its menu to set one up.")
    )
    if show:
        empty = Empty(_("None"), _("Nothing went wrong.") if show == "trouble" else _("None has ended."))
    table = Table(
        columns, page.rows, caption=_("Recurring charges"), page=page, empty=empty,
        href=lambda row: reverse("account", args=[row.account_id]),
        state=lambda row: "warn" if row.trouble else "",
    )  # fmt: skip
    return render(
        request, "invoices/recurring/list.html", {"table": table, "chips": chips(request, "show", SHOWS.items())}
    )


def _shown(rows, show: str):
    if show == "trouble":
        return rows.exclude(trouble="")
    return rows.filter(next_on=None) if show == "ended" else rows.running()


def _columns(user) -> list[Column]:
    return [
        Column("account", _("Account"), value="account.name"),
        Column("number", _("Number"), value="account.number", kind="id"),
        Column("description", _("Service"), value=lambda row: row.words_for(user), wrap=True),
        Column("owes", _("Owed by"), value=lambda row: row.payer.name if row.payer else _("The client"), lo=True),
        Column("rhythm", _("How often"), value="get_rhythm_display"),
        Column("next_on", _("Next on"), kind="day"),
        Column("until", _("Until"), kind="day", lo=True),
        Column("cents", _("Amount"), kind="money"),
        Column("trouble", _("Trouble"), wrap=True),
    ]


def recurring_of(request, pk):
    """The piece of the account page: what is charged again and again."""
    account = get_object_or_404(Account.objects.for_staff(request.user), pk=pk)
    today = dates.today()
    rows = list(account.recurring_charges.running().select_related("payer").order_by("next_on", "id"))
    lines = [(row, row.words_for(request.user), coming(row)) for row in rows]
    return render(request, "invoices/recurring/_of_account.html", {"account": account, "lines": lines, "today": today})


def recurring_new(request, pk):
    account = account_of(request, pk)
    if away := turned_away(request, account):
        return away
    form = NewRecurringForm(request.POST or None, account=account)
    if request.method == "POST" and form.is_valid():
        # Under the account's lock: who closes it meanwhile finds this charge in the way, or this finds it closed.
        with once(form.key, "recurring_set_up", request.user) as before, ledger.locked([account.pk]) as accounts:
            if before is None:
                if why := shut(accounts[account.pk]):
                    messages.error(request, why)
                    return back_to(account)
                _set_up(form, account, request.user)
        row = form.instance
        messages.success(
            request,
            _("%(amount)s is charged %(rhythm)s from %(day)s.")
            % {"amount": show(row.cents), "rhythm": row.get_rhythm_display().lower(), "day": _day(row.starts_on)},
        )
        return back_to(account)
    why = _("The office’s day charges it by itself. What has passed since its first day is charged by the next one.")
    return form_page(request, account, form, _("Recurring charge"), _("Set up"), why=why)


def _set_up(form: NewRecurringForm, account: Account, by):
    row: RecurringCharge = form.instance
    row.account, row.created_by = account, by
    row.client = form.cleaned_data["client"]
    row.look_ahead()
    row.save()
    detail = {"form": str(form.key), "cents": row.cents, "rhythm": row.rhythm, "on": str(row.starts_on)}
    record(by, "recurring_set_up", row, account_id=account.pk, detail=detail)


def _day(day) -> str:
    return dates.short(day, dates.today())


def _row(request, pk) -> RecurringCharge:
    rows = RecurringCharge.objects.for_staff(request.user).select_related("account__office", "account__guarantor")
    if request.method == "POST":
        rows = rows.select_for_update(of=("self",), no_key=True)
    return get_object_or_404(rows, pk=pk)


def recurring_edit(request, pk):
    """What it says from the next day on; what was charged stays as it is."""
    with transaction.atomic():
        row = _row(request, pk)
        if away := turned_away(request, row.account):
            return away
        form = RecurringForm(request.POST or None, instance=row, account=row.account)
        if request.method == "POST" and form.is_valid():
            if form.changed:
                row.look_ahead()
                form.save()
                record(request.user, "recurring_edited", row, account_id=row.account_id, changed=form.changed)
            say_saved(request, form, row.description)
            return back_to(row.account)
    why = _("A change is for the days to come; what was charged stays as it is.")
    return form_page(request, row.account, form, _("Edit recurring charge"), _("Save"), why=why)


def recurring_end(request, pk):
    with transaction.atomic():
        row = _row(request, pk)
        form = EndRecurringForm(request.POST or None, row=row)
        if request.method == "POST" and form.is_valid():
            row.until = form.cleaned_data["until"]
            row.lock_version += 1
            row.look_ahead()
            row.save(update_fields=["until", "next_on", "lock_version"])
            reason = form.cleaned_data["reason"]
            record(
                request.user,
                "recurring_ended",
                row,
                account_id=row.account_id,
                reason=reason,
                detail={"on": str(row.until)},
            )
            again = len(coming(row, 2))
            said = {0: _("%(service)s is charged no more."), 1: _("%(service)s is charged once more.")}
            said = said.get(again, _("%(service)s ends on %(day)s."))
            messages.success(request, said % {"service": row.description, "day": _day(row.until)})
            return back_to(row.account)
    return form_page(
        request,
        row.account,
        form,
        _("End recurring charge: %(service)s") % {"service": row.words_for(request.user)},
        _("End it"),
    )
