"""What the application's own database role may do: exactly the committed list, and no more."""

import pytest
from django.db import DatabaseError, connection, transaction

from billing_office import grants

pytestmark = pytest.mark.django_db


def test_the_suite_runs_as_the_application_role():
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user, rolsuper FROM pg_roles WHERE rolname = current_user")
        assert cursor.fetchone() == ("billing_app", False)


def test_grants_are_the_committed_list():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name, privilege_type FROM information_schema.role_table_grants WHERE grantee = 'billing_app'"
            " AND table_schema = 'public'"
        )
        held = {}
        for table, privilege in cursor.fetchall():
            held.setdefault(table, set()).add(privilege)
    for table, allowed in grants.PROTECTED.items():
        assert held[table] == {"SELECT", "INSERT"}, table
        assert allowed.startswith(grants.APPEND)
    assert held["accounts_client"] == {"SELECT", "INSERT", "UPDATE", "DELETE"}
    assert held["django_migrations"] == {"SELECT"}


def attempts():
    for table in grants.PROTECTED:
        yield f"DELETE FROM {table}"
        yield f"TRUNCATE {table} CASCADE"
        yield f"ALTER TABLE {table} DISABLE TRIGGER ALL"
        yield f"UPDATE {table} SET id = id" if "balance" not in table and "blob" not in table else f"DROP TABLE {table}"


@pytest.mark.parametrize("statement", [*attempts(), "SET session_replication_role = replica", "SET ROLE billing_owner"])
def test_the_application_role_is_refused(statement):
    with pytest.raises(DatabaseError, match="permission denied|must be owner"), transaction.atomic():
        connection.cursor().execute(statement)
