"""Accounts, their people, stops, charges and payments, and payers. The account's own page is the desk's."""

from billing_office.staff.access import route

from .models import Account, AccountFlag, Client, ContactPoint, Hold, JournalEntry
from .views import accounts, bookkeeping, charges, corrections, explaining, payers, people, reasons, stops

ACCOUNT = "accounts/<int:pk>/"

urlpatterns = [
    route("accounts/", accounts.accounts, may="read_accounts", name="accounts"),
    route("accounts/new/", accounts.account_new, may="edit_accounts", name="account_new"),
    route(f"{ACCOUNT}edit/", accounts.account_edit, may="edit_accounts", name="account_edit", reads=Account),
    route(f"{ACCOUNT}clients/new/", people.client_new, may="edit_accounts", name="client_new", reads=Account),
    route("clients/<int:pk>/edit/", people.client_edit, may="edit_accounts", name="client_edit", reads=Client),
    route("clients/<int:pk>/contacts/new/", people.contact_new, may="edit_accounts", name="contact_new", reads=Client),
    route("contacts/<int:pk>/edit/", people.contact_edit, may="edit_accounts", name="contact_edit", reads=ContactPoint),
    route(f"{ACCOUNT}notes/new/", stops.note_new, may="write_notes", name="note_new", reads=Account),
    route(f"{ACCOUNT}flags/new/", stops.flag_new, may="edit_accounts", name="flag_new", reads=Account),
    route("flags/<int:pk>/end/", stops.flag_end, may="edit_accounts", name="flag_end", reads=AccountFlag),
    route(f"{ACCOUNT}holds/new/", stops.hold_new, may="edit_accounts", name="hold_new", reads=Account),
    route("holds/<int:pk>/end/", stops.hold_end, may="edit_accounts", name="hold_end", reads=Hold),
    route(f"{ACCOUNT}charges/new/", charges.charge_new, may="post_charges", name="charge_new", reads=Account),
    route(f"{ACCOUNT}adjust/", corrections.account_adjust, may="adjust", name="account_adjust", reads=Account),
    route(f"{ACCOUNT}move/", corrections.account_move, may="move_responsibility", name="account_move", reads=Account),
    route(f"{ACCOUNT}why/", explaining.account_why, may="read_accounts", name="account_why", reads=Account),
    route("entries/<int:pk>/", explaining.entry, may="read_accounts", name="entry", reads=JournalEntry),
    route(
        "entries/<int:pk>/reverse/",
        corrections.entry_reverse,
        may="reverse_entries",
        name="entry_reverse",
        reads=JournalEntry,
    ),
    *reasons.REASONS.routes(route, "reasons/", read="read_reasons"),
    route("journal/", bookkeeping.journal, may="export_journal", name="journal"),
    route("journal/<str:book>/", bookkeeping.journal_entries, may="export_journal", name="journal_entries"),
    route("ledger-accounts/", bookkeeping.CHART.list, may="export_journal", name="ledger_accounts"),
    route("ledger-accounts/<int:pk>/", bookkeeping.CHART.page, may="export_journal", name="ledger_account"),
    route("ledger-accounts/<int:pk>/edit/", bookkeeping.CHART.change, may="edit_chart", name="ledger_account_edit"),
    route("payers/", payers.PAYERS.list, may="read_payers", name="payers"),
    route("payers/new/", payers.payer_new, may="edit_payers", name="payer_new"),
    route("payers/<int:pk>/flags/new/", stops.payer_flag_new, may="edit_payers", name="payer_flag_new"),
    route("payers/<int:pk>/holds/new/", stops.payer_hold_new, may="edit_payers", name="payer_hold_new"),
    route("payers/<int:pk>/edit/", payers.PAYERS.change, may="edit_payers", name="payer_edit"),
]
