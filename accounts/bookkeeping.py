"""The journal as the office's own bookkeeping takes it: our books by its account numbers, debit and credit apart.

Every entry sums to zero and stands on one account, so that debit equals credit for any span of days and any set of accounts.
Once a period is closed nothing is dated into it any more: its file is final.
"""

from dataclasses import dataclass
from datetime import date

from django.db.models import F, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from .models import Account, Book, LedgerAccount, Posting

DEBIT = Coalesce(Sum("cents", filter=Q(cents__gt=0)), 0)
CREDIT = Coalesce(-Sum("cents", filter=Q(cents__lt=0)), 0)


@dataclass(frozen=True)
class Line:
    """What one book moved: `debit` and `credit` are cents, both positive or 0. `day` is None when the days are summed."""

    book: str
    ledger: LedgerAccount
    debit: int
    credit: int
    day: date | None = None

    @property
    def net(self) -> int:
        return self.debit - self.credit

    @property
    def label(self) -> str:
        return Book(self.book).label


def postings(user, first: date, last: date) -> QuerySet[Posting]:
    """Postings dated first to last, both days included, of the user's offices and of payers' and agencies' house accounts."""
    accounts = Account.objects.filter(
        Q(pk__in=Account.objects.for_staff(user).order_by().values("pk")) | Q(kind=Account.Kind.HOUSE)
    )
    return Posting.objects.filter(
        entry__effective_date__range=(first, last), account__in=accounts.order_by().values("pk")
    )


def by_book(rows: QuerySet[Posting]) -> list[Line]:
    return [Line(**found, ledger=ledger) for found, ledger in _mapped(rows.order_by().values("book"))]


def by_day(rows: QuerySet[Posting]) -> list[Line]:
    """One line a day and book, by day: what a bookkeeping program imports."""
    found = rows.order_by().values("book", day=F("entry__effective_date"))
    return [Line(**one, ledger=ledger) for one, ledger in _mapped(found, "day")]


def with_codes(rows: QuerySet[Posting]) -> QuerySet[Posting]:
    """The postings, each with the `code` of the account that takes it."""
    return rows.annotate(code=Subquery(LedgerAccount.objects.filter(book=OuterRef("book")).values("code")))


def _mapped(grouped, *first) -> list[tuple[dict, LedgerAccount]]:
    chart = {ledger.book: ledger for ledger in LedgerAccount.objects.all()}
    found = [(one, chart[one["book"]]) for one in grouped.annotate(debit=DEBIT, credit=CREDIT)]
    return sorted(found, key=lambda pair: (*(pair[0][name] for name in first), pair[1].code, pair[0]["book"]))
