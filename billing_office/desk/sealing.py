"""What of the office is sealed, and the night's proof: the books and every seal, with the answer on record."""

import time
from collections.abc import Callable
from datetime import datetime

from billing_office.audit import acts, seals, verification
from billing_office.audit.models import Act
from billing_office.audit.seals import Chain
from billing_office.audit.verification import Proof
from billing_office.lib.checks import Result

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


def verify_all(alive: Callable[[], None] = lambda: None) -> list[Proof]:
    found = []
    for chain in CHAINS:
        alive()
        found.append(verification.verify(chain))
    return found


def prove(by, alive: Callable[[], None] = lambda: None) -> Act:
    """Prove the books and the seals, and record what was found: a proof that could not run leaves no act that says it did."""
    began = time.perf_counter()
    checks, chains = proof.prove(alive), verify_all(alive)
    broken = [check.name for check in checks if not check.ok]
    detail = {
        "ok": not broken and not any(chain.found for chain in chains),
        "checks": len(checks),
        "broken": broken,
        "results": {check.name: _result(check) for check in checks},
        "ms": round((time.perf_counter() - began) * 1000),
        "chains": {
            one.chain.kind: {"rows": one.rows, "unsealed": one.unsealed, "found": one.found, "head": one.head}
            for one in chains
        },
    }
    return acts.record(by, PROVED, detail=detail)


def _result(check: Result) -> dict:
    rows = [{name: None if value is None else str(value) for name, value in row.items()} for row in check.rows]
    return {"group": check.group, "count": check.count, "ms": check.ms, "rows": rows}
