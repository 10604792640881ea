"""manage.py import_practice: a practice's books in the Synthea CSV layout."""

import json
import time
from datetime import date
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from billing_office.audit.acting import acting
from billing_office.intake import cells, importing, sums
from billing_office.intake.files import Unreadable
from billing_office.intake.models import Books
from billing_office.lib import money
from billing_office.staff.models import Office, User

MONEY = ("charged", "paid", "adjusted", "transferred", "outstanding", "credits")
SHOWN = 20  # refused rows shown without --json


class Command(BaseCommand):
    help = "Take over a practice's books (Synthea CSV layout). Repeated, it posts only what is new."

    def add_arguments(self, parser):
        parser.add_argument("directory", type=Path)
        parser.add_argument(
            "--books",
            required=True,
            choices=Books.Mode.values,
            help="all: everything as it was posted; charges: charges with who owes them, still to be worked",
        )
        parser.add_argument(
            "--until",
            metavar="DATE",
            help="charges only: move all days so that the newest service falls on DATE",
        )
        parser.add_argument("--office", metavar="CODE", help="whose accounts they become (default: the first office)")
        parser.add_argument("--json", action="store_true", help="print the result as JSON; progress goes to stderr")

    def handle(self, *, directory, books, until, office, **options):
        started = time.monotonic()
        tell = self.stderr.write if options["json"] else self.stdout.write
        by = User.objects.service()
        try:
            with acting(lambda: by.pk):
                found, refused = importing.take_over(
                    directory.resolve(), books, office=self._office(office), by=by, until=day(until), tell=tell
                )
        except (Unreadable, importing.Unwanted) as error:
            raise CommandError(str(error)) from error
        except OSError as error:
            raise CommandError(f"The books cannot be read: {error.strerror}.") from error
        told = sums.of(found)
        told |= {name: money.plain(told[name]) for name in MONEY}
        if options["json"]:
            self._as_json(told, refused)
        else:
            self._as_text(told, refused, time.monotonic() - started)

    def _office(self, code):
        office = Office.objects.filter(code=code).first() if code else Office.objects.order_by("pk").first()
        if office is None:
            known = ", ".join(Office.objects.values_list("code", flat=True)) or "none yet"
            raise CommandError(f"No office with code {code}. Known: {known}.")
        return office

    def _as_json(self, told, refused):
        rows = [{"file": r.file, "line": r.line, "why": r.why} for r in refused]
        self.stdout.write(json.dumps(told | {"refused": rows}))

    def _as_text(self, told, refused, seconds):
        counts = ", ".join(f"{told[name]:,} {name}" for name in ("accounts", "clients", "payers", "charges"))
        self.stdout.write(f"These books have brought in {counts}:")
        for name in MONEY:
            self.stdout.write(f"  {name:12}{told[name]:>18}")
        for row in refused[:SHOWN]:
            self.stdout.write(f"refused: {row.file}, line {row.line}: {row.why}")
        more = f" ({len(refused) - SHOWN:,} more with --json)" if len(refused) > SHOWN else ""
        self.stdout.write(f"{len(refused):,} rows refused{more}. {seconds:.1f} s.")


def day(text: str | None) -> date | None:
    try:
        return text and cells.day("--until", text)
    except cells.Broken as error:
        raise CommandError(f"{error}. Write it as year-month-day, for example 2026-11-23.") from error
