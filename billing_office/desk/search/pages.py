"""Pages and acts, found by the words of their names: "post pay" is enough for Post a payment."""

from django.urls import reverse

from accounts.models import Account
from billing_office.desk import navigation
from billing_office.lib.sorting import sort_key
from billing_office.staff.access import ANY_STAFF, may

from .hits import Group, Hit

FEW = 6
ACTS = [  # what it says, URL name, right, other words for it
    ("New account", "account_new", "edit_accounts", "open client register"),
    ("Post a payment", "receipt_new", "post_client_payments", "receipt money check cash"),
    ("New payer", "payer_new", "edit_payers", "insurer employer agency"),
    ("New deposit", "deposit_new", "build_deposits", "bank"),
    ("New member of staff", "staff_new", "edit_staff", "user"),
    ("Change my password or second step", "own_security", ANY_STAFF, "security sign in factor"),
]
ON_ACCOUNT = [
    ("Post a payment", "payment_new", "post_client_payments", "receipt money check cash"),
    ("Write a note", "note_new", "write_notes", "remark call"),
    ("Add a charge", "charge_new", "post_charges", "service bill"),
    ("Advise before a service", "advise", "read_services", "estimate coverage authorization cost"),
    ("Estimate what a client will owe", "estimate_new", "make_estimates", "cost good faith"),
    ("Issue an invoice", "invoice_new", "issue_invoices", "bill"),
    ("Show the statement", "account_statement", "read_accounts", "print send"),
    ("Adjust the balance", "account_adjust", "adjust", "write off discount charity"),
    ("Move to another party", "account_move", "move_responsibility", "transfer responsibility payer"),
    ("Why is it owed?", "account_why", "read_accounts", "explain balance"),
    ("Edit the account", "account_edit", "edit_accounts", "close class"),
    ("Add a client", "client_new", "edit_accounts", "person family"),
    ("Set a flag", "flag_new", "edit_accounts", "bankrupt deceased"),
    ("Set a hold", "hold_new", "edit_accounts", "dispute pause stop"),
    ("History of the account", "account_history", "read_history", "changes"),
]


def acts_on(user, account: Account | None, words: list[str]) -> Group:
    """What this person may do on the account whose page is open."""
    if account is None:
        return Group("", "next")
    hits = [
        Hit(label, reverse(name, args=[account.pk]), account=account.pk)
        for label, name, right, others in ON_ACCOUNT
        if may(user, right) and said(f"{label} {others}", words)
    ]
    return Group(f"On {account.name}, {account.number}", "next", hits[:FEW])


def acts(user, words: list[str]) -> Group:
    rows = [(label, name, right, others) for label, name, right, others in ACTS if navigation.address_of(name)]
    hits = [
        Hit(label, reverse(name))
        for label, name, right, others in rows
        if may(user, right) and said(f"{label} {others}", words)
    ]
    return Group("Acts", "plus", hits[:FEW])


def pages(user, words: list[str]) -> Group:
    entries = [(about, entry) for about, entry in navigation.everywhere(user) if said(f"{entry.label} {about}", words)]
    entries.sort(key=lambda one: not said(one[1].label, words))  # by its own name before by its heading
    return Group(
        "Pages", "right", [Hit(entry.label, entry.href, detail=about, key=entry.key) for about, entry in entries[:FEW]]
    )


def said(text: str, words: list[str]) -> bool:
    """Whether each word typed begins a word of the text.

    >>> said("Post a payment", ["pay", "post"])
    True
    """
    known = sort_key(text).split()
    return all(any(one.startswith(word) for one in known) for word in words)
