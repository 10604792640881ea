import io
import json

import pytest
from django.core.management import call_command

from accounts.invariants import CHECKS
from billing_office.lib.checks import run


@pytest.fixture
def import_books(db):
    """Runs the command as its user does and returns what --json prints."""

    def imported(folder, books="all", **options) -> dict:
        out = io.StringIO()
        call_command(
            "import_practice", str(folder), books=books, json=True, stdout=out, stderr=io.StringIO(), **options
        )
        return json.loads(out.getvalue())

    return imported


@pytest.fixture
def books_are_sound(db):
    """After the test every invariant of the ledger must hold."""
    yield
    broken = {result.name: result.rows for result in map(run, CHECKS) if not result.ok}
    assert not broken
