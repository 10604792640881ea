"""The harness: one throw-away PostgreSQL cluster a run, created as billing_owner and used as billing_app."""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

import psycopg2
import pytest
from django.db import connections
from django.db.backends.postgresql.operations import DatabaseOperations

from billing_office.launch import servers


def pytest_configure(config):
    if config.getoption("nomigrations", False):
        raise pytest.UsageError("--nomigrations would lose the ledger's guards; the suite refuses it.")


@pytest.fixture(scope="session")
def cluster():
    """A PostgreSQL cluster of this run alone, or the server that TEST_DATABASE_URL names."""
    folder = Path(tempfile.mkdtemp(prefix="office-test-"))
    servers.start_postgres(folder / "pg", "fsync=off", "synchronous_commit=off", "full_page_writes=off")
    stop = lambda: (servers.stop_postgres(folder / "pg"), shutil.rmtree(folder, ignore_errors=True))  # noqa: E731
    atexit.register(stop)
    owner = psycopg2.connect(host=str(folder / "pg"), user="billing_owner", dbname="postgres")
    owner.autocommit = True
    owner.cursor().execute("CREATE ROLE billing_app LOGIN")
    owner.close()
    yield folder / "pg"


def as_role(role):
    for connection in connections.all():
        connection.close()
        connection.settings_dict["USER"] = role


@pytest.fixture(scope="session")
def django_db_modify_db_settings(cluster, django_db_modify_db_settings):
    connections["default"].settings_dict |= {"HOST": str(cluster), "PORT": "", "USER": "billing_owner", "PASSWORD": ""}


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock():
        as_role("billing_app")
    yield
    with django_db_blocker.unblock():
        as_role("billing_owner")


@pytest.fixture(scope="session", autouse=True)
def owner_flush():
    """Tests that commit empty the tables afterwards: as owner and past the TRUNCATE guards, on a test database alone."""

    def execute_sql_flush(self, sql_list):
        s = self.connection.settings_dict
        if not s["NAME"].startswith("test_"):
            raise RuntimeError(f"refusing to empty {s['NAME']}: it is no test database")
        self.connection.close()
        owner = psycopg2.connect(
            host=s["HOST"], port=s["PORT"] or None, dbname=s["NAME"], user="billing_owner",
            options="-c session_replication_role=replica -c lock_timeout=5000",
        )
        with owner, owner.cursor() as cursor:
            for statement in sql_list:
                cursor.execute(statement)
        owner.close()

    patch = pytest.MonkeyPatch()
    patch.setattr(DatabaseOperations, "execute_sql_flush", execute_sql_flush)
    yield
    patch.undo()
