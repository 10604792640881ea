"""What the form pages of an account share: the account or row that this person may touch, the page around the form, what is said."""

from django.contrib import messages
from django.db.models import Q, QuerySet
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django_htmx.http import HttpResponseClientRedirect

from accounts import reading
from accounts.models import Account
from billing_office.lib import dates
from billing_office.lib.views import answer_form
from billing_office.staff.access import may


def account_of(request, pk: int) -> Account:
    """404 for an account of another office, as for one that is not there."""
    return get_object_or_404(Account.objects.for_staff(request.user).select_related("office", "guarantor"), pk=pk)


def shut(account: Account, *, told: bool = False) -> str:
    """Why nothing is changed here, "" where it may be. `told`: it is something the client told us, which a closed account takes."""
    if account.merged_into_id:
        return _("%(account)s is part of %(other)s. Do it there.") % {
            "account": account.number,
            "other": account.answering.number,
        }
    if account.closed_on and not told:
        return _("%(account)s is closed. Reopen it first.") % {"account": account.number}
    return ""


def turned_away(request, account: Account, *, told: bool = False):
    """The way back to an account on which nothing may be changed; None where it may."""
    if why := shut(account, told=told):
        messages.error(request, why)
        back = back_to(account)
        return HttpResponseClientRedirect(back.url) if request.htmx else back
    return None


def within(request, rows: QuerySet, path: str = "account") -> QuerySet:
    """Rows of accounts that this person may know of; `path` leads to the account. Locked when they are to be saved.

    Of house accounts, those of payers, for who may edit these.
    """
    mine = Q(**{f"{path}__in": Account.objects.for_staff(request.user)})
    if may(request.user, "edit_payers"):
        mine |= Q(**{f"{path}__payer__isnull": False})
    rows = rows.filter(mine)
    return rows.select_for_update(of=("self",), no_key=True) if request.method == "POST" else rows


def form_page(request, account: Account, form, title: str, button: str, template="accounts/form.html", **context):
    """The page of a form; for the account page itself, which asks by htmx, the form alone, to be filled in where it stands."""
    context = {"account": account, "form": form, "title": title, "button": button} | context
    if request.htmx and request.method == "GET" and template == "accounts/form.html":
        form.auto_id = f"{context.get('record', 'here')}-%s"  # several may stand open on one page
        return answer_form(request, "accounts/_inline.html", context)
    return answer_form(request, template, context | {"stops": reading.stops(account, dates.today())})


def back_to(account: Account):
    return redirect("payer", pk=account.payer_id) if account.payer_id else redirect("account", pk=account.pk)


def say_saved(request, form, name: str):
    if form.changed:
        messages.success(request, _("%(record)s saved.") % {"record": name})
    else:
        messages.info(request, _("Nothing was changed."))
