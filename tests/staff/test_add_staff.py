import io

import pytest
from django.core.management import CommandError, call_command

from billing_office.staff.models import User

from .conftest import PASSWORD


@pytest.fixture
def add(monkeypatch, office):
    def run(*args, password=PASSWORD):
        out = io.StringIO()
        monkeypatch.setattr("sys.stdin", io.StringIO(password + "\n"))
        call_command("add_staff", "a.ng", "--name", "Ada Ng", "--password-stdin", *args, stdout=out)
        return out.getvalue()

    return run


def test_the_first_admin_can_sign_in(add, client):
    assert add("--role", "admin") == "Added a.ng (Ada Ng), admin of no office.\n"
    assert client.login(username="a.ng", password=PASSWORD)


def test_a_clerk_is_added_to_their_office(add, office):
    add("--role", "clerk", "--office", "ELM")
    assert list(User.objects.get(username="a.ng").offices.all()) == [office]


@pytest.mark.parametrize(
    ("args", "password", "said"),
    [
        (["--role", "clerk", "--office", "XYZ"], PASSWORD, "No office with code XYZ. Known: "),
        (["--role", "clerk"], PASSWORD, "without an office"),
        (["--role", "admin"], "short", "at least 12 characters"),
        (["--role", "service"], PASSWORD, "invalid choice"),
    ],
)
def test_what_cannot_be_is_refused_and_adds_nobody(add, args, password, said):
    with pytest.raises(CommandError, match=said):
        add(*args, password=password)
    assert not User.objects.filter(username="a.ng").exists()


def test_the_same_name_twice_is_refused(add):
    add("--role", "admin")
    with pytest.raises(CommandError, match="already exists"):
        add("--role", "admin")
