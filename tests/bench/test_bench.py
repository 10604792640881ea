"""The bench measures what it says, in a place of its own. How fast this machine is, no test can know."""

import json
import os
import subprocess
import sys

import psycopg2
import pytest
from django.conf import settings

from billing_office import BASE_DIR
from billing_office.launch import postgres

PARTS = {"page", "search", "board", "posting", "reminders", "document"}


@pytest.fixture(scope="module")
def owner_url(cluster):
    if cluster["HOST"].startswith("/"):
        return f"postgres://{postgres.OWNER}@{cluster['HOST'].replace('/', '%2F')}/postgres"
    return f"postgres://{postgres.OWNER}:{cluster['PASSWORD']}@{cluster['HOST']}:{cluster['PORT'] or 5432}/postgres"


@pytest.fixture(scope="module")
def result(owner_url, redis_url):
    """300 accounts, each rate for a fifth of a second."""
    env = os.environ | {
        "DATABASE_URL": owner_url, "DATABASE_OWNER_URL": owner_url, "REDIS_URL": redis_url, "EMAIL_URL": "smtp://127.0.0.1:1",
        "CLEARINGHOUSE": "folder:/nowhere", "OFFICE_HOME": str(settings.OFFICE_HOME), "DJANGO_SETTINGS_MODULE": "billing_office.settings",
    }  # fmt: skip
    command = [sys.executable, "-m", "django", "bench", "--accounts", "300", "--seconds", "0.2", "--json"]
    done = subprocess.run(command, env=env, cwd=BASE_DIR, capture_output=True, text=True, check=False, timeout=180)
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout)


def test_every_part_is_measured_and_most_have_a_floor(result):
    assert {row["part"] for row in result["rows"]} == PARTS
    assert (result["accounts"], result["seed"]) == (300, 1)
    for row in result["rows"]:
        assert set(row) == {
            "part",
            "what",
            "value",
            "worst",
            "unit",
            "floor_what",
            "floor",
            "ratio",
            "times",
            "queries",
        }
        assert row["value"] > 0 or row["part"] == "posting", row
        assert row["ratio"] is not None or row["part"] == "reminders", row


def test_pages_keep_their_budgets_of_queries(result):
    asked = {row["what"]: row["queries"] for row in result["rows"] if row["part"] == "page"}
    assert asked["account"] <= 11
    assert all(asked[what] <= 6 for what in asked if what in ("list of accounts", "list of invoices"))


def test_a_document_takes_less_than_plain_weasyprint(result):
    [ratio] = [row["ratio"] for row in result["rows"] if "beside plain" in row["what"]]
    assert ratio < 0.9


def test_the_database_is_gone_afterwards(result, owner_url):
    owner = psycopg2.connect(owner_url)
    with owner, owner.cursor() as cursor:
        cursor.execute("SELECT datname FROM pg_database WHERE datname LIKE 'bench%'")
        assert cursor.fetchall() == []
    owner.close()
