"""What the application's own database role may do: exactly the committed list, and no more."""

import re

import pytest
from django.db import connection

from billing_office import grants

pytestmark = pytest.mark.django_db


def rows(sql: str, *params) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchall()


def wanted(table: str) -> set[str]:
    """The privileges of the list, `UPDATE (cents, since)` as one for each column."""
    found = set()
    for privilege, columns in re.findall(r"([A-Z]+)(?: \(([^)]*)\))?", grants.PROTECTED.get(table, grants.ALL)):
        found |= {f"{privilege} {column}" for column in columns.split(", ")} if columns else {privilege}
    return found


def test_the_suite_runs_as_the_application_role():
    assert rows("SELECT current_user, rolsuper FROM pg_roles WHERE rolname = current_user") == [("billing_app", False)]


def test_every_table_of_the_database_says_whether_it_is_protected():
    there = {
        name for (name,) in rows("SELECT relname FROM pg_class WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace")
    }  # fmt: skip
    said = set(grants.PROTECTED) | grants.ORDINARY
    assert there - said == set(), "put each new table into PROTECTED or ORDINARY of billing_office/grants.py"
    assert said - there == set(), "the lists name tables that are gone"
    assert not set(grants.PROTECTED) & grants.ORDINARY


def test_grants_are_the_committed_list():
    held: dict[str, set] = {}
    for table, privilege in rows(
        "SELECT table_name, privilege_type FROM information_schema.role_table_grants WHERE grantee IN ('billing_app', 'PUBLIC')"
        " AND table_schema = 'public'"
    ):
        held.setdefault(table, set()).add(privilege)
    for table, column in rows(
        "SELECT table_name, column_name FROM information_schema.role_column_grants WHERE grantee = 'billing_app'"
        " AND table_schema = 'public' AND privilege_type = 'UPDATE'"
    ):
        if "UPDATE" not in held[table]:
            held[table].add(f"UPDATE {column}")
    assert held == {table: wanted(table) for table in {*grants.PROTECTED, *grants.ORDINARY}}


def test_the_role_is_nothing_and_belongs_to_nobody():
    powers = "rolsuper OR rolcreatedb OR rolcreaterole OR rolreplication OR rolbypassrls"
    assert rows(f"SELECT {powers} FROM pg_roles WHERE rolname = 'billing_app'") == [(False,)]
    assert rows("SELECT r.rolname FROM pg_auth_members m JOIN pg_roles r ON r.oid = m.roleid"
                " WHERE m.member = 'billing_app'::regrole") == []  # fmt: skip
    assert rows("SELECT relname FROM pg_class WHERE relowner = 'billing_app'::regrole") == []


def test_every_guard_names_its_search_path():
    """Without it a temporary table of the ledger's name fools the trigger."""
    loose = rows(
        "SELECT DISTINCT p.proname FROM pg_proc p JOIN pg_trigger t ON t.tgfoid = p.oid WHERE NOT t.tgisinternal"
        " AND NOT coalesce(array_to_string(p.proconfig, ';'), '') LIKE '%%search_path=pg_catalog, public, pg_temp%%'"
    )
    assert loose == []


def test_every_protected_table_refuses_to_be_emptied_whoever_asks():
    """Grants stop the application; the trigger stops the owner's own slip."""
    append_only = {table for table, granted in grants.PROTECTED.items() if granted == grants.APPEND} | {"audit_change"}
    guarded = {
        name for (name,) in rows("SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgname = 'append_only_table' AND tgenabled = 'O'")
    }  # fmt: skip
    assert append_only - guarded == set()


def test_every_table_that_keeps_history_has_its_trigger():
    hung = dict(rows("SELECT tgrelid::regclass::text, tgenabled FROM pg_trigger WHERE tgname = 'audit_history'"))
    assert hung == dict.fromkeys(grants.HISTORY, "O")
    assert set(grants.HISTORY) <= grants.ORDINARY
