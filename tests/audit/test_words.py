"""What acts and changed fields say to people."""

import ast

import pytest
from django.conf import settings

from accounts.models import Account, Client
from billing_office.audit import words
from billing_office.desk import field_words

SKIPPED = ("migrations", ".venv", "tests", "var", "docs")


def recorded():
    """Every verb that the product's code names where it records an act."""
    for path in settings.BASE_DIR.rglob("*.py"):
        if not set(path.relative_to(settings.BASE_DIR).parts) & set(SKIPPED):
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("record") and len(node.args) > 1:
                    verb = node.args[1]
                    yield from (
                        each.value for each in ast.walk(verb) if isinstance(each, ast.Constant) and "_" in each.value
                    )


def test_every_verb_is_known_to_translators():
    known = {*words.ACTS, *words.READS}
    found = {words.words(verb) for verb in recorded() if not verb.startswith("_") and not verb.endswith("_")}
    assert found <= known, found - known
    assert len(found) > 100


@pytest.mark.parametrize("table, column, before, after, said", [
    (Client, "last_name", "White", "Whyte", "last name: White → Whyte"),
    (Client, "birth_date", None, "1980-02-29", "birth date: Feb 29, 1980"),
    (Client, "account_id", 3, 4, "account: no. 3 → no. 4"),
    (Client, "served", True, False, "served: yes → no"),
    (Account, "financial_class", "self_pay", "commercial", "financial class: Self-pay → Commercial insurance"),
    (Account, "closed_why", "", "Moved", "closed why: Moved"),
])  # fmt: skip
def test_a_changed_field_is_said_in_words(table, column, before, after, said):
    assert field_words.change(table._meta.db_table, column, before, after, {}) == said


def test_a_changed_person_is_said_by_name():
    assert "Ann Clerk" in field_words.change("accounts_attachment", "added_by_id", None, 7, {7: "Ann Clerk"})
