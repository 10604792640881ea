"""What can be done with the ticked rows of a list: one table, by the name of the list's URL.

Each act does to one row what its page does, by the same verb, so that rules, audit and refusals are the same. It returns ""
when done, else why this row was left out.
"""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from accounts import closing, ledger, notes, stops
from accounts.models import Account, AccountFlag, Hold, Message
from accounts.views.accounts import found_in as accounts_found
from accounts.views.pages import shut
from billing_office.lib import dates
from billing_office.mailroom import once_more
from billing_office.mailroom.views import found_in as messages_found
from billing_office.staff.models import User
from invoices import statements
from invoices.models import Invoice
from invoices.views.invoices import found_in as invoices_found

from .forms import CloseForm, FlagsForm, HoldsForm, NotesForm, PlainForm, StatementsForm


@dataclass(frozen=True)
class Act:
    """`do(user, row, fields, key)`: `fields` are the form's, cleaned; `key` is this row's alone and the same on a retry."""

    word: str
    label: str
    key: str  # its letter on the list
    may: str
    form: type[PlainForm]
    do: Callable[[User, Any, dict, uuid.UUID], str]
    undo: Callable[[User, Any, dict], str] | None = None


@dataclass(frozen=True)
class Listed:
    """`rows(user)` are those that this person may touch, `found(user, query)` those that the list finds under an address;
    `tick(line)` is the id behind a row on screen, `href(row)` the page of a row."""

    noun: str
    plural: str
    rows: Callable[[User], QuerySet]
    found: Callable[[User, QueryDict], QuerySet]
    tick: Callable[[Any], str]
    href: Callable[[Any], str]
    acts: tuple[Act, ...]

    def act(self, word: str) -> Act:
        return next(act for act in self.acts if act.word == word)


# -- accounts -------------------------------------------------------------------------------------------------------------


def _set_flag(user, account, fields, key) -> str:
    return _stop(user, account, AccountFlag, fields, key)


def _set_hold(user, account, fields, key) -> str:
    return _stop(user, account, Hold, fields, key)


def _stop(user, account, model, fields, key) -> str:
    with ledger.locked([account.pk]) as accounts:  # two runs at once would both find none, and a merge is waited for
        if why := shut(accounts[account.pk], told=True):
            return why
        there = model.objects.on(fields["since"]).filter(account=account, kind=fields["kind"])
        if model is Hold:
            there = there.filter(charge=None)
        if there.exists():
            return _("It has one already: %(first)s.") % {"first": there.first()}
        stop = model(**{name: fields[name] for name in ("kind", "since", "until", "reason")})
        stops.set_stop(account, stop, by=user, detail={"form": str(key)})
    return ""


def _write_note(user, account, fields, key) -> str:
    notes.write(account, fields["text"], by=user, detail={"form": str(key)})
    return ""


def _send_statement(user, account, fields, key) -> str:
    if account.merged_into_id:
        return shut(account)
    found = statements.of(account, account.office, fields["since"], fields["until"], dates.today())
    if not found.rows and not found.closing:
        return _("Nothing happened in these days, and nothing is owed.")
    try:
        statements.issue(found, on=dates.today(), by=user, form=key)
    except statements.TooMany as error:
        return str(error)
    return ""


def _close(user, account, fields, key) -> str:
    if fields["on"] < account.opened_on:
        return _("It was opened after this day.")
    if account.merged_into_id:
        return shut(account)
    try:
        closed = closing.close(account, fields["on"], fields["reason"], by=user)
    except closing.Obstructed as error:
        return str(error)
    return "" if closed else _("It is closed already.")


def _reopen(user, account, fields) -> str:
    if account.closed_on and (account.closed_on, account.closed_why) != (fields["on"], fields["reason"]):
        return _("It was closed since for another reason.")
    return "" if closing.reopen(account, _("Closed by mistake, with others"), by=user) else _("It is open.")


# -- what goes out --------------------------------------------------------------------------------------------------------


def _again(of: Callable, *, on_paper: bool) -> Callable:
    def send(user, row, fields, key) -> str:
        document = of(row)
        if not document.messages.exists():
            return _("It was never queued to go out.")
        sent = once_more.send(document, on_paper=on_paper, by=user)
        return "" if sent else _("It waits to go out already.")

    return send


def _invoice_again(user, invoice, fields, key) -> str:
    if invoice.voided_at:
        return _("It is void.")
    return _again(lambda row: row.document, on_paper=False)(user, invoice, fields, key)


LISTS = {
    "accounts": Listed(
        lazy("account"), lazy("accounts"), lambda user: Account.objects.for_staff(user).select_related("office"), accounts_found,
        lambda line: str(line.account.pk), lambda account: reverse("account", args=[account.pk]),
        (
            Act("flag", lazy("Set a flag"), "f", "edit_accounts", FlagsForm, _set_flag),
            Act("hold", lazy("Set a hold"), "h", "edit_accounts", HoldsForm, _set_hold),
            Act("note", lazy("Write a note"), "t", "write_notes", NotesForm, _write_note),
            Act("statement", lazy("Send statements"), "s", "send_messages", StatementsForm, _send_statement),
            Act("close", lazy("Close"), "c", "edit_accounts", CloseForm, _close, _reopen),
        ),
    ),
    "invoices": Listed(
        lazy("invoice"), lazy("invoices"), lambda user: Invoice.objects.for_staff(user).select_related("document"), invoices_found,
        lambda invoice: str(invoice.pk), lambda invoice: reverse("invoice", args=[invoice.pk]),
        (Act("again", lazy("Send again"), "a", "send_messages", PlainForm, _invoice_again),),
    ),
    "messages": Listed(
        lazy("message"), lazy("messages"), lambda user: Message.objects.for_staff(user).select_related("document"), messages_found,
        lambda message: str(message.pk), lambda message: reverse("document_page", args=[message.document_id]),
        (
            Act("again", lazy("Send again"), "a", "send_messages", PlainForm, _again(lambda row: row.document, on_paper=False)),
            Act("paper", lazy("Put on paper"), "p", "send_messages", PlainForm, _again(lambda row: row.document, on_paper=True)),
        ),
    ),
}  # fmt: skip
