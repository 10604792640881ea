"""Opening an account by form."""

import pytest
from django.urls import reverse

from accounts.models import Account, ContactPoint
from accounts.people import CONSENT_WORDING
from billing_office.audit.models import Act
from billing_office.lib import dates
from billing_office.staff.models import Role

NEW = "/accounts/new/"


@pytest.fixture
def filled(office, once):
    def fill(**changes):
        return {
            "once": once,
            "office": office.pk,
            "kind": "person",
            "first_name": "Robert",
            "last_name": "White",
            "language": "en",
            "financial_class": "self_pay",
        } | changes

    return fill


def test_an_account_is_opened_with_its_guarantor_and_the_act(clerk, filled, office):
    answer = clerk.post(NEW, filled(birth_date="1987-03-02"))
    account = Account.objects.get()
    assert answer["Location"] == reverse("account", args=[account.pk])
    assert (account.name, account.office, account.guarantor.name) == ("Robert White", office, "Robert White")
    assert account.opened_on == dates.today()
    assert Act.objects.get(verb="account_opened").actor == clerk.user


def test_ways_to_reach_the_client_are_kept(clerk, filled):
    clerk.post(NEW, filled(email="r@example.org", phone="(512) 555-0199", street="418 Cedar Elm Ln", city="Austin"))
    points = {p.kind: str(p) for p in ContactPoint.objects.all()}
    assert points == {"email": "r@example.org", "phone": "(512) 555-0199", "postal": "418 Cedar Elm Ln, Austin"}


def test_consent_is_kept_with_day_wording_and_who_asked(clerk, filled):
    assert str(CONSENT_WORDING) in clerk.get(NEW).content.decode()
    clerk.post(NEW, filled(email="r@example.org", consents="on"))
    point = ContactPoint.objects.get()
    assert (point.consent_on, point.consent_wording, point.consent_by) == (dates.today(), CONSENT_WORDING, clerk.user)


def test_without_the_tick_there_is_no_consent(clerk, filled):
    clerk.post(NEW, filled(email="r@example.org"))
    assert ContactPoint.objects.get().consent_on is None


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"last_name": ""}, "Fill this in"),
        ({"last_name": "x" * 5000}, "at most 80 characters"),
        ({"first_name": "a\x00b"}, "Null characters"),
        ({"birth_date": "2999-01-01"}, "between 1900"),
        ({"birth_date": "0001-01-01"}, "between 1900"),
        ({"birth_date": "9999-12-31"}, "between 1900"),
        ({"birth_date": "yesterday"}, "year-month-day"),
        ({"birth_date": "2030-01-01"}, "birth date cannot lie in the future"),
        ({"email": "nobody"}, "anna@example.org"),
        ({"email": "a@example.org, b@example.org"}, "anna@example.org"),
        ({"consents": "on"}, "Enter the address that the consent is for"),
        ({"street": "418 Cedar Elm Ln"}, "street and city"),
        ({"phone": "call me"}, "Enter a phone number"),
        ({"kind": "dog"}, "Select a valid choice"),
        ({"office": "0"}, "Select a valid choice"),
        ({"office": "9" * 30}, "Select a valid choice"),
        ({"first_name": "\ufdfa" * 40}, "too long"),
        ({"first_name": "x" * 80, "last_name": "y" * 80}, "too long"),
        ({"kind": "organisation"}, "An organization has one name"),
        ({"once": "x"}, "lost its number"),
    ],
)
def test_what_cannot_be_is_refused_in_words_and_what_was_typed_is_kept(clerk, filled, changes, words):
    address = {"street": "418 Cedar Elm Ln", "city": "" if "street" in changes else "Austin", "postcode": "78704"}
    answer = clerk.post(NEW, filled(**address | changes))
    assert answer.status_code == 422
    page = answer.content.decode()
    assert words in page
    assert "78704" in page
    assert not Account.objects.exists()


def test_an_account_is_never_opened_in_an_office_one_does_not_belong_to(clerk, filled, other_office):
    assert clerk.post(NEW, filled(office=other_office.pk)).status_code == 422
    assert not Account.objects.exists()


def test_a_double_click_opens_one_account(clerk, filled):
    first, second = clerk.post(NEW, filled(email="r@example.org")), clerk.post(NEW, filled(email="r@example.org"))
    assert first["Location"] == second["Location"]
    assert (Account.objects.count(), ContactPoint.objects.count()) == (1, 1)


def test_the_office_is_asked_only_of_those_who_have_several(clerk, other_office):
    assert "Office</label>" not in clerk.get(NEW).content.decode()
    clerk.user.offices.add(other_office)
    assert "Office</label>" in clerk.get(NEW).content.decode()


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.ADMIN])
def test_who_only_reads_opens_nothing(signed_in, filled, role):
    assert signed_in(role).post(NEW, filled()).status_code == 403
    assert not Account.objects.exists()
