"""Pages, searches and the board, as a supervisor of all offices is served them."""

from collections.abc import Iterator
from itertools import cycle

from django.db import connection
from django.test import Client as Browser
from django.urls import reverse

from accounts import aging, finding, listing
from accounts.models import Account, Client, ContactPoint, Posting
from accounts.views.accounts import ORDERS
from billing_office.desk.search import records
from billing_office.lib import dates
from billing_office.lib.paging import keyset

from .clock import Row, compared, in_database
from .office import Built

FLOOR = "an account and its 50 newest postings"
LEDGER = """SELECT sum(cents) FROM (SELECT account_id, charge_id, payer_id, sum(cents) AS cents FROM accounts_posting
             WHERE book = 'receivable' GROUP BY 1, 2, 3) open WHERE cents > 0"""


def measure(office: Built) -> Iterator[Row]:
    yield from _pages(office)
    yield from _searches(office)
    yield from _lists(office)
    yield from _board(office)


def _some(office: Built) -> Iterator[int]:
    """Accounts far from one another, the same in each run."""
    return cycle(office.first + n * 7919 % office.accounts for n in range(200))


def floor(office: Built):
    """FLOOR, of another account each time."""
    some = _some(office)

    def ask():
        pk = next(some)
        Account.objects.get(pk=pk)
        list(Posting.objects.filter(account=pk).order_by("-pk")[:50])

    return ask


def _pages(office: Built) -> Iterator[Row]:
    browser = Browser(headers={"host": "localhost"})
    browser.force_login(office.user)
    some = _some(office)

    def get(address: str):
        answer = browser.get(address)
        if answer.status_code not in (200, 302):
            raise RuntimeError(f"{address} answered {answer.status_code}")
        return answer

    accounts, invoices = reverse("accounts"), reverse("invoices")
    clients = Account.objects.filter(kind=Account.Kind.CLIENT)
    half = clients.order_by(*ORDERS["name"])[office.accounts // 2]
    deep = keyset(clients.filter(sort_key__gte=half.sort_key), ORDERS["name"], None, None).next
    middle = f"{accounts}?q={half.sort_key.split()[0][:4]}"
    pages = {
        "account": lambda: get(reverse("account", args=[next(some)])),
        "list of accounts": lambda: get(accounts),
        "list of accounts, from the middle": lambda: get(f"{accounts}?after={deep}"),
        "list of accounts, searched": lambda: get(middle),
        "list of invoices": lambda: get(invoices),
        "list of accounts past due": lambda: get(f"{accounts}?show=overdue"),
        "arrears board": lambda: get(reverse("arrears")),
        "my day": lambda: get(reverse("home")),
    }
    empty = reverse("search")
    for what, act in pages.items():
        yield compared("page", what, act, "the page of the empty search", lambda: get(empty), times=9)


def _searches(office: Built) -> Iterator[Row]:
    """In the database alone, by its own clock, all queries of one search together."""
    rare = Client.objects.get(pk=office.first + office.accounts // 3)
    common = Client.objects.order_by("sort_key").first()
    last, first = rare.sort_key.split()
    slip = last[:3] + last[4] + last[3] + last[5:]
    typed = {
        "account number": f"A-{10_000 + rare.pk}",
        "phone": ContactPoint.objects.get(client=rare, kind="phone").value,
        "e-mail": ContactPoint.objects.get(client=rare, kind="email").value,
        "member number": f"M{500_000_000 + rare.pk}",
        "name": f"{last} {first}",
        "beginning of a name": last[:4],
        "most frequent name": common.sort_key.split()[0],
        "name with a slip": slip,
        "two words with a slip": f"{first} {slip}",
        "nobody’s name": "zzyzxwq",
    }
    least = floor(office)
    for what, text in typed.items():
        yield in_database("search", what, lambda text=text: _found(office, text), FLOOR, least)
    number = f"B1-INV-{3 * (office.accounts // 2):06d}"
    yield in_database("search", "invoice number", lambda: records.papers(office.user, number), FLOOR, least)


def _found(office: Built, text: str):
    with finding.by_index():
        records.accounts(office.user, text)


def _lists(office: Built) -> Iterator[Row]:
    """The list of accounts narrowed by what is typed, in the database alone: its first page, in the order of names."""
    rare = Client.objects.get(pk=office.first + office.accounts // 3).sort_key
    common = Client.objects.order_by("sort_key").first().sort_key.split()[0]
    mine, least = Account.objects.for_staff(office.user), floor(office)
    for what, text in {"by name": rare, "by the most frequent name": common}.items():
        page = lambda text=text: keyset(listing.found(mine, text), ORDERS["name"])  # noqa: E731
        yield in_database("search", f"list of accounts {what}", page, FLOOR, least)


def _board(office: Built) -> Iterator[Row]:
    def ledger():
        with connection.cursor() as cursor:
            cursor.execute(LEDGER)

    mine, today = Account.objects.for_staff(office.user), dates.today()
    board = lambda: aging.board_and_late(mine, today)  # noqa: E731
    yield in_database("board", "arrears by age and party, and who is past due", board, FLOOR, floor(office), times=5)
    summed = "what is open, summed from the ledger"
    yield in_database("board", "the same beside the ledger", board, summed, ledger, times=3)
