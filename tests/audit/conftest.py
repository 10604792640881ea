"""What tampering needs: the owner's own connection, past every trigger, as someone with the server's password has it."""

from contextlib import closing

import psycopg2
import pytest
from django.db import connections

from billing_office.launch import postgres


@pytest.fixture
def owner(transactional_db):
    """A connection as billing_owner with all triggers off. Each statement is committed at once."""
    s = connections["default"].settings_dict
    told = psycopg2.connect(
        host=s["HOST"], port=s["PORT"] or None, dbname=s["NAME"], user=postgres.OWNER, password=s["PASSWORD"] or None,
        options="-c session_replication_role=replica -c lock_timeout=5000",
    )  # fmt: skip
    told.autocommit = True
    with closing(told), told.cursor() as cursor:
        yield cursor
