"""The office that is measured: built by SQL in a database of its own, which is gone afterwards. The office's own is not touched."""

import secrets
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg2
from django.conf import settings
from django.core.management import call_command
from django.db import connection, connections

from accounts.models import Payer
from accounts.opening import open_payer
from billing_office.lib import dates
from billing_office.staff.models import Office, Role, User
from insurance.models import Plan

FILLING = Path(__file__).with_name("office.sql")
NAME = "bench"  # what the databases' names begin with
DUE = 50  # debtors whom the day's reminders are for


class Unable(Exception):
    """There is no place to build it; the message says what is missing."""


@dataclass(frozen=True)
class Built:
    accounts: int
    user: User  # a supervisor of all offices
    by: User

    @property
    def first(self) -> int:
        """The id of the first client account; the others follow without a gap."""
        return 1001


@contextmanager
def database() -> Iterator[None]:
    """Everything within the block happens in a new, migrated database as its owner; it is dropped at the end."""
    if not settings.DATABASE_OWNER_URL:
        raise Unable("The bench makes a database of its own: name its owner in DATABASE_OWNER_URL.")
    name, former = f"{NAME}_{secrets.token_hex(4)}", dict(connection.settings_dict)
    _as_owner(f'CREATE DATABASE "{name}"')
    try:
        connection.close()
        connection.settings_dict.update(_owner(), NAME=name)
        call_command("migrate", verbosity=0)
        yield
    finally:
        connections.close_all()
        connection.settings_dict.update(former)
        _as_owner(f'DROP DATABASE "{name}" WITH (FORCE)')


def fill(accounts: int, seed: int) -> Built:
    """`accounts` client accounts in four offices, with eight payers, and their history."""
    by, user = User.objects.service(), User.objects.create_user("bench", name="Ann Bench", role=Role.SUPERVISOR)
    offices = [Office.objects.create(code=f"B{n}", name=f"Office {n}") for n in range(1, 5)]
    user.offices.set(offices)
    kinds = {"payer_class": Payer.Class.INSURER, "by": by, "opened_on": dates.today()}
    payers = [open_payer(name=f"Payer {n}", **kinds) for n in range(8)]
    plans = [Plan.objects.create(payer=payer, name="Plan") for payer in payers]
    arrays = {"offices": offices, "payers": payers, "plans": plans}
    given = {name: f"ARRAY{[row.pk for row in rows]}" for name, rows in arrays.items()}
    sql = FILLING.read_text().format(accounts=accounts, seed=seed, by=by.pk, today=dates.today(), due=DUE, **given)
    with connection.cursor() as cursor:
        cursor.execute(sql)
        cursor.execute("VACUUM ANALYZE")
    return Built(accounts, user, by)


def _as_owner(statement: str):
    with closing(psycopg2.connect(settings.DATABASE_OWNER_URL)) as owner:
        owner.autocommit = True
        with owner.cursor() as cursor:
            cursor.execute(statement)


def _owner() -> dict[str, str]:
    """How Django reaches the database as its owner."""
    told = psycopg2.extensions.parse_dsn(settings.DATABASE_OWNER_URL)
    return {name.upper(): told.get(name, "") for name in ("host", "port", "user", "password")}
