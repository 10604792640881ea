"""The journal for the office's bookkeeping: sums by book on screen, by day or entry as a file; and the chart it goes by."""

from urllib.parse import urlencode

from django.http import Http404
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.utils.translation import gettext_noop as noop

from accounts import bookkeeping, ledger
from accounts.forms.bookkeeping import LedgerAccountForm, SpanForm
from accounts.models import Book, LedgerAccount, Posting
from billing_office.audit.acts import record
from billing_office.lib.tables import FILES, Column, Empty, Table, export, keyset
from billing_office.lib.views import Records
from billing_office.staff.access import may

SUMS = [
    Column("code", lazy("Account"), value="ledger.code", kind="id"),
    Column("name", lazy("Name"), value="ledger.name"),
    Column("book", lazy("Our book"), value="label", lo=True),
    Column("debit", lazy("Debit"), kind="nil_money"),
    Column("credit", lazy("Credit"), kind="nil_money"),
    Column("net", lazy("Debit less credit"), kind="money", lo=True),
]
BY_DAY = [Column("day", lazy("Date"), kind="day"), *SUMS[:5]]
ENTRIES = [
    Column("date", lazy("Date"), value="entry.effective_date", kind="day"),
    Column("entry", lazy("Entry"), value="entry_id", kind="int"),
    Column("kind", lazy("Kind"), value="entry.get_kind_display"),
    Column("number", lazy("Client account"), value=lambda p: p.account.number or "", kind="id"),
    Column("book", lazy("Our book"), value="get_book_display"),
    Column("code", lazy("Account"), value="code", kind="id"),
    Column("debit", lazy("Debit"), value=lambda p: max(p.cents, 0), kind="nil_money"),
    Column("credit", lazy("Credit"), value=lambda p: max(-p.cents, 0), kind="nil_money"),
    Column("posted", lazy("Posted"), value="entry.posted_at", kind="moment", lo=True),
]


def journal(request):
    form = SpanForm(request.GET or None)
    first, last = form.span()
    rows = bookkeeping.postings(request.user, first, last)
    if not form.is_bound:
        form.initial = {"first": first, "last": last}
    if file := _file(request, rows, first, last):
        record(
            request.user, "journal_exported", detail={"first": str(first), "last": str(last), "as": request.GET["as"]}
        )
        return file
    lines = bookkeeping.by_book(rows)
    days = urlencode({"first": first, "last": last})
    table = Table(
        SUMS, lines, caption=_("Journal by account"),
        href=lambda line: f"{reverse('journal_entries', args=[line.book])}?{days}",
        totals={"debit": sum(line.debit for line in lines), "credit": sum(line.credit for line in lines)},
        empty=Empty(_("Nothing was posted on these days"), _("Choose other days above.")),
    )  # fmt: skip
    closed = ledger.closed_through()
    context = {
        "form": form, "first": first, "last": last, "days": days, "table": table, "final": closed is not None and last <= closed,
    }  # fmt: skip
    return render(request, "accounts/journal.html", context)


def _file(request, rows, first, last):
    asked, name = request.GET.get("as", ""), f"journal-{first}-{last}"
    if request.GET.get("by") == "entry":
        return export(request, Table(ENTRIES, _told(rows)), f"{name}-entries")
    return export(request, Table(BY_DAY, bookkeeping.by_day(rows)), name) if asked in FILES else None


def _told(rows):
    return bookkeeping.with_codes(rows).select_related("entry", "account").order_by("entry__effective_date", "id")


def journal_entries(request, book):
    """The postings behind one book's sums."""
    if book not in Book.values:
        raise Http404(_("No such book."))
    form = SpanForm(request.GET or None)
    first, last = form.span()
    rows = bookkeeping.postings(request.user, first, last).filter(book=book)
    if file := export(request, Table(ENTRIES, _told(rows)), f"journal-{book}-{first}-{last}"):
        record(request.user, "journal_exported", detail={"first": str(first), "last": str(last), "book": book})
        return file
    found = bookkeeping.with_codes(rows).select_related("entry", "account")
    page = keyset(found, ("entry__effective_date", "id"), request.GET.get("after"), request.GET.get("before"))
    href = _href if may(request.user, "read_accounts") else None
    table = Table(
        ENTRIES,
        page.rows,
        caption=_("Postings"),
        href=href,
        page=page,
        empty=Empty(_("No postings"), _("Choose other days.")),
    )
    context = {
        "table": table,
        "book": Book(book).label,
        "first": first,
        "last": last,
        "days": urlencode({"first": first, "last": last}),
    }
    return render(request, "accounts/journal_entries.html", context)


def _href(posting: Posting) -> str | None:
    return reverse("account", args=[posting.account_id]) if posting.account.number else None


# -- the chart -----------------------------------------------------------------------------------------------------------


def _edited(user, row: LedgerAccount, changed: list[str], created: bool):
    record(user, "ledger_account_edited", row, changed=changed)


CHART = Records(
    model=LedgerAccount,
    noun=noop("ledger account"),
    plural=noop("ledger accounts"),
    form=LedgerAccountForm,
    queryset=lambda user: LedgerAccount.objects.all(),
    on_save=_edited,
    edit="edit_chart",
    fixed=True,
    order=("code", "id"),
    columns=[
        Column("code", lazy("Number"), kind="id"),
        Column("name", lazy("Name")),
        Column("book", lazy("Takes our book"), value="get_book_display"),
    ],
)
