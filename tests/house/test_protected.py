"""Attacked as the application's own role: every protected table, in every way that a role has been seen to try."""

import re

import pytest
from django.db import DatabaseError, connection, transaction

from accounts.invariants import CHECKS
from billing_office import grants
from billing_office.lib.checks import run
from tests.factories import make_charge

pytestmark = pytest.mark.django_db
REFUSED = "permission denied|must be owner|must be member|must be superuser"


def attempt(statement: str):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def columns(table: str) -> list[str]:
    """Columns that may be written to."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 AND attgenerated = '' AND attidentity = ''"
            " AND NOT attisdropped",
            [table],
        )
        return [row[0] for row in cursor.fetchall()]


def granted(table: str) -> set[str]:
    found = re.search(r"UPDATE \(([^)]*)\)", grants.PROTECTED[table])
    return set(found[1].split(", ")) if found else set()


ATTACKS = [
    "DELETE FROM {table}",
    "TRUNCATE {table}",
    "TRUNCATE {table} CASCADE",
    "ALTER TABLE {table} DISABLE TRIGGER ALL",
    "ALTER TABLE {table} DISABLE TRIGGER USER",
    "ALTER TABLE {table} ADD COLUMN more int",
    "ALTER TABLE {table} OWNER TO billing_app",
    "ALTER TABLE {table} RENAME TO other",
    "ALTER TABLE {table} INHERIT accounts_client",
    "CREATE RULE quiet AS ON INSERT TO {table} DO INSTEAD NOTHING",
    "CREATE TRIGGER quiet BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger()",
    "CREATE INDEX ON {table} (({column}::text))",
    "CREATE POLICY mine ON {table}",
    "DROP TABLE {table} CASCADE",
    "LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE",
    "SELECT * FROM {table} FOR UPDATE",
    "COMMENT ON TABLE {table} IS 'mine'",
]


@pytest.mark.parametrize("table", sorted(grants.PROTECTED))
def test_no_way_into_a_protected_table(table):
    names = columns(table)
    updates = [f'UPDATE {table} SET "{name}" = "{name}"' for name in names if name not in granted(table)]
    assert updates
    row_locks = bool(granted(table))  # whoever may update a column may lock its row, which changes nothing
    for attack in [*updates, *ATTACKS]:
        if row_locks and ("FOR UPDATE" in attack or attack.startswith("LOCK")):
            continue
        statement = attack.format(table=table, column=names[0])
        with pytest.raises(DatabaseError, match=REFUSED):
            attempt(statement)
            pytest.fail(f"nobody refused: {statement}")


def test_a_grant_to_oneself_grants_nothing():
    """PostgreSQL only warns. The lists of test_grants.py are what it must be measured by, so this is one of each kind."""
    for table in ("accounts_posting", "audit_act", "audit_change"):
        attempt(f"GRANT ALL ON {table} TO billing_app")
        with connection.cursor() as cursor:
            cursor.execute("SELECT has_table_privilege(%s, 'UPDATE, DELETE, TRUNCATE')", [table])
            assert cursor.fetchone() == (False,)


@pytest.mark.parametrize(
    "statement",
    [
        "SET session_replication_role = replica",
        "SET LOCAL session_replication_role = replica",
        "SELECT set_config('session_replication_role', 'replica', true)",
        "SET ROLE billing_owner",
        "SET SESSION AUTHORIZATION billing_owner",
        "ALTER ROLE billing_app SUPERUSER",
        "ALTER ROLE billing_app SET session_replication_role = replica",
        "GRANT billing_owner TO billing_app",
        "CREATE SCHEMA mine",
        "CREATE TABLE public.mine (id int)",
        "CREATE FUNCTION public.txid_current() RETURNS bigint LANGUAGE sql AS 'SELECT 1::bigint'",
        "CREATE OPERATOR public.<> (LEFTARG = bigint, RIGHTARG = bigint, FUNCTION = pg_catalog.int8eq)",
        "CREATE EXTENSION dblink",
        "CREATE LANGUAGE plpython3u",
        "ALTER FUNCTION append_only() RENAME TO other",
        "CREATE OR REPLACE FUNCTION append_only() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'",
        "DROP FUNCTION append_only() CASCADE",
        "ALTER TABLE accounts_client DISABLE TRIGGER audit_history",
        "DROP TRIGGER audit_history ON accounts_client",
        "INSERT INTO audit_change (table_name, row_id, op, changes, request_id, role_name, txid, at)"
        " VALUES ('x', 1, 'update', '{}', '', 'x', 1, now())",
        "SELECT setval('audit_act_id_seq', 1)",
        "UPDATE pg_trigger SET tgenabled = 'D'",
        "COPY (SELECT 1) TO PROGRAM 'true'",
        "SELECT pg_read_file('/etc/passwd')",
        "SELECT lo_import('/etc/passwd')",
    ],
)
def test_the_role_cannot_raise_itself(statement):
    with pytest.raises(DatabaseError, match=f"{REFUSED}|does not exist|is not available|cannot set|untrusted"):
        attempt(statement)


# -- shadows: names of one's own in front of the real ones -------------------------------------------------------------


@pytest.fixture
def charge(account, by):
    return make_charge(account, by)


FORGED = """
    INSERT INTO public.accounts_posting (entry_id, account_id, book, charge_id, cents)
    SELECT entry_id, account_id, book, charge_id, cents FROM public.accounts_posting WHERE charge_id = %s
"""


def forge(charge):
    with connection.cursor() as cursor:
        cursor.execute(FORGED, [charge.pk])


@pytest.mark.parametrize(
    "shadow",
    [
        "CREATE TEMPORARY TABLE accounts_posting ON COMMIT DROP AS SELECT 1::bigint AS id, 0::bigint AS entry_id",
        "CREATE TEMPORARY TABLE accounts_journalentry ON COMMIT DROP AS"
        " SELECT id, account_id, reverses_id, txid_current() AS created_txid FROM public.accounts_journalentry",
        "CREATE TEMPORARY VIEW accounts_period AS SELECT date '1900-01-01' AS last_day",
        "CREATE FUNCTION pg_temp.txid_current() RETURNS bigint LANGUAGE sql AS 'SELECT 0::bigint'",
        "CREATE FUNCTION pg_temp.count(bigint) RETURNS bigint LANGUAGE sql AS 'SELECT 2::bigint'",
        "CREATE FUNCTION pg_temp.never(bigint, bigint) RETURNS boolean LANGUAGE sql AS 'SELECT false';"
        " CREATE OPERATOR pg_temp.<> (LEFTARG = bigint, RIGHTARG = bigint, FUNCTION = pg_temp.never)",
        "SET LOCAL search_path = pg_temp, public",
        "SET LOCAL check_function_bodies = off; SET LOCAL row_security = off",
    ],
)
def test_no_shadow_fools_the_ledger(charge, shadow):
    attempt(shadow)
    attempt("SET LOCAL search_path = pg_temp, public, pg_catalog")
    with pytest.raises(DatabaseError, match="all of its postings"), transaction.atomic():
        forge(charge)
    attempt("SET LOCAL search_path = public")


def test_history_is_written_past_a_shadow(account):
    attempt("CREATE TEMPORARY TABLE audit_change ON COMMIT DROP AS SELECT * FROM public.audit_change WHERE false")
    attempt("CREATE TEMPORARY TABLE accounts_client ON COMMIT DROP AS SELECT * FROM public.accounts_client WHERE false")
    attempt("SET LOCAL search_path = pg_temp, public, pg_catalog")
    attempt(f"UPDATE public.accounts_client SET relation = 'cousin' WHERE id = {account.guarantor_id}")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT account_id, changes FROM public.audit_change WHERE op = 'update' ORDER BY id DESC LIMIT 1"
        )
        assert cursor.fetchone() == (account.pk, '{"relation": ["", "cousin"]}')
    attempt("SET LOCAL search_path = public")


def test_history_cannot_be_forged_by_a_table_of_ones_own():
    attempt("CREATE TEMPORARY TABLE forged (id bigint, account_id bigint) ON COMMIT DROP")
    with pytest.raises(DatabaseError, match="permission denied for function audit_history"):
        attempt(
            "CREATE TRIGGER forged AFTER INSERT ON forged FOR EACH ROW EXECUTE FUNCTION audit_history('account_id', '', '*')"
        )


def test_the_books_are_sound_after_all_that(charge):
    assert [check.name for check in CHECKS if not run(check).ok] == []
