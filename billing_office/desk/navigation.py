"""The top bar: what this person's role may open, and how they like their screen. Asks the database nothing."""

from typing import NamedTuple

from django.conf import settings
from django.urls import NoReverseMatch, reverse

from billing_office.staff.access import ANY_STAFF, may

ENTRIES = [  # label, URL name, right, keys
    ("My day", "home", ANY_STAFF, "g d"),
    ("Accounts", "accounts", "read_accounts", "g c"),
    ("Invoices", "invoices", "read_accounts", "g i"),
    ("Receipts", "receipts", "read_accounts", "g r"),
    ("Messages", "messages", "read_messages", "g m"),
    ("Approvals", "approvals", "read_requests", "g v"),
    ("Arrears", "arrears", "read_board", "g a"),
    ("Periods", "periods", "read_board", ""),
    ("Authorizations", "authorizations", "read_accounts", ""),
    ("Plans", "plans", "read_payers", ""),
    ("Fee schedules", "fee_schedules", "read_payers", ""),
    ("Codes", "codes", "read_codes", ""),
    ("Journal", "journal", "export_journal", ""),
    ("Proof", "proof", "read_proof", ""),
    ("Payers", "payers", "read_payers", "g p"),
    ("Reasons", "reasons", "edit_reasons", ""),
    ("Mail sink", "mail_sink", "read_messages", ""),
    ("Staff", "staff", "read_staff", "g s"),
    ("Offices", "offices", "read_settings", "g o"),
    ("Audit", "audit", "read_audit", "g u"),
    ("Reminder ladder", "ladder", "read_settings", ""),
    ("Outbox", "outbox", "read_settings", ""),
    ("Payers who do not pay", "unpaid_payers", "read_payers", ""),
    ("To be invoiced", "invoices_ready", "issue_invoices", "g b"),
    ("Post a receipt", "receipt_new", "post_client_payments", "g n"),
    ("Unapplied money", "unapplied", "read_accounts", ""),
    ("Credits", "credits", "read_accounts", ""),
    ("Refunds", "refunds", "read_accounts", ""),
    ("Runs", "runs", "read_runs", ""),
    ("Rules", "rules", "edit_rules", ""),
    ("Deposits", "deposits", "read_accounts", "g e"),
    ("The day", "day", "read_accounts", ""),
    ("Cash not cleared", "cash_open", "read_accounts", ""),
    ("Bank files", "bank_imports", "import_bank", "g f"),
]
IN_SIGHT = 8  # what fits beside the search at 1280 pixels; the rest is one press away


class Entry(NamedTuple):
    label: str
    href: str
    key: str
    current: bool
    count_href: str  # the piece that tells how much waits there, "" for none


def bar(request):
    """Context processor: `bar` and `bar_more` (entries), `find_href`, `theme`, `keys_off`."""
    theme = request.COOKIES.get("theme")
    looks = {
        "theme": theme if theme in ("light", "dark") else "",
        "keys_off": request.COOKIES.get("keys") == "off",
    }
    user = getattr(request, "user", None)  # absent when the request failed before anyone could sign in
    if user is None or not may(user, ANY_STAFF):
        return looks
    entries = list(_entries(user, request.path))
    sight = len(entries) if len(entries) <= IN_SIGHT + 1 else IN_SIGHT
    return looks | {
        "bar": entries[:sight],
        "bar_more": entries[sight:],
        "find_href": _href("accounts") if may(user, "read_accounts") else None,
    }


def _entries(user, path):
    for label, name, right, key in ENTRIES:
        href = _href(name)
        if href is None or not may(user, right) or (name == "mail_sink" and not settings.MAIL_SINK):
            continue
        counts = name == "approvals" and may(user, "decide_requests")
        current = path == href if href == "/" else path.startswith(href)
        yield Entry(label, href, key, current, reverse("approvals_count") if counts else "")


def _href(name):
    """The address of a page, or None while the page does not exist."""
    try:
        return reverse(name)
    except NoReverseMatch:
        return None
