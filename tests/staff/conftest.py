import base64
import hmac
import struct
import time
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from billing_office.staff import second_factor
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


def code_of(secret: str, moment: float | None = None) -> str:
    """RFC 6238 with its defaults, reckoned apart from the product's library."""
    step = int(time.time() if moment is None else moment) // 30
    digest = hmac.digest(base64.b32decode(secret), struct.pack(">Q", step), "sha1")
    at = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[at : at + 4])[0] & 0x7FFFFFFF) % 1_000_000:06d}"


@pytest.fixture
def with_factor(person):
    """with_factor("clerk") adds a member of staff who has an app; `.secret` and `.codes` are what they keep."""

    def add(role, username=None):
        user = person(role, username)
        user.secret = second_factor.begin(user)
        earlier = timezone.now() - timedelta(minutes=5)
        user.codes = second_factor.confirm(user, code_of(user.secret, earlier.timestamp()), earlier)
        return user

    return add


def send_password(client, username, password=PASSWORD, **more):
    return client.post(reverse("sign_in"), {"username": username, "password": password, "next": "/my-security/"} | more)


def send_code(client, code):
    return client.post(reverse("sign_in"), {"code": code})


def is_in(client) -> bool:
    return client.get("/my-security/").status_code == 200
