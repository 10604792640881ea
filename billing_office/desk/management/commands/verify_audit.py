import json
import sys
from dataclasses import asdict

from django.core.management.base import BaseCommand

from billing_office.audit.models import Seal
from billing_office.desk import sealing


class Command(BaseCommand):
    help = "Prove the audit: every seal and every row under it, naming what was changed. Exit code 1 when anything was."

    def add_arguments(self, parser):
        parser.add_argument(
            "--json", action="store_true", help="machine-readable: chains, and findings with seal and row"
        )
        parser.add_argument(
            "--contains",
            metavar="HEAD",
            help="a head noted earlier, outside of the database: prove that it is still in a chain",
        )

    def handle(self, *args, **options):
        proofs = sealing.verify_all()
        lost = options["contains"] and not Seal.objects.filter(hash=options["contains"]).exists()
        ok = not lost and not any(proof.found for proof in proofs)
        if options["json"]:
            self._tell_json(proofs, ok)
        else:
            for proof in proofs:
                self._tell(proof)
            if lost:
                self.stdout.write(f"BAD no chain contains {options['contains']}: the seals were written anew")
            self.stdout.write("The audit is whole." if ok else "The audit is NOT whole: see above.")
        if not ok:
            sys.exit(1)

    def _tell(self, proof):
        to = (
            f"sealed to row {proof.sealed_to} at {proof.sealed_at:%Y-%m-%d %H:%M} UTC" if proof.seals else "no seal yet"
        )
        mark = "BAD" if proof.found else "ok "
        self.stdout.write(
            f"{mark} {proof.chain.kind}: {proof.rows} rows under {proof.seals} seals, {to}, {proof.unsealed} not sealed yet,"
            f" head {proof.head}"
        )
        for finding in proof.findings:
            self.stdout.write(f"      {finding.words}")
        if proof.found > len(proof.findings):
            self.stdout.write(f"      and {proof.found - len(proof.findings)} more")

    def _tell_json(self, proofs, ok: bool):
        chains = [
            {
                "kind": proof.chain.kind, "table": proof.chain.table, "seals": proof.seals, "rows": proof.rows,
                "sealed_to": proof.sealed_to, "sealed_at": proof.sealed_at, "unsealed": proof.unsealed, "head": proof.head,
                "found": proof.found,
            }
            for proof in proofs
        ]  # fmt: skip
        findings = [asdict(finding) for proof in proofs for finding in proof.findings]
        self.stdout.write(json.dumps({"ok": ok, "chains": chains, "findings": findings}, default=str))
