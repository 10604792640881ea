"""`check --deploy` says which guarantees an environment gives up."""

import pytest

from billing_office.launch.checks import two_roles

APP, OWNER = "postgres://billing_app@db/office", "postgres://billing_owner@db/office"


@pytest.mark.parametrize(
    ("app", "owner", "said"),
    [
        (APP, OWNER, []),
        (OWNER, "", ["office.W001"]),
        (OWNER, OWNER, ["office.W001"]),
        (OWNER, "postgres://billing_owner:secret@pooler:6432/office", ["office.W001"]),
        ("", "", ["office.I001"]),
    ],
)
def test_one_role_for_all_is_said(settings, app, owner, said):
    settings.DATABASE_URL, settings.DATABASE_OWNER_URL = app, owner
    assert [message.id for message in two_roles(None)] == said
