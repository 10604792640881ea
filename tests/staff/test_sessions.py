import time

import pytest
import time_machine
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse

from billing_office.audit.models import Act
from billing_office.staff.models import Role

from .conftest import PASSWORD, is_in, send_password

HTMX = {"HX-Request": "true", "HX-Current-URL": "http://testserver/my-security/"}


@pytest.fixture
def clock():
    """clock(seconds) moves time on."""
    with time_machine.travel(int(time.time()), tick=False) as traveller:
        yield traveller.shift


@pytest.fixture
def browser(clock, signed_in):
    return signed_in(Role.CLERK)


def test_a_session_ends_after_fifteen_minutes_without_a_press(browser, clock):
    clock(15 * 60 - 1)
    assert is_in(browser)
    clock(15 * 60)
    assert not is_in(browser)


def test_each_press_begins_the_fifteen_minutes_anew(browser, clock):
    for _ in range(5):
        clock(14 * 60)
        assert is_in(browser)


@pytest.mark.parametrize("polled", ["/my-security/", "/session/"])
def test_what_a_page_asks_for_by_itself_keeps_nobody_signed_in(browser, clock, polled):
    for _ in range(16):
        clock(60)
        browser.get(polled, headers=HTMX)
    assert not is_in(browser)


def test_asking_how_long_is_left_moves_nothing_with_or_without_a_header(browser, clock):
    clock(10 * 60)
    assert browser.get(reverse("session_left")).json() == {"left": 5 * 60}
    clock(5 * 60)
    assert not is_in(browser)


def test_no_parameter_switches_the_end_off(browser, clock):
    clock(16 * 60)
    answer = browser.get("/my-security/?skip_timeout_reset=1", headers={"X-Background": "1", **HTMX})
    assert answer.headers["HX-Redirect"].startswith("/sign-in/")


def test_staying_is_a_press(browser, clock):
    clock(14 * 60)
    assert browser.post(reverse("session_stay")).json() == {"left": 15 * 60}
    clock(14 * 60)
    assert is_in(browser)


def test_the_page_knows_how_long_the_session_lasts(browser, clock):
    clock(20)
    page = browser.get("/my-security/").content.decode()
    assert 'data-left="880"' in page
    assert 'id="session-end"' in page


def test_after_twelve_hours_it_ends_however_busy(browser, clock):
    for _ in range(12 * 6 - 1):
        clock(600)
        assert is_in(browser)
    clock(600)
    assert not is_in(browser)


def test_a_part_of_a_page_leads_the_whole_page_to_signing_in(browser, clock):
    clock(16 * 60)
    answer = browser.get("/my-security/", headers=HTMX)
    assert answer.headers["HX-Redirect"] == "/sign-in/?next=/my-security/"


def test_the_sign_in_page_says_why_one_is_there(browser, clock):
    clock(16 * 60)
    browser.get("/my-security/")
    assert "Your session ended" in browser.get(reverse("sign_in")).content.decode()


def test_signing_in_changes_the_key_of_the_session(client, person):
    person(Role.CLERK)
    client.session["planted"] = True
    session = client.session
    session["planted"] = True
    session.save()
    client.cookies["sessionid"] = session.session_key
    send_password(client, "a.clerk")
    assert client.session.session_key != session.session_key
    assert not Session.objects.filter(pk=session.session_key).exists()


def test_the_old_cookie_opens_nothing_after_signing_out(client, person):
    person(Role.CLERK)
    send_password(client, "a.clerk")
    stolen = Client()
    stolen.cookies["sessionid"] = client.cookies["sessionid"].value
    assert is_in(stolen)
    client.post(reverse("sign_out"))
    assert not is_in(stolen)


def test_an_admin_ends_a_colleagues_sessions(admin, signed_in):
    clerk = signed_in(Role.CLERK)
    admin.post(reverse("staff_sessions_end", args=[clerk.user.pk]))
    assert not is_in(clerk)
    assert is_in(admin)
    act = Act.objects.get(verb="sessions_ended")
    assert (act.actor, act.object_id) == (admin.user, clerk.user.pk)


@pytest.mark.parametrize("change", [{"role": "biller"}, {"is_active": ""}])
def test_a_new_role_or_leaving_ends_the_sessions(admin, signed_in, office, change):
    clerk = signed_in(Role.CLERK)
    fields = {
        "username": clerk.user.username, "name": clerk.user.name, "email": "", "role": "clerk", "offices": [office.pk],
        "is_active": "on",
    }  # fmt: skip
    admin.post(reverse("staff_edit", args=[clerk.user.pk]), fields | change)
    assert not is_in(clerk)


def test_a_new_name_ends_nothing(admin, signed_in, office):
    clerk = signed_in(Role.CLERK)
    fields = {"username": "the.clerk", "name": "New", "role": "clerk", "offices": [office.pk], "is_active": "on"}
    admin.post(reverse("staff_edit", args=[clerk.user.pk]), fields)
    assert is_in(clerk)


def test_one_signs_out_everywhere_else(signed_in):
    here, there = signed_in(Role.CLERK), Client()
    there.force_login(here.user)
    here.post(reverse("own_sessions_end"))
    assert (is_in(here), is_in(there)) == (True, False)


def test_most_pages_write_no_session(browser, clock, django_assert_max_num_queries):
    browser.get("/my-security/")
    clock(10)
    with django_assert_max_num_queries(4):
        browser.get("/my-security/")


def test_no_page_of_a_signed_in_person_is_stored(client, person):
    person(Role.CLERK)
    assert "no-store" in client.get(reverse("sign_in"))["Cache-Control"]
    send_password(client, "a.clerk", PASSWORD)
    assert client.get("/my-security/")["Cache-Control"] == "no-store"
