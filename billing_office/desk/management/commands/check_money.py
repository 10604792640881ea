import json
import sys
from itertools import groupby
from operator import attrgetter

from django.core.management.base import BaseCommand

from billing_office.desk import proof


class Command(BaseCommand):
    help = "Prove the books: every invariant, naming the rows that offend. Exit code 1 when any does."

    def add_arguments(self, parser):
        parser.add_argument(
            "--json", action="store_true", help="machine-readable: checks with name, group, ok, rows, ms"
        )

    def handle(self, *args, **options):
        results = proof.prove()
        ok = all(result.ok for result in results)
        if options["json"]:
            checks = [{"name": r.name, "group": r.group, "ok": r.ok, "rows": r.rows, "ms": r.ms} for r in results]
            self.stdout.write(json.dumps({"checks": checks, "ok": ok}, default=str))
        else:
            for group, found in groupby(results, attrgetter("group")):
                self.stdout.write(group)
                for result in found:
                    self._tell(result)
            self.stdout.write("The books are sound." if ok else "The books are NOT sound: see the rows above.")
        if not ok:
            sys.exit(1)

    def _tell(self, result):
        mark = "ok " if result.ok else "BAD"
        self.stdout.write(
            f"  {mark} {result.ms:8.1f} ms  {result.name}" + ("" if result.ok else f": {result.count} rows")
        )
        for row in result.rows:
            self.stdout.write("      " + ", ".join(f"{name} {value}" for name, value in row.items()))
        if result.count > len(result.rows):
            self.stdout.write(f"      … and {result.count - len(result.rows)} more")
