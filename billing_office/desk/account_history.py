"""The field history: what was changed on an account and its people, from what to what, by whom; for supervisors too.

Auditors and supervisors see what belongs to their offices, and what belongs to none.
"""

import re

from django.db.models import Q, QuerySet
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from accounts.models import Account
from billing_office.audit import acts
from billing_office.audit.models import Change
from billing_office.lib import dates
from billing_office.lib.tables import FILES, Column, Empty, Table, export, keyset
from billing_office.staff.access import may
from billing_office.staff.models import User

from . import field_words


def within(rows: QuerySet, user) -> QuerySet:
    """Rows of accounts of this person's offices, of payers' house accounts, and of no account at all."""
    mine = Account.objects.for_staff(user).order_by().values("pk")
    house = Account.objects.filter(kind=Account.Kind.HOUSE).order_by().values("pk")
    return rows.filter(Q(account_id=None) | Q(account_id__in=mine) | Q(account_id__in=house))


def account_history(request, pk):
    """Which fields of an account, its clients, contacts, flags and holds were changed, from what to what, by whom."""
    account = get_object_or_404(Account.objects.for_staff(request.user), pk=pk)
    found = Change.objects.filter(account_id=account.pk)
    of = re.fullmatch(r"(account|client|contactpoint)-([0-9]{1,18})", request.GET.get("of", ""))
    found = found.filter(table_name=f"accounts_{of[1]}", row_id=int(of[2])) if of else found
    asked = request.GET.get("as", "")
    if asked in FILES:
        acts.record(request.user, "history_exported", account, account_id=account.pk, detail={"as": asked})
        return export(request, Table(CHANGES, told(found.order_by("-id"))), f"{account.number}-history")
    page = keyset(found, ("-id",), request.GET.get("after"), request.GET.get("before"))
    columns = WITH_ACTS if may(request.user, "read_audit") else CHANGES
    table = Table(columns, told(page.rows), caption=_("Changes"), page=page, empty=Empty(_("Nothing was changed")))
    return render(request, "desk/account_history.html", {"account": account, "table": table})


def _request_href(change: Change) -> str | None:
    return f"{reverse('audit')}?request={change.request_id}" if change.request_id else None


def told(changes) -> list[Change]:
    """The changes with `who`: a name, or which database role it was when nobody was signed in; and with the `names` of
    the people in their fields."""
    changes = list(changes)
    ids = {change.actor_id for change in changes} | field_words.people(changes)
    names = dict(User.objects.filter(pk__in=ids).values_list("pk", "name"))
    for change in changes:
        change.names = names
        change.who = names.get(change.actor_id) or _("nobody signed in (%(role)s)") % {"role": change.role_name}
    return changes


def _record(change: Change) -> str:
    return field_words.record(change.table_name, change.row_id)


def at(row) -> str:
    """To the second, by the office's clock."""
    return f"{row.at.astimezone(dates.office_zone()):%Y-%m-%d %H:%M:%S}"


PLAIN = {"account_id", "client_id", "set_at", "set_by_id"}  # said by the rest of the row


def _fields(change: Change) -> str:
    return "; ".join(
        field_words.change(change.table_name, column, *pair, change.names)
        for column, pair in sorted(change.changes.items())
        if column not in PLAIN
    )


OPS = {"insert": (lazy("added"), "good"), "update": (lazy("changed"), ""), "delete": (lazy("removed"), "bad")}
CHANGES = [
    Column("at", lazy("When"), value=at, kind="id"),
    Column("who", lazy("Who")),
    Column("record", lazy("Record"), value=_record),
    Column("op", "", value=lambda change: OPS[change.op], kind="tag"),
    Column("fields", lazy("From what to what"), value=_fields, wrap=True),
]
WITH_ACTS = [
    CHANGES[0],
    Column("who", lazy("Who"), link=_request_href),
    *CHANGES[2:],
]
