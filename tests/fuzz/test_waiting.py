"""Somebody else holds the row, or the database is away: words and the entries, never our failure page."""

import re
from contextlib import closing
from html import unescape

import psycopg2
import pytest
from django.db import connection, connections
from django.test import Client as Browser
from django.urls import reverse

from accounts.models import Note
from billing_office.launch import ports
from billing_office.staff.models import Office, User
from tests.factories import make_account, make_user

pytestmark = pytest.mark.django_db(transaction=True)
ENTRIES = re.compile(r'<textarea name="([^"]+)" hidden>\n(.*?)</textarea>', re.S)


@pytest.fixture
def desk(db):
    """A clerk, and an account of theirs."""
    office = Office.objects.first() or Office.objects.create(code="ELM", name="Elm Street Clinic")
    browser = Browser(raise_request_exception=False)
    browser.user = make_user("clerk", office)
    browser.force_login(browser.user)
    browser.account = make_account(office, User.objects.service())
    return browser


@pytest.fixture
def elsewhere(desk):
    """Another connection to the same database, in a transaction of its own."""
    s = connection.settings_dict
    place = {"host": s["HOST"], "port": s["PORT"] or None, "dbname": s["NAME"], "user": s["USER"]}
    with closing(psycopg2.connect(**place, password=s["PASSWORD"] or None)) as other:
        yield other


def write_note(browser, once, text="Called at noon.\nWill pay."):
    return browser.post(reverse("note_new", args=[browser.account.pk]), {"text": text, "once": once})


def entries(response) -> dict:
    return {name: unescape(value) for name, value in ENTRIES.findall(response.content.decode())}


def hold(elsewhere, table, pk):
    elsewhere.cursor().execute(f"SELECT 1 FROM {table} WHERE id = %s FOR UPDATE", [pk])


def test_a_row_that_another_holds_too_long_gives_the_entries_back_to_press_again(desk, elsewhere, once):
    hold(elsewhere, User._meta.db_table, desk.user.pk)
    answer = write_note(desk, once)
    assert answer.status_code == 409
    assert "Somebody else is working on this account" in answer.content.decode()
    assert entries(answer) == {"text": "Called at noon.\nWill pay.", "once": once}
    assert not Note.objects.exists()
    elsewhere.rollback()
    assert desk.post(reverse("note_new", args=[desk.account.pk]), entries(answer)).status_code == 302
    assert Note.objects.get().text == "Called at noon.\nWill pay."


def test_no_password_stands_in_the_page_of_a_row_that_another_holds(desk, elsewhere):
    desk.user.set_password("correct horse battery")
    desk.user.save()
    desk.force_login(desk.user)
    hold(elsewhere, User._meta.db_table, desk.user.pk)
    sent = {
        "old_password": "correct horse battery",
        "new_password1": "a quite new one 7",
        "new_password2": "a quite new one 7",
    }
    answer = desk.post(reverse("own_password"), sent)
    assert answer.status_code == 409
    assert "correct horse battery" not in answer.content.decode()


@pytest.fixture
def database_away():
    """Nobody listens where the database was."""
    one = connections["default"]
    before = {name: one.settings_dict[name] for name in ("HOST", "PORT")}
    one.close()
    one.settings_dict |= {"HOST": "127.0.0.1", "PORT": str(ports.free())}
    yield
    one.settings_dict |= before


def test_a_database_that_is_away_is_told_in_words_with_the_entries(desk, once, database_away):
    answer = write_note(desk, once)
    page = answer.content.decode()
    assert answer.status_code == 503
    assert answer["Retry-After"]
    assert "cannot be reached" in page
    assert "Traceback" not in page
    assert entries(answer)["text"] == "Called at noon.\nWill pay."
    assert "sessionid" not in answer.cookies, "nobody is signed out by it"


def test_every_page_says_so_while_the_database_is_away(desk, database_away):
    for name in ("home", "accounts", "sign_in"):
        assert desk.get(reverse(name)).status_code in (200, 503), name


def test_the_process_still_answers_while_the_database_is_away(database_away, db):
    assert Browser().get(reverse("healthz")).status_code == 200
    assert Browser().get(reverse("readyz")).status_code == 503
