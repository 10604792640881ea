"""The list of accounts, opening one, and editing what is its own."""

from django.contrib import messages
from django.db import transaction
from django.db.models import QuerySet
from django.http import QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

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
            messages.info(request, f"{exact.number} is part of {exact.answering.number}.")
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
        caption="Accounts",
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
        Column("number", "Account", value="account.number", kind="id", sort="number"),
        Column(
            "name",
            "Name",
            value="account.name",
            sort="name",
            link=lambda line: reverse("account", args=[line.account.pk]),
        ),
        *([Column("office", "Office", value="account.office.name", lo=True)] if offices else []),
        Column("client_owes", "Client owes", kind="nil_money"),
        Column("others_owe", "Others owe", kind="nil_money"),
        Column("overdue", "Past due", kind="age"),
        Column("unapplied", "Unapplied", kind="nil_money"),
        Column("last_payment", "Last payment", value="account.last_payment", kind="day", lo=True),
        Column("state", "State", value=_state, kind="tag"),
    ]


def _state(line):
    if line.account.merged_into_id:
        return ("Merged", "")
    return ("Closed", "") if line.account.closed_on else None


NOTHING = {
    "owing": ("Nobody owes anything", "Every charge of these accounts is settled."),
    "overdue": ("Nothing is past due", "No client’s due date has passed without payment."),
    "unapplied": ("No unapplied money", "All money received is on charges."),
    "no-consent": ("Everybody may get e-mail", "Each open account has an address with the client’s consent."),
    "closed": ("No closed accounts", ""),
}


def _empty(user: User, offices: list, show: str, text: str) -> Empty:
    everything = reverse("accounts")
    if text:
        sentence = "Look for part of a name, a number, a phone number or an e-mail address."
        return Empty(f"Nobody found for “{text}”", sentence, everything, "All accounts")
    if show in NOTHING:
        return Empty(*NOTHING[show], everything, "All accounts")
    if not offices:
        return Empty("You have no office yet", "Ask an admin to give you one; then its accounts are here.")
    if may(user, "edit_accounts"):
        return Empty(
            "No accounts yet",
            "Open the first one, or have a practice’s books imported.",
            reverse("account_new"),
            "New account",
        )
    return Empty("No accounts yet", "A clerk or biller opens them.")


# -- opening --------------------------------------------------------------------------------------------------------------


def account_new(request):
    form = NewAccountForm(request.POST or None, by=request.user)
    if request.method == "POST" and form.is_valid():
        with once(form.key, "account_opened", request.user) as done:
            account = (
                Account.objects.get(pk=done.object_id) if done else _opened(form.cleaned_data, form.key, request.user)
            )
        messages.success(request, f"{account.number} opened for {account.name}.")
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
    return form_page(request, account, form, "Edit account", "Save account", record=f"account-{account.pk}")
