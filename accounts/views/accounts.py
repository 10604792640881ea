"""The list of accounts, opening one, and editing what is its own."""

from django.contrib import messages
from django.db import transaction
from django.db.models import QuerySet
from django.http import QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from accounts import listing, people
from accounts.facts import fields_of
from accounts.forms.accounts import AccountForm, NewAccountForm
from accounts.models import Account, ContactPoint, Payer
from accounts.once import once
from accounts.opening import open_account
from billing_office.audit.acts import record
from billing_office.lib import dates
from billing_office.lib.tables import Column, Empty, Table, address, chips, export, keyset, ordering
from billing_office.lib.views import answer_form
from billing_office.staff.access import may
from billing_office.staff.models import User

from .pages import back_to, form_page, say_saved, turned_away

ORDERS = {"name": ("sort_key", "id"), "number": ("number",)}  # what an index gives at a million accounts


# -- the list -------------------------------------------------------------------------------------------------------------


def accounts(request):
    mine, today = Account.objects.for_staff(request.user), dates.today()
    show, payer, text = request.GET.get("show", ""), _payer(request.GET.get("payer", "")), _text(request.GET)
    kind = request.GET.get("as", "")
    if not kind and (exact := listing.numbered(mine, text)):
        if exact.merged_into_id:
            told = {"account": exact.number, "other": exact.answering.number}
            messages.info(request, _("%(account)s is part of %(other)s.") % told)
        return redirect("account", pk=exact.answering.pk)
    rows = listing.with_last_payment(found_in(request.user, request.GET).select_related("office", "balance"))
    offices = list(request.user.offices.all())
    columns = _columns(len(offices) > 1)
    sort, order = ordering(request.GET.get("sort", ""), ORDERS, "name")
    if file := export(request, Table(columns, listing.all_lines(rows.order_by(*order), today)), "accounts"):
        record(request.user, "accounts_exported", detail={"as": kind, "show": show, "searched": bool(text)})
        return file
    page = keyset(rows, order, request.GET.get("after"), request.GET.get("before"))
    if text:  # whom it found, never what was typed: that may be a name of somebody who is no client here
        record(request.user, "accounts_searched", detail={"found": [account.pk for account in page.rows]})
    table = Table(
        columns,
        listing.lines(page.rows, today),
        caption=_("Accounts"),
        href=lambda line: reverse("account", args=[line.account.pk]),
        state=lambda line: "mute" if line.account.closed_on else "",
        sort=sort,
        page=page,
        empty=_empty(request.user, offices, show, text),
    )
    context = {
        "table": table, "chips": chips(request, "show", listing.SHOWN.items()), "text": text, "show": show, "payer": payer,
        "without_payer": address(request, payer=None, after=None, before=None),
    }  # fmt: skip
    return render(request, "accounts/accounts.html", context)


def found_in(user: User, given: QueryDict) -> QuerySet[Account]:
    """The accounts that the list finds for this person under this address."""
    rows = listing.shown(
        listing.found(Account.objects.for_staff(user), _text(given)), given.get("show", ""), dates.today()
    )
    payer = _payer(given.get("payer", ""))
    return listing.owed_by(rows, payer.pk) if payer else rows


def _text(given: QueryDict) -> str:
    return given.get("q", "").replace("\x00", "").strip()[:120]


def _payer(text: str) -> Payer | None:
    return Payer.objects.filter(pk=text).first() if text.isascii() and text.isdecimal() and len(text) < 19 else None


def _columns(offices: bool) -> list[Column]:
    return [
        Column("number", _("Account"), value="account.number", kind="id", sort="number"),
        Column(
            "name",
            _("Name"),
            value="account.name",
            sort="name",
            link=lambda line: reverse("account", args=[line.account.pk]),
        ),
        *([Column("office", _("Office"), value="account.office.name", lo=True)] if offices else []),
        Column("client_owes", _("Client owes"), kind="nil_money"),
        Column("others_owe", _("Others owe"), kind="nil_money"),
        Column("overdue", _("Past due"), kind="age"),
        Column("unapplied", _("Unapplied"), kind="nil_money"),
        Column("last_payment", _("Last payment"), value="account.last_payment", kind="day", lo=True),
        Column("state", _("State"), value=_state, kind="tag"),
    ]


def _state(line):
    if line.account.merged_into_id:
        return (_("Merged"), "")
    return (_("Closed"), "") if line.account.closed_on else None


NOTHING = {
    "owing": (lazy("Nobody owes anything"), lazy("Every charge of these accounts is settled.")),
    "overdue": (lazy("Nothing is past due"), lazy("No client’s due date has passed without payment.")),
    "unapplied": (lazy("No unapplied money"), lazy("All money received is on charges.")),
    "no-consent": (
        lazy("Everybody may get e-mail"),
        lazy("Each open account has an address with the client’s consent."),
    ),
    "closed": (lazy("No closed accounts"), ""),
}


def _empty(user: User, offices: list, show: str, text: str) -> Empty:
    everything = reverse("accounts")
    if text:
        sentence = _("Look for part of a name, a number, a phone number or an e-mail address.")
        return Empty(_("Nobody found for “%(text)s”") % {"text": text}, sentence, everything, _("All accounts"))
    if show in NOTHING:
        return Empty(*NOTHING[show], everything, _("All accounts"))
    if not offices:
        return Empty(_("You have no office yet"), _("Ask an admin to give you one; then its accounts are here."))
    if may(user, "edit_accounts"):
        return Empty(
            _("No accounts yet"),
            _("Open the first one, or have a practice’s books imported."),
            reverse("account_new"),
            _("New account"),
        )
    return Empty(_("No accounts yet"), _("A clerk or biller opens them."))


# -- opening --------------------------------------------------------------------------------------------------------------


def account_new(request):
    form = NewAccountForm(request.POST or None, by=request.user)
    if request.method == "POST" and form.is_valid():
        with once(form.key, "account_opened", request.user) as done:
            account = (
                Account.objects.get(pk=done.object_id) if done else _opened(form.cleaned_data, form.key, request.user)
            )
        told = {"account": account.number, "client": account.name}
        messages.success(request, _("%(account)s opened for %(client)s.") % told)
        return redirect("facts_edit", pk=account.pk) if fields_of(account.office).exists() else back_to(account)
    return answer_form(request, "accounts/account_new.html", {"form": form})


def _opened(given: dict, key, by) -> Account:
    """The account with its first client and each way to reach them that was filled in."""
    detail = {"form": str(key)}
    client = {name: given[name] for name in ["first_name", "last_name", "kind", "birth_date", "language"]}
    account = open_account(
        office=given["office"], financial_class=given["financial_class"], by=by, opened_on=dates.today(), detail=detail, **client
    )  # fmt: skip
    Kind = ContactPoint.Kind
    points = []
    if given["email"]:
        points.append(ContactPoint(kind=Kind.EMAIL, value=given["email"]))
        if given["consents"]:
            people.give_consent(points[0], dates.today(), by)
    if given["phone"]:
        points.append(ContactPoint(kind=Kind.PHONE, value=given["phone"]))
    if given["street"]:
        address_lines = {name: given[name] for name in ["street", "city", "region", "postcode"]}
        points.append(ContactPoint(kind=Kind.POSTAL, **address_lines))
    for point in points:
        people.add_contact(account.guarantor, point, by=by, detail=detail)
    return account


# -- editing --------------------------------------------------------------------------------------------------------------


def account_edit(request, pk):
    with transaction.atomic():
        rows = Account.objects.for_staff(request.user)
        if request.method == "POST":
            rows = rows.select_for_update(of=("self",), no_key=True)
        account = get_object_or_404(rows, pk=pk)
        if away := turned_away(request, account):
            return away
        form = AccountForm(request.POST or None, instance=account)
        if request.method == "POST" and form.is_valid():
            if form.changed:
                form.save()
                people.account_edited(account, form.changed, by=request.user)
            say_saved(request, form, account.number)
            return back_to(account)
    return form_page(request, account, form, _("Edit account"), _("Save account"), record=f"account-{account.pk}")
