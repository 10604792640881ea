"""The cast as fixtures: an office and another, browsers signed in by role, a client who owes, a payer."""

import uuid

import pytest
from django.test import Client as Browser

from billing_office.staff.models import Role, User

from .factories import make_account, make_charge, make_due, make_email, make_office, make_payer, make_user


@pytest.fixture
def office(db):
    return make_office()


@pytest.fixture
def other_office(db):
    return make_office("OAK", "Oak Street Clinic")


@pytest.fixture
def by(db) -> User:
    """In whose name a test's setting is made."""
    return User.objects.service()


@pytest.fixture
def signed_in(office):
    """signed_in("clerk") is a browser in which a member of staff with that role is signed in; `.user` is who."""

    def open_browser(role: str) -> Browser:
        one = Browser()
        one.user = make_user(role, office)
        one.force_login(one.user)
        return one

    return open_browser


@pytest.fixture
def clerk(signed_in):
    return signed_in(Role.CLERK)


@pytest.fixture
def biller(signed_in):
    return signed_in(Role.BILLER)


@pytest.fixture
def payer(by):
    return make_payer(by)


@pytest.fixture
def account(office, by):
    """Robert White, who may be sent e-mail and owes nothing yet."""
    account = make_account(office, by)
    make_email(account.guarantor, by)
    return account


@pytest.fixture
def owing(account, by):
    """Robert White with 224.00 due for ten days."""
    account.charge = make_charge(account, by)
    make_due(account.charge, 10)
    return account


@pytest.fixture
def foreign(other_office, by):
    """An account of an office that the signed-in browsers do not belong to."""
    return make_account(other_office, by, "Luis", "Ortega")


@pytest.fixture
def once():
    """The number that a form carries when it is opened."""
    return str(uuid.uuid4())
