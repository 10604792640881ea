"""The database's own guards, asked past the ledger and, where grants would answer first, as the owner of the tables."""

from contextlib import contextmanager

import psycopg2
import pytest
from django.db import DatabaseError, connection, transaction

from accounts import ledger

from .conftest import DAY, make_books

pytestmark = pytest.mark.django_db(transaction=True)


@contextmanager
def owner():
    s = connection.settings_dict
    own = psycopg2.connect(host=s["HOST"], port=s["PORT"] or None, dbname=s["NAME"], user="billing_owner")
    try:
        with own, own.cursor() as cursor:
            yield cursor
    finally:
        own.close()


def insert_entry(cursor, books, key, kind="charge"):
    cursor.execute(
        "INSERT INTO accounts_journalentry (account_id, kind, effective_date, posted_by_id, memo, source_key)"
        " VALUES (%s, %s, %s, %s, '', %s) RETURNING id",
        [books.account.pk, kind, DAY, books.by.pk, key],
    )
    return cursor.fetchone()[0]


def insert_legs(cursor, entry, account, *legs):
    cursor.execute(
        "INSERT INTO accounts_posting (entry_id, account_id, book, charge_id, cents) VALUES "
        + ", ".join(["(%s, %s, %s, %s, %s)"] * len(legs)),
        [value for book, charge, cents in legs for value in (entry, account, book, charge, cents)],
    )


@pytest.fixture
def charged():
    books = make_books()
    books.row = books.charge(5_000)
    return books


def refused(name):
    return pytest.raises(DatabaseError, match=name)


def test_legs_that_do_not_sum_to_zero(charged):
    with refused("summing to zero"), transaction.atomic(), connection.cursor() as cursor:
        entry = insert_entry(cursor, charged, "bad:1")
        insert_legs(cursor, entry, charged.account.pk, ("receivable", charged.row.pk, 100), ("revenue", None, -99))


def test_a_single_leg(charged):
    with refused("posting_is_not_zero|summing to zero"), transaction.atomic(), connection.cursor() as cursor:
        entry = insert_entry(cursor, charged, "bad:1")
        insert_legs(cursor, entry, charged.account.pk, ("receivable", charged.row.pk, 0))


def test_an_entry_without_postings(charged):
    with refused("has no postings"), transaction.atomic(), connection.cursor() as cursor:
        insert_entry(cursor, charged, "bad:1")


def test_balanced_legs_added_to_an_old_entry(charged):
    old = ledger.posted_as("c1")
    with refused("in its own transaction"), transaction.atomic(), connection.cursor() as cursor:
        insert_legs(cursor, old.pk, charged.account.pk, ("receivable", charged.row.pk, 7), ("revenue", None, -7))


def test_legs_in_two_statements_of_one_transaction(charged):
    pair = [("receivable", charged.row.pk, 7), ("revenue", None, -7)]
    with refused("must be all of its postings"), transaction.atomic(), connection.cursor() as cursor:
        entry = insert_entry(cursor, charged, "bad:1")
        insert_legs(cursor, entry, charged.account.pk, *pair)
        insert_legs(cursor, entry, charged.account.pk, *pair)


def test_a_leg_on_another_account_than_its_entry(charged):
    house = charged.payer.house_account.pk
    with refused("posting_entry_account"), transaction.atomic(), connection.cursor() as cursor:
        entry = insert_entry(cursor, charged, "bad:1")
        insert_legs(cursor, entry, house, ("revenue", None, 7), ("revenue", None, -7))


def test_a_leg_on_another_account_than_its_charge(charged):
    house = charged.payer.house_account.pk
    with refused("posting_charge_account"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO accounts_journalentry (account_id, kind, effective_date, posted_by_id, memo, source_key)"
            " VALUES (%s, 'charge', %s, %s, '', 'bad:1') RETURNING id",
            [house, DAY, charged.by.pk],
        )
        entry = cursor.fetchone()[0]
        insert_legs(cursor, entry, house, ("receivable", charged.row.pk, 7), ("revenue", None, -7))


def test_money_without_its_payment(charged):
    with refused("posting_of_money_names_its_payment"), transaction.atomic(), connection.cursor() as cursor:
        entry = insert_entry(cursor, charged, "bad:1")
        insert_legs(cursor, entry, charged.account.pk, ("cash", None, 7), ("receivable", charged.row.pk, -7))


def test_a_payment_is_not_overspent(charged):
    payment = charged.pay(1_000)
    entry = ledger.Entry(
        charged.account.pk, "allocation", DAY,
        (ledger.Leg("unapplied", 1_001, payment=payment.pk),
         ledger.Leg("receivable", -1_001, charge=charged.row.pk, payment=payment.pk)), "over",
    )  # fmt: skip
    with refused("more was spent than came in"):
        ledger.post(entry, charged.by)


def test_a_reversal_of_a_reversal(charged):
    reversal = ledger.reverse(ledger.posted_as("c1"), on=DAY, by=charged.by, memo="x")
    with refused("is a reversal"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO accounts_journalentry (account_id, kind, effective_date, posted_by_id, memo, source_key, reverses_id)"
            " VALUES (%s, 'reversal', %s, %s, '', 'bad:1', %s)",
            [charged.account.pk, DAY, charged.by.pk, reversal.pk],
        )


def test_a_temporary_table_of_the_ledgers_name_fools_no_guard(charged):
    with refused("has no postings"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE accounts_posting ON COMMIT DROP AS SELECT 1 AS entry_id, 0 AS id")
        entry = insert_entry(cursor, charged, "bad:1")
        cursor.execute("INSERT INTO pg_temp.accounts_posting VALUES (%s, 1)", [entry])


TABLES = ["journalentry", "posting", "charge", "payment", "due", "blob", "note"]


@pytest.mark.parametrize(
    "table", [f"accounts_{name}" for name in TABLES] + ["audit_act", "invoices_invoiceline", "dunning_contactevent"]
)
@pytest.mark.parametrize("verb", ["UPDATE", "DELETE", "TRUNCATE"])
def test_even_the_owner_is_refused(charged, table, verb):
    with owner() as cursor:
        cursor.execute(
            "SELECT tgname FROM pg_trigger WHERE tgrelid = %s::regclass AND tgenabled = 'O' AND tgname LIKE 'append_only%%'",
            [table],
        )
        assert len(cursor.fetchall()) == 2
        if verb == "TRUNCATE":
            with pytest.raises(psycopg2.Error, match="append-only"):
                cursor.execute(f"TRUNCATE {table} CASCADE")
            return
        cursor.execute(f"SELECT count(*) FROM {table}")
        if not cursor.fetchone()[0]:
            return
        column = {"accounts_journalentry": "memo", "accounts_posting": "cents", "audit_act": "verb"}.get(table, "id")
        with pytest.raises(psycopg2.Error, match="append-only"):
            cursor.execute(f"UPDATE {table} SET {column} = {column}" if verb == "UPDATE" else f"DELETE FROM {table}")
