"""Who may do what. One table; every route names a right from it (`route(..., may=...)`), and the gate refuses any view
that names none. A right that no role holds cannot be granted by accident: `may()` knows only this table.
"""

from functools import wraps

from django.db.models import Model
from django.urls import path

from .models import Role

PUBLIC = "public"  # anyone, signed in or not
ANY_STAFF = "any_staff"

_READERS = {Role.CLERK, Role.BILLER, Role.COLLECTOR, Role.SUPERVISOR, Role.AUDITOR}
_KEEPERS = {Role.CLERK, Role.BILLER, Role.COLLECTOR, Role.SUPERVISOR}

RIGHTS: dict[str, frozenset[str]] = {
    right: frozenset(roles)
    for right, roles in {
        "read_accounts": _READERS,
        "edit_accounts": _KEEPERS,
        "merge_accounts": {Role.SUPERVISOR},
        "read_attachments": _READERS - {Role.COLLECTOR},  # letters and proofs may tell of services
        "add_attachments": _KEEPERS - {Role.COLLECTOR},
        "write_notes": _KEEPERS,
        "share_lists": {Role.SUPERVISOR},  # saved filters, with one's offices
        "log_contacts": _KEEPERS,
        "read_days": {Role.SUPERVISOR},  # what waits for somebody else
        "import_accounts": {Role.BILLER, Role.SUPERVISOR},
        "read_services": _READERS
        - {Role.COLLECTOR},  # plain words of what was done; a collector needs only what is owed
        "read_codes": {Role.BILLER, Role.SUPERVISOR, Role.AUDITOR},  # procedure and diagnosis codes
        "post_charges": {Role.BILLER, Role.SUPERVISOR},
        "set_up_recurring": {Role.BILLER, Role.SUPERVISOR},
        "post_client_payments": {Role.CLERK, Role.BILLER, Role.SUPERVISOR},
        "transfer_money": {Role.BILLER, Role.SUPERVISOR},  # unapplied money, between accounts
        "post_payer_payments": {Role.BILLER, Role.SUPERVISOR},
        "build_deposits": {Role.CLERK, Role.BILLER, Role.SUPERVISOR},
        "close_deposits": {Role.CLERK, Role.BILLER, Role.SUPERVISOR},  # never one's own: the database refuses it
        "clear_deposits": {Role.BILLER, Role.SUPERVISOR},  # by what the bank says
        "explain_differences": {Role.SUPERVISOR},  # of cash that the bank never says; never of one's own deposit
        "close_days": {Role.CLERK, Role.BILLER, Role.SUPERVISOR},  # never of cash one took
        "import_bank": {Role.BILLER, Role.SUPERVISOR},
        "edit_bank_accounts": {Role.SUPERVISOR},
        "adjust": {Role.BILLER, Role.SUPERVISOR},  # up to the limit of a reason (accounts.Reason); above it they ask
        "move_responsibility": {Role.BILLER, Role.SUPERVISOR},
        "reverse_entries": {Role.CLERK, Role.BILLER, Role.SUPERVISOR},  # of what one may post oneself
        "read_rules": _READERS,
        "edit_rules": {Role.SUPERVISOR},
        "read_runs": {Role.BILLER, Role.SUPERVISOR, Role.AUDITOR},
        "post_runs": {Role.BILLER, Role.SUPERVISOR},  # within the rule's limit; above it they ask
        "refund_money": {Role.BILLER, Role.SUPERVISOR},  # up to the limit of a reason; above it they ask
        "pay_out_refunds": {Role.BILLER, Role.SUPERVISOR},
        "return_cheques": {Role.BILLER, Role.SUPERVISOR},
        "correct_charges": {Role.BILLER, Role.SUPERVISOR},
        "read_requests": _READERS,  # one's own
        "read_all_requests": {Role.SUPERVISOR, Role.AUDITOR},
        "withdraw_requests": _KEEPERS,
        "decide_requests": {Role.SUPERVISOR},  # never one's own: the database refuses it
        "read_reasons": _READERS,
        "edit_reasons": {Role.SUPERVISOR},
        "issue_invoices": {Role.BILLER, Role.SUPERVISOR},
        "void_invoices": {Role.BILLER, Role.SUPERVISOR},
        "read_messages": _READERS,
        "send_messages": _KEEPERS,
        "read_payers": _READERS,
        "edit_payers": {Role.BILLER, Role.SUPERVISOR},
        "read_board": {Role.SUPERVISOR, Role.AUDITOR},
        "close_periods": {Role.SUPERVISOR},
        "edit_coverages": _KEEPERS,
        "verify_coverages": _KEEPERS,
        "make_estimates": {Role.CLERK, Role.BILLER, Role.SUPERVISOR},
        "let_bills_go": {Role.SUPERVISOR},  # that exceed their good-faith estimate
        "find_codes": {Role.CLERK, Role.BILLER, Role.SUPERVISOR},  # of procedures, while typing
        "edit_codes": {Role.BILLER, Role.SUPERVISOR},
        "load_codes": {Role.SUPERVISOR},
        "export_journal": {Role.SUPERVISOR, Role.AUDITOR},
        "edit_chart": {Role.SUPERVISOR},
        "read_set_up": {Role.ADMIN, Role.SUPERVISOR, Role.BILLER},
        "read_settings": {Role.ADMIN, Role.SUPERVISOR, Role.AUDITOR},
        "edit_settings": {Role.ADMIN},
        "edit_ladder": {Role.SUPERVISOR, Role.ADMIN},
        "retry_jobs": {Role.SUPERVISOR, Role.ADMIN},
        "read_staff": {Role.ADMIN, Role.AUDITOR},
        "edit_staff": {Role.ADMIN},
        "read_audit": {Role.AUDITOR},
        "read_proof": {Role.SUPERVISOR, Role.AUDITOR},
        "read_history": {Role.SUPERVISOR, Role.AUDITOR},
    }.items()
}


def may(user, right: str) -> bool:
    """Whether this user, signed in or not, holds the right. Raises KeyError for a right that the table does not know."""
    if right == PUBLIC:
        return True
    if not (user.is_authenticated and user.is_active and user.role != Role.SERVICE):
        return False
    return right == ANY_STAFF or user.role in RIGHTS[right]


def route(
    pattern: str, view, *, may: str, name: str, background: bool = False, keep: bool = True,
    reads: type[Model] | None = None, listed: bool = False,
):  # fmt: skip
    """`path()` for a view that only those with the right may reach. The gate (billing_office/audit/gate.py) enforces it.

    `background`: pages ask for it by themselves, so it does not count as somebody being there (sessions.py).
    `keep`: a form sent here after the session ended is kept and shown again (kept_forms.py); not where secrets are typed.
    `reads`: the model whose record `pk` of a client the page shows; the gate records who was shown it.
    `listed`: the page is a list, so its columns can be chosen and it can be saved (desk/lists); its main table is drawn first.
    """
    if may not in (PUBLIC, ANY_STAFF) and may not in RIGHTS:
        raise KeyError(f"{name}: no such right as {may!r}")

    @wraps(view)
    def guarded(request, *args, **kwargs):
        return view(request, *args, **kwargs)

    guarded.may, guarded.background, guarded.keep, guarded.reads = may, background, keep, reads
    guarded.listed = listed
    return path(pattern, guarded, name=name)
