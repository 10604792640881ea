"""The list of accounts: how it is narrowed, and what each line says of an account's money. Two queries for any number of lines."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from itertools import islice

from django.conf import settings
from django.db.models import BooleanField, Exists, Func, Max, OuterRef, QuerySet, Subquery, Value
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _

from billing_office.lib.sorting import sort_key

from . import aging, finding
from .models import Account, Book, ContactPoint, OpenItem, Posting

Kind = ContactPoint.Kind
SHOWN = {
    "": _("All"),
    "owing": _("Owing"),
    "overdue": _("Past due"),
    "unapplied": _("Unapplied money"),
    "no-consent": _("No e-mail consent"),
    "closed": _("Closed"),
}


# -- narrowing ----------------------------------------------------------------------------------------------------------


def shown(accounts: QuerySet, word: str, on: date) -> QuerySet:
    """The accounts under one of SHOWN; all of them for any other word."""
    match word:
        case "owing":
            return accounts.filter(Exists(OpenItem.objects.filter(account=OuterRef("pk"), cents__gt=0)))
        case "overdue":
            return past_due(accounts, on)
        case "unapplied":
            return accounts.filter(balance__unapplied_cents__gt=0)
        case "no-consent":
            return accounts.live().exclude(Exists(_consented()))
        case "closed":
            return accounts.exclude(closed_on=None)
    return accounts


def past_due(accounts: QuerySet, on: date) -> QuerySet:
    """As aging.past_due: the client owes something on a due in force that has come."""
    return accounts.filter(_PastDue("pk", Value(on)))


def count_past_due(accounts: QuerySet, on: date, most: int) -> int:
    """How many they are; `most` where they are as many or more, without going on. It goes by what is open, not by accounts."""
    owing = OpenItem.objects.filter(_PastDue("account", Value(on)), account__in=accounts, payer=None, cents__gt=0)
    return owing.order_by("account").values("account").distinct()[:most].count()


class _PastDue(Func):
    """Asked of each account by itself, so that a page of a list walks only as far as it shows. Account, day."""

    output_field = BooleanField()

    def as_sql(self, compiler, connection):
        (account, params), (day, on) = (compiler.compile(each) for each in self.get_source_expressions())
        items = f"SELECT own.* FROM accounts_openitem own WHERE own.account_id = {account}"  # noqa: S608  a column
        parts = aging.PARTS.format(items=items, which=aging.OF_CLIENTS, known="true")
        late = f"SELECT FROM part WHERE part > 0 AND dated AND payer_id IS NULL AND day <= {day}"  # noqa: S608  a place
        return f"EXISTS ({parts} {late})", [*params, *on, *on]


def _consented() -> QuerySet:
    """Addresses of the guarantor that documents may be attached to mail for."""
    return ContactPoint.objects.filter(
        client=OuterRef("guarantor"), kind=Kind.EMAIL, bad_since=None, opted_out_on=None, consent_on__isnull=False
    )


def owed_by(accounts: QuerySet, payer: int) -> QuerySet:
    return accounts.filter(Exists(OpenItem.objects.filter(account=OuterRef("pk"), payer=payer, cents__gt=0)))


def numbered(accounts: QuerySet, text: str) -> Account | None:
    """The account with exactly this number."""
    return accounts.filter(number__in=finding.numbers(text)).first()


def found(accounts: QuerySet, text: str) -> QuerySet:
    """Accounts whose number begins with what was typed, whose clients are called so (every word, in any order), or who are
    reached by this phone or e-mail; and those that apps above know by it."""
    if not sort_key(text):
        return accounts
    ids = [finding.numbered(Account.objects.order_by(), text).values_list("pk"), *finding.account_ids(text)]
    ids += [others for finder in _finders() if (others := finder(text)) is not None]
    return accounts.filter(pk__in=ids[0].union(*ids[1:], all=True))


@cache
def _finders() -> list[Callable[[str], QuerySet | None]]:
    """Of apps above, which nobody here may import: text in; ids of accounts out, None where it looks like nothing of theirs."""
    return [import_string(name) for name in settings.ACCOUNT_FINDERS]


def with_last_payment(accounts: QuerySet) -> QuerySet:
    """`last_payment`: the day money last came in on the account and stayed, from whomever."""
    money = Posting.objects.filter(
        account=OuterRef("pk"), book=Book.CASH, cents__gt=0, entry__reversal=None, entry__reverses=None
    )
    day = money.order_by().values("account").annotate(day=Max("payment__received_on")).values("day")
    return accounts.annotate(last_payment=Subquery(day))


# -- lines ----------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Line:
    """An account in the list: cents owed, gross of credits; `overdue` is the age of the client's oldest due that has come."""

    account: Account
    client_owes: int
    others_owe: int
    unapplied: int
    overdue: int | None


def lines(accounts: Iterable[Account], on: date) -> list[Line]:
    accounts = list(accounts)
    if not accounts:
        return []
    of_account: dict[int, list[aging.Part]] = {}
    for part in aging.parts(Account.objects.filter(pk__in=[account.pk for account in accounts]), on):
        of_account.setdefault(part.account, []).append(part)
    return [_line(account, of_account.get(account.pk, []), on) for account in accounts]


def _line(account: Account, parts: list[aging.Part], on: date) -> Line:
    owed = [part for part in parts if part.cents > 0]
    client = [part for part in owed if part.payer is None]
    due = [part.age(on) for part in client if part.dated and part.day <= on]
    return Line(
        account=account,
        client_owes=sum(part.cents for part in client),
        others_owe=sum(part.cents for part in owed if part.payer is not None),
        unapplied=account.balance.unapplied_cents if hasattr(account, "balance") else 0,
        overdue=max(due, default=None),
    )


def all_lines(accounts: QuerySet, on: date, portion: int = 1000) -> Iterator[Line]:
    """Every line, for files: read in portions, so that a large office's list never stands in memory whole."""
    rows = accounts.iterator(chunk_size=portion)
    while batch := list(islice(rows, portion)):
        yield from lines(batch, on)
