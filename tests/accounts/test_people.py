"""Clients of an account and the ways to reach them."""

from datetime import date

import pytest
from django.urls import reverse

from accounts.models import Client, ContactPoint
from accounts.people import CONSENT_WORDING
from billing_office.audit.models import Act
from billing_office.lib import dates
from tests.factories import make_address, make_client, make_email, make_phone


def client_fields(once=None, **changes):
    given = {"kind": "person", "first_name": "Emma", "last_name": "White", "language": "en", "served": "on"} | changes
    return given | ({"once": once} if once else {})


def edit(browser, obj, **changes):
    """Post an edit form as it was opened, with these changes; the obj's row is read again."""
    kind = "client" if isinstance(obj, Client) else "contact"
    form = browser.get(reverse(f"{kind}_edit", args=[obj.pk])).context["form"]
    given = {name: form[name].value() for name in form.fields}
    given = {name: value for name, value in given.items() if value not in (None, False, "")} | changes
    answer = browser.post(reverse(f"{kind}_edit", args=[obj.pk]), {n: v for n, v in given.items() if v is not None})
    obj.refresh_from_db()
    return answer


# -- clients ----------------------------------------------------------------------------------------------------------


def test_a_client_is_added_and_recorded(clerk, account, once):
    clerk.post(
        reverse("client_new", args=[account.pk]), client_fields(once, relation="daughter", birth_date="2019-05-06")
    )
    emma = account.clients.get(first_name="Emma")
    assert (emma.relation, emma.birth_date, emma.sort_key) == ("daughter", date(2019, 5, 6), "white emma")
    assert Act.objects.get(verb="client_added").account_id == account.pk


def test_a_double_click_adds_one_client(clerk, account, once):
    for _ in range(2):
        clerk.post(reverse("client_new", args=[account.pk]), client_fields(once))
    assert account.clients.filter(first_name="Emma").count() == 1


def test_the_account_follows_its_guarantors_name(clerk, account):
    edit(clerk, account.guarantor, first_name="Roberta", last_name="Núñez")
    account.refresh_from_db()
    assert (account.name, account.sort_key) == ("Roberta Núñez", "nunez roberta")
    act = Act.objects.get(verb="client_edited")
    assert (act.changed, act.detail) == (["first_name", "last_name"], {})


def test_another_clients_name_leaves_the_account_alone(clerk, account, by):
    edit(clerk, make_client(account, by), first_name="Emily")
    account.refresh_from_db()
    assert account.name == "Robert White"


def test_nobody_dies_before_being_born(clerk, account):
    answer = edit(clerk, account.guarantor, birth_date="1990-01-02", deceased_on="1990-01-01")
    assert "before the birth date" in answer.content.decode()
    assert account.guarantor.deceased_on is None


def test_a_rare_language_and_clock_from_an_import_are_kept(clerk, account):
    Client.objects.filter(pk=account.guarantor_id).update(language="nv", time_zone="America/Adak")
    edit(clerk, account.guarantor, first_name="Rob")
    assert (account.guarantor.language, account.guarantor.time_zone) == ("nv", "America/Adak")


def test_a_stale_client_form_keeps_both(clerk, account):
    version = account.guarantor.lock_version
    edit(clerk, account.guarantor, first_name="Bob")
    answer = edit(clerk, account.guarantor, first_name="Rob", lock_version=version)
    assert (answer.status_code, account.guarantor.first_name) == (409, "Bob")
    assert 'value="Rob"' in answer.content.decode()


# -- ways to reach them ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "given", "text"),
    [
        ("email", {"value": " r@example.org "}, "r@example.org"),
        ("phone", {"value": "+1 (512) 555-0199 x12"}, "+1 (512) 555-0199 x12"),
        (
            "postal",
            {"street": "418 Cedar Elm Ln", "city": "Austin", "region": "TX", "postcode": "78704", "country": "US"},
            "418 Cedar Elm Ln, Austin, TX 78704",
        ),
    ],
)
def test_each_kind_of_contact_is_added(clerk, foreign, account, once, kind, given, text):
    account.guarantor.contact_points.all().delete()
    url = reverse("contact_new", args=[account.guarantor_id])
    assert clerk.get(url, {"kind": kind}).status_code == 200
    assert clerk.post(url, {"once": once, "kind": kind} | given).status_code == 302
    assert str(account.guarantor.contact_points.get()) == text
    assert Act.objects.filter(verb="contact_added", account_id=account.pk).exists()


@pytest.mark.parametrize(
    ("kind", "given", "words"),
    [
        ("email", {"value": "nobody"}, "anna@example.org"),
        ("email", {}, "Fill this in"),
        ("phone", {"value": "soon"}, "Enter a phone number"),
        ("postal", {"street": "418 Cedar Elm Ln"}, "Fill this in"),
        ("postal", {"street": "a", "city": "b", "country": "usa"}, "at most 2"),
        ("email", {"value": "r@example.org", "consent_on": "2026-11-01"}, "Tick this, or leave the day empty"),
        ("email", {"value": "r@example.org", "consents": "on", "consent_on": "2999-01-01"}, "between 1900"),
        ("email", {"value": "a\x00@example.org"}, "Null characters"),
        ("email", {"value": "a" * 5000 + "@example.org"}, "at most 254"),
        ("phone", {"value": "5125550199", "source": "by\x07phone"}, "control characters"),
    ],
)
def test_what_reaches_nobody_is_refused_in_words(clerk, account, once, kind, given, words):
    before = ContactPoint.objects.count()
    answer = clerk.post(reverse("contact_new", args=[account.guarantor_id]), {"once": once, "kind": kind} | given)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert ContactPoint.objects.count() == before


def test_consent_is_given_later_with_day_wording_and_who_asked(clerk, account, by):
    point = make_email(account.guarantor, by, "second@example.org", consents=False)
    edit(clerk, point, consents="on")
    assert (point.consent_on, point.consent_wording, point.consent_by) == (dates.today(), CONSENT_WORDING, clerk.user)
    assert Act.objects.get(verb="contact_edited").detail["consent"] == "given"


def test_a_later_edit_leaves_the_consent_as_it_was_given(clerk, account, by):
    point = account.guarantor.contact_points.get()
    edit(clerk, point, source="intake form")
    assert (point.consent_on, point.consent_by) == (dates.today(), by)
    assert Act.objects.get(verb="contact_edited").changed == ["source"]


def test_withdrawing_consent_says_when_it_had_been_given(clerk, account):
    point = account.guarantor.contact_points.get()
    edit(clerk, point, consents=None)
    assert (point.consent_on, point.consent_wording, point.consent_by) == (None, "", None)
    assert Act.objects.get(verb="contact_edited").detail == {
        "consent": "withdrawn",
        "given_on": dates.today().isoformat(),
    }


def test_a_bad_address_is_marked_with_its_day(clerk, account):
    point = account.guarantor.contact_points.get()
    edit(clerk, point, bad_reason="bounced")
    assert (point.bad_since, point.usable) == (dates.today(), False)


def test_a_corrected_address_starts_afresh(clerk, account):
    point = account.guarantor.contact_points.get()
    ContactPoint.objects.filter(pk=point.pk).update(
        bad_since="2026-11-01", bad_reason="bounced", verified_on="2026-01-01"
    )
    edit(clerk, point, value="new@example.org")
    assert (point.bad_since, point.bad_reason, point.verified_on, point.usable) == (None, "", None, True)


def test_an_opt_out_is_kept_with_its_day(clerk, account):
    point = account.guarantor.contact_points.get()
    edit(clerk, point, opted_out_on=dates.today().isoformat())
    assert not point.usable


def test_phones_and_addresses_are_asked_for_no_consent(clerk, account, by):
    for point in [make_phone(account.guarantor, by), make_address(account.guarantor, by)]:
        assert "consents" not in clerk.get(reverse("contact_edit", args=[point.pk])).content.decode()


def test_a_stale_contact_form_keeps_both(clerk, account):
    point = account.guarantor.contact_points.get()
    edit(clerk, point, value="mine@example.org")
    answer = edit(clerk, point, value="yours@example.org", lock_version="1")
    assert (answer.status_code, point.value) == (409, "mine@example.org")
    assert "yours@example.org" in answer.content.decode()


def test_a_double_click_adds_one_contact(clerk, account, once):
    for _ in range(2):
        clerk.post(
            reverse("contact_new", args=[account.guarantor_id]), {"once": once, "kind": "phone", "value": "5125550199"}
        )
    assert ContactPoint.objects.filter(kind="phone").count() == 1
