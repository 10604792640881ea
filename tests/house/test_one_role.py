"""What `check --deploy` says of a database with one role is so: what is given up, and what still holds."""

import os
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import psycopg2
import pytest
from psycopg2 import errors

from billing_office import BASE_DIR
from billing_office.launch import postgres

ROLE, DATABASE = "one_role", "test_one_role"

# An act by the office's service account, and nothing else.
ACT = """
INSERT INTO audit_act (at, actor_id, role, verb, object_kind, changed, reason, detail, request_id)
SELECT now(), id, role, 'tried', '', '[]', '', '{}', '' FROM staff_user WHERE username = 'office'
"""


def connect(cluster, role: str, database: str):
    told = psycopg2.connect(
        host=cluster["HOST"], port=cluster["PORT"] or None, user=role, dbname=database, password=cluster["PASSWORD"] or None
    )  # fmt: skip
    told.autocommit = True
    return told


def manage(cluster, *command: str) -> subprocess.CompletedProcess:
    if cluster["HOST"].startswith("/"):
        address = postgres.url(ROLE, Path(cluster["HOST"]), DATABASE)
    else:
        address = f"postgres://{ROLE}:{cluster['PASSWORD']}@{cluster['HOST']}:{cluster['PORT'] or 5432}/{DATABASE}"
    env = {name: value for name, value in os.environ.items() if name != "DATABASE_OWNER_URL"}
    env |= {
        "DATABASE_URL": address,
        "SECRET_KEY": "k" * 60,
        "REDIS_URL": "redis://127.0.0.1:1/0",
        "EMAIL_URL": "smtp://127.0.0.1:1",
    }
    line = [sys.executable, BASE_DIR / "manage.py", *command]
    return subprocess.run(line, env=env, capture_output=True, text=True, timeout=180, check=False)


@pytest.fixture(scope="module")
def one_role(cluster):
    """A database of the office whose only role owns it: no superuser, as a hosted database gives."""
    with closing(connect(cluster, postgres.OWNER, "postgres")) as server, server.cursor() as cursor:
        cursor.execute(f"CREATE ROLE {ROLE} LOGIN NOSUPERUSER PASSWORD %s", [cluster["PASSWORD"] or None])
        cursor.execute(f"CREATE DATABASE {DATABASE} OWNER {ROLE}")
        try:
            told = manage(cluster, "migrate")
            assert told.returncode == 0, told.stderr
            yield cluster
        finally:
            cursor.execute(f"DROP DATABASE {DATABASE} WITH (FORCE)")
            cursor.execute(f"DROP ROLE {ROLE}")


@pytest.fixture
def cursor(one_role):
    with closing(connect(one_role, ROLE, DATABASE)) as office, office.cursor() as cursor:
        cursor.execute(ACT)
        yield cursor


def test_it_is_said(one_role):
    told = manage(one_role, "check", "--deploy")
    assert "office.W001" in told.stderr


def test_guards_still_refuse_whoever_does_not_switch_them_off(cursor):
    for statement in (
        "UPDATE audit_act SET verb = 'x'",
        "DELETE FROM audit_act",
        "TRUNCATE audit_act",
        "TRUNCATE accounts_posting",
    ):
        with pytest.raises(psycopg2.Error, match="append-only|cannot truncate"):
            cursor.execute(statement)


def test_the_role_can_switch_the_guards_and_the_history_off(cursor):
    cursor.execute("ALTER TABLE audit_act DISABLE TRIGGER USER")
    cursor.execute("UPDATE audit_act SET reason = 'changed'")
    assert cursor.rowcount > 0
    cursor.execute("ALTER TABLE audit_act ENABLE TRIGGER USER")
    cursor.execute("ALTER TABLE staff_office DISABLE TRIGGER audit_history")
    cursor.execute("UPDATE staff_office SET phone = '1'")
    cursor.execute("ALTER TABLE staff_office ENABLE TRIGGER audit_history")
    cursor.execute("SELECT count(*) FROM audit_change WHERE table_name = 'staff_office' AND op = 'update'")
    assert cursor.fetchone() == (0,)


def test_keys_and_constraints_hold_all_the_same(cursor):
    with pytest.raises(errors.InsufficientPrivilege):
        cursor.execute("SET session_replication_role = replica")
    with pytest.raises(errors.CheckViolation):
        cursor.execute("UPDATE staff_office SET terms_days = 1000")
    with pytest.raises(errors.ForeignKeyViolation):
        cursor.execute("DELETE FROM staff_user WHERE username = 'office'")


def test_the_seals_find_what_was_changed(cursor, one_role):
    seal = "from billing_office import schedule; schedule.seal()"
    assert manage(one_role, "shell", "--no-imports", "-c", seal).returncode == 0
    assert manage(one_role, "verify_audit").returncode == 0
    cursor.execute("ALTER TABLE audit_act DISABLE TRIGGER USER")
    cursor.execute("UPDATE audit_act SET reason = 'again' RETURNING id")
    row = cursor.fetchone()[0]
    told = manage(one_role, "verify_audit")
    assert (told.returncode, f"row {row} was changed" in told.stdout) == (1, True)
