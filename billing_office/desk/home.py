"""My day: what waits for a person, by kind, each figure leading to its rows, and the first few rows of each.

Eight queries at the most, session and user included.
"""

from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Count, Q
from django.shortcuts import render
from django.urls import reverse

from accounts import aging
from accounts.models import Account, Message
from billing_office.approvals.models import Request
from billing_office.lib import dates
from billing_office.lib.tables import Column, Table
from billing_office.outbox.models import Job
from billing_office.staff.access import may


def home(request):
    user, today = request.user, dates.today()
    tiles, parts = [], []
    if may(user, "read_messages"):
        failed, waits = _messages(user)
        tiles, parts = waits, [*parts, failed]
    if may(user, "read_accounts"):
        for tile, part in (_past_due(user, today), _unapplied(user)):
            tiles, parts = [*tiles, tile], [*parts, part]
    if may(user, "read_requests"):
        waits, theirs = _requests(user, today)
        tiles, parts = [*tiles, *waits], [*theirs, *parts]
    parked = Job.objects.filter(state=Job.State.PARKED).count() if may(user, "read_settings") else 0
    shown = [part for part in parts if part.rows]
    return render(request, "desk/home.html", {"tiles": tiles, "parts": shown, "parked": parked, "today": today})


@dataclass(frozen=True)
class Tile:
    """One kind of thing that waits, how many there are, and the address that lists them."""

    label: str
    count: int
    href: str
    note: str


@dataclass(frozen=True)
class Part:
    """The first few of one kind."""

    title: str
    note: str
    rows: list
    table: Table
    href: str
    all: str


FEW = 8


def _messages(user) -> tuple[Part, list[Tile]]:
    """Messages that went wrong, and how many wait in each way."""
    mine = Message.objects.for_staff(user)
    listed = reverse("messages")
    bad = Q(pk__in=mine.failed().values("pk"))
    sums = mine.aggregate(
        failed=Count("pk", filter=bad),
        printed=Count("pk", filter=Q(pk__in=mine.to_print().values("pk"))),
        waiting=Count("pk", filter=Q(pk__in=mine.waiting().values("pk"))),
    )
    tiles = [
        Tile("Did not go out", sums["failed"], f"{listed}?state=failed", "find out why, then send again"),
        Tile("To print", sums["printed"], reverse("print_list"), "no working e-mail or no consent"),
        Tile("Waiting to be sent", sums["waiting"], f"{listed}?state=queued", "the mailroom sends them"),
    ]
    rows = list(mine.failed().select_related("document", "account", "payer")[:FEW]) if sums["failed"] else []
    return Part(
        "Did not go out",
        "correct the address, then send again or print",
        rows,
        Table(
            FAILED, rows, caption="Messages that failed", href=lambda m: reverse("document_page", args=[m.document_id])
        ),
        f"{listed}?state=failed",
        "All that failed",
    ), tiles


def addressed_href(message: Message) -> str:
    """The page of whom a message is for."""
    return (
        reverse("payer", args=[message.payer_id]) if message.payer_id else reverse("account", args=[message.account_id])
    )


FAILED = [
    Column("document", "Document", value="document.number", kind="id"),
    Column("account", "Account", value="addressed.name", link=addressed_href),
    Column("to", "To", lo=True),
    Column("error", "Why", wrap=True),
]


def _past_due(user, today) -> tuple[Tile, Part]:
    mine = Account.objects.for_staff(user)
    found = aging.past_due(mine, today)
    names = mine.in_bulk([row.account for row in found[:FEW]])
    columns = [
        Column("name", "Account", value=lambda row: names[row.account].name),
        Column("number", "Number", value=lambda row: names[row.account].number, kind="id", lo=True),
        Column("cents", "Past due", kind="money"),
        Column("age", "Oldest", value=lambda row: (today - row.oldest).days, kind="age"),
    ]
    href = reverse("accounts") + "?show=overdue"
    return Tile("Past due", len(found), href, "accounts whose client is late"), Part(
        "Past due",
        "most money first",
        found,
        Table(
            columns, found[:FEW], caption="Accounts past due", href=lambda row: reverse("account", args=[row.account])
        ),
        href,
        "All past due",
    )


UNAPPLIED = [
    Column("name", "Account"),
    Column("number", "Number", kind="id", lo=True),
    Column("cents", "Unapplied", value="balance.unapplied_cents", kind="money"),
    Column("owed", "Owed in all", value="balance.receivable_cents", kind="nil_money"),
]


def _unapplied(user) -> tuple[Tile, Part]:
    held = Account.objects.for_staff(user).filter(balance__unapplied_cents__gt=0).select_related("balance")
    found = list(held.order_by("-balance__unapplied_cents", "pk"))
    href = reverse("accounts") + "?show=unapplied"
    return Tile("Unapplied money", len(found), href, "accounts with money on no charge"), Part(
        "Unapplied money",
        "received, on no charge yet",
        found,
        Table(
            UNAPPLIED,
            found[:FEW],
            caption="Accounts with unapplied money",
            href=lambda row: reverse("account", args=[row.pk]),
        ),
        href,
        "All unapplied",
    )


REQUESTS = [
    Column("title", "What", wrap=True),
    Column("cents", "Amount", kind="money"),
    Column("asked_by", "Asked by", value="asked_by.short_name", lo=True),
    Column("state", "State", kind="tag"),
    Column("answer", "Answer", wrap=True),
]
TOLD = 7  # days for which a decision stays on the day of whoever asked


def _requests(user, today) -> tuple[list[Tile], list[Part]]:
    """What waits for this person's decision, and what became of what they asked for."""
    since = dates.office_time(today - timedelta(days=TOLD), 0)
    rows = Request.objects.for_staff(user).filter(Q(decision="") | Q(asked_by=user, decided_at__gte=since))
    rows = list(rows.select_related("asked_by"))
    theirs = [row for row in rows if row.asked_by_id == user.pk]
    waits = [row for row in rows if row.asked_by_id != user.pk] if may(user, "decide_requests") else []
    href = reverse("approvals")
    tiles = [Tile("To approve", len(waits), href, "above somebody’s limit")] if may(user, "decide_requests") else []
    return tiles, [
        _part("To approve", "another person asked, you decide", waits, href, "All that wait"),
        _part("Your requests", "what you asked for, and what was decided", theirs, f"{href}?show=mine", "All of yours"),
    ]


def _part(title: str, note: str, rows: list[Request], href: str, label: str) -> Part:
    table = Table(REQUESTS, rows[:FEW], caption=title, href=lambda row: reverse("approval", args=[row.pk]))
    return Part(title, note, rows, table, href, label)
