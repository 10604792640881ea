from django.core.management.base import BaseCommand

from billing_office.audit.acting import acting
from billing_office.desk import demo, demo_growth
from billing_office.lib import dates
from billing_office.staff.models import User


class Command(BaseCommand):
    help = "Fill an empty office with demo data, once."

    def add_arguments(self, parser):
        parser.add_argument("--log-ins", action="store_true", help="only list the demo log-ins, one per role")

        parser.add_argument("--grow", action="store_true", help="go on to some 300 accounts, in a loaded demo office")

    def handle(self, *args, **options):
        if options["grow"]:
            with acting(lambda: User.objects.service().pk):
                self.stdout.write(f"{demo_growth.grow(dates.today())} accounts added.")
            return
        if not options["log_ins"]:
            with acting(lambda: User.objects.service().pk):
                self.stdout.write(demo.load(dates.today()))
            return
        self.stdout.write(f"Log-ins of the demo office, password {demo.PASSWORD}:")
        for username, name, role in demo.STAFF:
            self.stdout.write(f"  {role.label:<11} {username:<10} {name}")
