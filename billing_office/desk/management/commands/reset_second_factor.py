"""manage.py reset_second_factor: for the only admin, who lost telephone and paper. Whoever may run commands here owns
the office already; the act is recorded in its name."""

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from billing_office.audit.acts import record
from billing_office.staff import second_factor
from billing_office.staff.models import User


class Command(BaseCommand):
    help = "Take away a person's second factor and end their sessions."

    def add_arguments(self, parser):
        parser.add_argument("username")

    @transaction.atomic
    def handle(self, *, username, **_):
        user = User.objects.people().filter(username=username).first()
        if user is None:
            raise CommandError(f"Nobody here has the user name {username}.")
        if not second_factor.remove(user):
            raise CommandError(f"{username} has no second factor.")
        record(User.objects.service(), "second_factor_reset", user, detail={"by": "command"})
        self.stdout.write(f"{username} has no second factor now and is signed out everywhere.")
