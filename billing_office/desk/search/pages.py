"""Pages and acts, found by the words of their names: "post pay" is enough for Post a payment."""

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from accounts.models import Account
from billing_office.desk import navigation
from billing_office.lib.sorting import sort_key
from billing_office.staff.access import ANY_STAFF, may

from .hits import Group, Hit

FEW = 6
ACTS = [  # what it says, URL name, right, other words for it
    (lazy("New account"), "account_new", "edit_accounts", lazy("open client register")),
    (lazy("Post a payment"), "receipt_new", "post_client_payments", lazy("receipt money check cash")),
    (lazy("New payer"), "payer_new", "edit_payers", lazy("insurer employer agency")),
    (lazy("New deposit"), "deposit_new", "build_deposits", "bank"),
    (lazy("New member of staff"), "staff_new", "edit_staff", "user"),
    (lazy("Change my password or second step"), "own_security", ANY_STAFF, lazy("security sign in factor")),
]
ON_ACCOUNT = [
    (lazy("Post a payment"), "payment_new", "post_client_payments", lazy("receipt money check cash")),
    (lazy("Write a note"), "note_new", "write_notes", lazy("remark call")),
    (lazy("Add a charge"), "charge_new", "post_charges", lazy("service bill")),
    (lazy("Advise before a service"), "advise", "read_services", lazy("estimate coverage authorization cost")),
    (lazy("Estimate what a client will owe"), "estimate_new", "make_estimates", lazy("cost good faith")),
    (lazy("Issue an invoice"), "invoice_new", "issue_invoices", "bill"),
    (lazy("Show the statement"), "account_statement", "read_accounts", lazy("print send")),
    (lazy("Adjust the balance"), "account_adjust", "adjust", lazy("write off discount charity")),
    (lazy("Move to another party"), "account_move", "move_responsibility", lazy("transfer responsibility payer")),
    (lazy("Why is it owed?"), "account_why", "read_accounts", lazy("explain balance")),
    (lazy("Edit the account"), "account_edit", "edit_accounts", lazy("close class")),
    (lazy("Add a client"), "client_new", "edit_accounts", lazy("person family")),
    (lazy("Set a flag"), "flag_new", "edit_accounts", lazy("bankrupt deceased")),
    (lazy("Set a hold"), "hold_new", "edit_accounts", lazy("dispute pause stop")),
    (lazy("History of the account"), "account_history", "read_history", "changes"),
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
    return Group(_("On %(name)s, %(number)s") % {"name": account.name, "number": account.number}, "next", hits[:FEW])


def acts(user, words: list[str]) -> Group:
    rows = [(label, name, right, others) for label, name, right, others in ACTS if navigation.address_of(name)]
    hits = [
        Hit(label, reverse(name))
        for label, name, right, others in rows
        if may(user, right) and said(f"{label} {others}", words)
    ]
    return Group(_("Acts"), "plus", hits[:FEW])


def pages(user, words: list[str]) -> Group:
    entries = [(about, entry) for about, entry in navigation.everywhere(user) if said(f"{entry.label} {about}", words)]
    entries.sort(key=lambda one: not said(str(one[1].label), words))  # by its own name before by its heading
    return Group(
        _("Pages"),
        "right",
        [Hit(entry.label, entry.href, detail=about, key=entry.key) for about, entry in entries[:FEW]],
    )


def said(text: str, words: list[str]) -> bool:
    """Whether each word typed begins a word of the text.

    >>> said("Post a payment", ["pay", "post"])
    True
    """
    known = sort_key(text).split()
    return all(any(one.startswith(word) for one in known) for word in words)
