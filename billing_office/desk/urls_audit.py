"""The audit: acts, and the history of an account's fields."""

from accounts.models import Account
from billing_office.staff.access import route

from . import account_history, audit_page, proof_page

urlpatterns = [
    route("audit/", audit_page.audit, may="read_audit", name="audit", listed=True),
    route("audit/<int:pk>/", audit_page.audit_act, may="read_audit", name="audit_act"),
    route("proof/", proof_page.proof, may="read_proof", name="proof"),
    route("proof/new/", proof_page.proof_new, may="read_proof", name="proof_new"),
    route("proof/state/", proof_page.proof_state, may="read_proof", name="proof_state", background=True),
    route(
        "accounts/<int:pk>/history/",
        account_history.account_history,
        may="read_history",
        name="account_history",
        reads=Account,
    ),
]
