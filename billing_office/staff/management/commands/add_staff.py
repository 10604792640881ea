"""manage.py add_staff: the first admin of a new installation, who adds the others on the Staff page."""

import getpass
import sys

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from billing_office.lib.fields import LineField
from billing_office.staff.models import Office, Role, User


class Command(BaseCommand):
    help = "Add a member of staff. The password is asked for, or read from standard input with --password-stdin."

    def add_arguments(self, parser):
        parser.add_argument("username")
        parser.add_argument("--name", required=True)
        parser.add_argument("--email", default="")
        parser.add_argument("--role", required=True, choices=[role for role in Role.values if role != Role.SERVICE])
        parser.add_argument("--office", action="append", default=[], metavar="CODE", help="may be given more than once")
        parser.add_argument("--password-stdin", action="store_true")

    def handle(self, *, username, name, email, role, office, password_stdin, **_):
        offices = self._offices(office, role)
        user = User(username=username, name=name, email=email, role=role)
        password = self._password(password_stdin)
        try:
            user.username, user.name = LineField(max_length=60).clean(username), LineField(max_length=80).clean(name)
            validate_password(password, user)
            user.set_password(password)
            user.full_clean()
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        with transaction.atomic():
            user.save()
            user.offices.set(offices)
        where = ", ".join(office.code for office in offices) or "no office"
        self.stdout.write(f"Added {user.username} ({user.name}), {user.get_role_display().lower()} of {where}.")

    def _offices(self, codes, role):
        offices = list(Office.objects.filter(code__in=codes))
        if missing := set(codes) - {office.code for office in offices}:
            known = ", ".join(Office.objects.values_list("code", flat=True)) or "none yet"
            raise CommandError(f"No office with code {', '.join(sorted(missing))}. Known: {known}.")
        if not offices and role != Role.ADMIN:
            raise CommandError("Give --office CODE: without an office they see no account.")
        return offices

    def _password(self, from_stdin):
        if from_stdin:
            return sys.stdin.readline().rstrip("\n")
        if not sys.stdin.isatty():
            raise CommandError("No terminal to ask for a password: use --password-stdin.")
        password = getpass.getpass("Password (at least 12 characters): ")
        if getpass.getpass("Again: ") != password:
            raise CommandError("The two passwords differ. Nobody was added.")
        return password
