import pytest
from django.test import Client

from billing_office.staff.models import Office, Role, User

PASSWORD = "four plain words here"


@pytest.fixture(autouse=True)
def quick_hashes(settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def office(db):
    return Office.objects.create(code="ELM", name="Elm Street Clinic")


@pytest.fixture
def person(office):
    """person("clerk") adds a member of staff with that role."""

    def add(role, username=None, **fields):
        user = User.objects.create_user(
            username or f"a.{role}", PASSWORD, name=f"Ann {role.title()}", role=role, **fields
        )
        user.offices.add(office)
        return user

    return add


@pytest.fixture
def signed_in(person):
    """signed_in("admin") is a browser in which a member of staff with that role is signed in."""

    def open_browser(role):
        client = Client()
        client.user = person(role, f"the.{role}")
        client.force_login(client.user)
        return client

    return open_browser


@pytest.fixture
def admin(signed_in):
    return signed_in(Role.ADMIN)
