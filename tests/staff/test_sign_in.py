from django.test import Client
from django.urls import reverse

from billing_office.staff.models import Role, User

from .conftest import PASSWORD

NO_MATCH = "That name and password do not match"


def sign_in(client, username, password=PASSWORD, **more):
    return client.post(reverse("sign_in"), {"username": username, "password": password, "next": "/my-password/"} | more)


def test_the_right_password_opens_the_page_that_was_asked_for(client, person):
    person(Role.CLERK)
    response = sign_in(client, "a.clerk")
    assert (response.status_code, response["Location"]) == (302, "/my-password/")
    assert client.get("/my-password/").status_code == 200


def test_a_page_asked_for_by_a_stranger_leads_to_signing_in_and_back(client, db):
    assert client.get("/staff/")["Location"] == "/sign-in/?next=/staff/"


def test_signing_in_leads_nowhere_outside_the_office(client, person):
    person(Role.CLERK)
    response = sign_in(client, "a.clerk", next="https://elsewhere.example/")
    assert "elsewhere" not in response.get("Location", "")


def test_a_wrong_name_and_a_wrong_password_get_the_same_answer(client, person):
    person(Role.CLERK)
    answers = [sign_in(client, "a.clerk", "not the password"), sign_in(client, "nobody", "not the password")]
    sentences = {NO_MATCH in answer.content.decode() for answer in answers}
    assert sentences == {True}
    assert len({answer.content.decode().count('class="err') for answer in answers}) == 1


def test_who_has_left_cannot_sign_in_and_is_told_no_more_than_a_stranger(client, person):
    person(Role.CLERK, is_active=False)
    assert NO_MATCH in sign_in(client, "a.clerk").content.decode()


def test_whoever_is_switched_off_is_out_at_once(signed_in):
    browser = signed_in(Role.CLERK)
    User.objects.filter(pk=browser.user.pk).update(is_active=False)
    assert browser.get("/my-password/")["Location"].startswith("/sign-in/")


def test_the_offices_own_account_cannot_sign_in(client, db):
    service = User.objects.service()
    assert NO_MATCH in sign_in(client, service.username, "").content.decode() or not service.has_usable_password()
    client.force_login(service)
    assert client.get("/my-password/").status_code in (302, 403)


def test_signing_out_needs_a_press_and_ends_the_session(signed_in):
    browser = signed_in(Role.CLERK)
    assert browser.get(reverse("sign_out")).status_code == 405
    browser.post(reverse("sign_out"))
    assert browser.get("/my-password/")["Location"].startswith("/sign-in/")


def test_a_form_without_the_token_is_refused_in_words(db):
    response = Client(enforce_csrf_checks=True).post(reverse("sign_in"), {"username": "x", "password": "y"})
    assert response.status_code == 403
    assert "open too long" in response.content.decode()


def test_colours_are_kept_in_the_browser(signed_in):
    browser = signed_in(Role.CLERK)
    response = browser.post(reverse("preferences"), {"theme": "dark", "next": "/my-password/"}, follow=True)
    assert 'data-theme="dark"' in response.content.decode()
    response = browser.post(reverse("preferences"), {"theme": "system", "next": "/my-password/"}, follow=True)
    assert "data-theme" not in response.content.decode()


def test_single_letter_keys_can_be_switched_off(signed_in):
    browser = signed_in(Role.CLERK)
    response = browser.post(reverse("preferences"), {"keys": "off", "next": "/my-password/"}, follow=True)
    assert 'data-keys="off"' in response.content.decode()


def test_a_forged_colour_is_not_printed(signed_in):
    browser = signed_in(Role.CLERK)
    browser.cookies["theme"] = '"><script>'
    assert "<script>" not in browser.get("/my-password/").content.decode()


def test_a_new_password_of_ones_own_keeps_this_browser_and_ends_the_others(signed_in):
    here = signed_in(Role.CLERK)
    there = Client()
    there.force_login(here.user)
    fields = {
        "old_password": PASSWORD,
        "new_password1": "quite another phrase",
        "new_password2": "quite another phrase",
    }
    here.post("/my-password/", fields)
    assert here.get("/my-password/").status_code == 200
    assert there.get("/my-password/").status_code == 302
