"""The demo: two offices whose books are sound, and a growth that goes on where it stood and then has nothing left to do."""

import pytest

from accounts.models import Account
from billing_office.audit.acting import acting
from billing_office.desk import demo, demo_growth
from billing_office.lib import dates
from billing_office.staff.models import Office, User
from invoices.models import RecurringCharge
from tests.accounts.ledger.conftest import sound

pytestmark = pytest.mark.django_db


@pytest.fixture
def loaded():
    with acting(lambda: User.objects.service().pk):
        demo.load(dates.today())
        yield


def test_it_has_a_clinic_and_a_utility_and_grows_until_it_is_whole(loaded, monkeypatch):
    clients = Account.objects.filter(kind=Account.Kind.CLIENT)
    first = clients.count()
    assert {office.profile for office in Office.objects.all()} == {"medical", "public"}
    assert RecurringCharge.objects.running().count() == len(demo.AT_THE_UTILITY)
    monkeypatch.setattr(demo_growth, "CLINIC", 3)
    monkeypatch.setattr(demo_growth, "UTILITY", 1)
    assert demo_growth.grow(dates.today()) == 4
    assert clients.count() == first + 4
    monkeypatch.setattr(demo_growth, "CLINIC", 4)
    assert [demo_growth.grow(dates.today()), demo_growth.grow(dates.today())] == [1, 0]
    assert sound() == []


def test_an_office_of_somebodys_own_grows_nothing(account):
    assert demo_growth.grow(dates.today()) == 0
    assert Account.objects.filter(kind=Account.Kind.CLIENT).count() == 1
