import json
from datetime import date

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from billing_office import schedule
from billing_office.lib import dates


class Command(BaseCommand):
    help = "Run the office's day by hand, as the clock would: reminders and what they send. Twice is once."

    def add_arguments(self, parser):
        parser.add_argument("--date", help="the day to run, YYYY-MM-DD; by default the office's today")
        parser.add_argument("--json", action="store_true")

    def handle(self, *args, **options):
        today, on = dates.today(), self._day(options["date"])
        if on != today and not settings.MAIL_SINK:
            raise CommandError(
                f"{on} is not today, and mail would reach clients. Another day runs with the local mail sink only:"
                " unset EMAIL_URL."
            )
        # Another day than today is judged as if it were 10:00 of it at the office; today goes by the clock.
        as_of = dates.office_time(on) if on != today else None
        counts = schedule.run_steps(on, as_of or dates.now(), as_of=as_of)
        worked = schedule.drain()
        if options["json"]:
            self.stdout.write(json.dumps({"date": str(on), "steps": counts, "jobs": worked}))
            return
        self.stdout.write(f"The day {on}:")
        for step in schedule.STEPS:
            told = ", ".join(f"{count} {word}" for word, count in sorted(counts[step.name].items())) or "nothing to do"
            self.stdout.write(f"  {step.words}: {told}")
        self.stdout.write(f"  Outbox: {worked} jobs worked here")

    def _day(self, text: str | None) -> date:
        if not text:
            return dates.today()
        try:
            day = date.fromisoformat(text)
        except ValueError as error:
            raise CommandError(f"{text[:40]!r} is no day; write it as 2026-11-23.") from error
        if not dates.FIRST <= day <= dates.LAST:
            raise CommandError("The day must lie between 1900 and 2199.")
        return day
