import json
from itertools import chain

from django.core.management.base import BaseCommand, CommandError

from billing_office.bench import office, result, screens, work
from billing_office.bench.clock import once
from billing_office.lib import dates


class Command(BaseCommand):
    help = "Measure the office beside its floors, in a database of its own that is built, and dropped afterwards."

    def add_arguments(self, parser):
        parser.add_argument("--accounts", type=int, default=10_000, help="how many client accounts; by default 10000")
        parser.add_argument("--seed", type=int, default=1, help="the same seed builds the same office")
        parser.add_argument("--seconds", type=float, default=work.SECONDS, help="how long each rate is measured")
        parser.add_argument("--json", action="store_true")

    def handle(self, *args, accounts, seed, seconds, **options):
        if not 100 <= accounts <= 5_000_000 or not 1 <= seed <= 999:
            raise CommandError("--accounts goes from 100 to 5000000, --seed from 1 to 999.")
        try:
            with office.database():
                built = []
                took = once(lambda: built.append(office.fill(accounts, seed)))
                self.stderr.write(f"{accounts} accounts built in {took:.1f} s")
                told = {"at": dates.now().isoformat(), "accounts": accounts, "seed": seed, "build_s": round(took, 1)}
                told |= {"machine": result.machine()}
                rows = list(chain(screens.measure(built[0]), work.measure(built[0], seconds)))
        except office.Unable as error:
            raise CommandError(str(error)) from error
        if options["json"]:
            self.stdout.write(json.dumps(told | {"rows": [row.stored() for row in rows]}, indent=1))
        else:
            self.stdout.write(result.table(told, rows))
