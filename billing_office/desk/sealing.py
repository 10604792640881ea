"""What of the office is sealed, and the night's proof: the books and every seal, with the answer on record."""

from datetime import datetime

from billing_office.audit import acts, seals, verification
from billing_office.audit.models import Act
from billing_office.audit.seals import Chain
from billing_office.audit.verification import Proof

from . import proof

PROVED = "books_proved"

# Everything that is only ever written once; what may change has its history, which is sealed.
CHAINS = [
    Chain("acts", "audit_act"),
    Chain("history", "audit_change"),
    Chain("contact", "dunning_contactevent"),
    Chain("entries", "accounts_journalentry"),
    Chain("postings", "accounts_posting"),
    Chain("charges", "accounts_charge"),
    Chain("payments", "accounts_payment"),
    Chain("dues", "accounts_due"),
    Chain("notes", "accounts_note"),
    Chain("invoice_lines", "invoices_invoiceline"),
]


def seal_all(now: datetime) -> dict[str, int]:
    """Seal every chain as far as it is settled; the count of rows of each that got any."""
    counts = {chain.kind: seals.seal(chain, now) for chain in CHAINS}
    return {kind: count for kind, count in counts.items() if count}


def verify_all() -> list[Proof]:
    return [verification.verify(chain) for chain in CHAINS]


def prove(by) -> Act:
    """Prove the books and the seals, and record what was found: a proof that could not run leaves no act that says it did."""
    checks, chains = proof.prove(), verify_all()
    broken = [check.name for check in checks if not check.ok]
    detail = {
        "ok": not broken and not any(chain.found for chain in chains),
        "checks": len(checks),
        "broken": broken,
        "chains": {
            one.chain.kind: {"rows": one.rows, "unsealed": one.unsealed, "found": one.found, "head": one.head}
            for one in chains
        },
    }
    return acts.record(by, PROVED, detail=detail)
