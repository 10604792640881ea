"""The top bar: what this person's role may open, and how they like their screen. Asks the database nothing."""

from itertools import chain
from typing import NamedTuple

from django.conf import settings
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _

from billing_office.staff.access import ANY_STAFF, may

ENTRIES = [  # label, URL name, right, keys; in sight as far as there is room
    (_("My day"), "home", ANY_STAFF, "g d"),
    (_("Accounts"), "accounts", "read_accounts", "g c"),
    (_("Invoices"), "invoices", "read_accounts", "g i"),
    (_("Receipts"), "receipts", "read_accounts", "g r"),
    (_("Messages"), "messages", "read_messages", "g m"),
    (_("Approvals"), "approvals", "read_requests", "g v"),
    (_("Arrears"), "arrears", "read_board", "g a"),
    (_("Payers"), "payers", "read_payers", "g p"),
]
MORE = {  # what is one press away, by what it is about
    _("Money in"): [
        (_("Post a receipt"), "receipt_new", "post_client_payments", "g n"),
        (_("Unapplied money"), "unapplied", "read_accounts", ""),
        (_("Deposits"), "deposits", "read_accounts", "g e"),
        (_("Cash not cleared"), "cash_open", "read_accounts", ""),
        (_("Bank files"), "bank_imports", "import_bank", "g f"),
        (_("The day"), "day", "read_accounts", "g y"),
    ],
    _("Money out and off"): [
        (_("To be invoiced"), "invoices_ready", "issue_invoices", "g b"),
        (_("Payers who do not pay"), "unpaid_payers", "read_payers", ""),
        (_("Credits"), "credits", "read_accounts", ""),
        (_("Refunds"), "refunds", "read_accounts", ""),
        (_("Runs"), "runs", "read_runs", ""),
        (_("Recurring charges"), "recurring_charges", "read_accounts", ""),
    ],
    _("Insurance"): [
        (_("Verification"), "verification", "read_accounts", "g l"),
        (_("Authorizations"), "authorizations", "read_accounts", "g z"),
        (_("Estimates"), "estimates", "read_services", "g q"),
        (_("Good-faith estimates"), "good_faith", "read_services", "g h"),
        (_("Cheaper ways"), "cheaper_ways", "read_payers", ""),
        (_("Duties"), "duties", "read_rules", ""),
        (_("Plans"), "plans", "read_payers", ""),
        (_("Contracts"), "contracts", "read_payers", ""),
        (_("Fee schedules"), "fee_schedules", "read_payers", ""),
        (_("Codes"), "codes", "read_codes", "g k"),
    ],
    _("Books"): [
        (_("Periods"), "periods", "read_board", ""),
        (_("Journal"), "journal", "export_journal", "g j"),
        (_("Duplicates"), "duplicates", "merge_accounts", ""),
        (_("Proof"), "proof", "read_proof", ""),
        (_("Audit"), "audit", "read_audit", "g u"),
    ],
    _("Setting up"): [
        (_("Set-up guide"), "set_up", "read_set_up", ""),
        (_("Imports of accounts"), "account_imports", "import_accounts", ""),
        (_("Reasons"), "reasons", "edit_reasons", ""),
        (_("Rules"), "rules", "edit_rules", ""),
        (_("Holidays"), "holidays", "edit_rules", ""),
        (_("Reminder ladder"), "ladder", "read_settings", ""),
        (_("Offices"), "offices", "read_settings", "g o"),
        (_("Staff"), "staff", "read_staff", "g s"),
        (_("Outbox"), "outbox", "read_settings", ""),
        (_("Mail sink"), "mail_sink", "read_messages", ""),
    ],
}
IN_SIGHT = 9  # what fits beside the search at 1280 pixels: whoever may open no more sees all of it


class Entry(NamedTuple):
    label: str
    href: str
    key: str
    current: bool
    count_href: str  # the piece that tells how much waits there, "" for none


def bar(request):
    """Context processor: `bar` (entries), `bar_more` (heading → entries), `find_href`, `open_account`, `day_on`, `theme`, `keys_off`."""
    theme = request.COOKIES.get("theme")
    looks = {
        "theme": theme if theme in ("light", "dark") else "",
        "keys_off": request.COOKIES.get("keys") == "off",
    }
    user = getattr(request, "user", None)  # absent when the request failed before anyone could sign in
    if user is None or not may(user, ANY_STAFF):
        return looks
    more = {about: list(_entries(rows, user, request.path)) for about, rows in MORE.items()}
    shown, more = list(_entries(ENTRIES, user, request.path)), {about: rows for about, rows in more.items() if rows}
    if len(shown) + sum(map(len, more.values())) <= IN_SIGHT:
        shown, more = [*shown, *chain.from_iterable(more.values())], {}
    return looks | {
        "bar": shown,
        "bar_more": more,
        "find_href": reverse("search"),
        "open_account": _open_account(request),
        "day_on": request.path != "/" and bool(request.session.get("day_seen")),
    }


def _open_account(request) -> int | None:
    """The account whose page, or one below it, this is: the palette offers what can be done on it."""
    match = request.resolver_match
    return match.kwargs.get("pk") if match and match.route.startswith("accounts/<int:pk>/") else None


def everywhere(user) -> list[tuple[str, Entry]]:
    """Every page of the bar and its menu that this person may open, with the heading it stands under."""
    rows = [("", ENTRIES), *MORE.items()]
    return [(about, entry) for about, entries in rows for entry in _entries(entries, user, path="")]


def _entries(rows, user, path):
    for label, name, right, key in rows:
        href = address_of(name)
        if href is None or not may(user, right) or (name == "mail_sink" and not settings.MAIL_SINK):
            continue
        counts = name == "approvals" and may(user, "decide_requests")
        current = path == href if href == "/" else path.startswith(href)
        yield Entry(label, href, key, current, reverse("approvals_count") if counts else "")


def address_of(name):
    """The address of a page, or None while the page does not exist."""
    try:
        return reverse(name)
    except NoReverseMatch:
        return None
