"""Every address, with every parameter a page reads, and every method: an answer in words, never our failure page, never
another office's rows."""

import os
import re
from urllib.parse import quote

import pytest
from django.urls import reverse

from accounts.models import Account
from billing_office.staff import access
from billing_office.staff.models import User
from tests.fuzz import hostile
from tests.house.test_access import ROUTES, address, enter, make_world

pytestmark = pytest.mark.django_db
READ = ["q", "sort", "after", "before", "show", "state", "payer", "on", "known", "as", "view", "why", "kind"]
PARAMETERS = [*READ, "next", "actor", "verb", "account", "since", "until", "filter"]
LARGE = os.environ.get("OFFICE_LARGE") == "1"
VALUES = [
    "' OR 1=1--", "id;drop table staff_user", "password", "-password", "user__password__startswith", "x" * 5000, "%00", "%ff%fe",
    "1%00", "-1", "9" * 30, "NaN", "2026-02-30", "0001-01-01", "9999-12-31", "%D9%A1", "<script>zzfuzz(1)</script>",
    quote('"><img src=x onerror=zzfuzz>'), "{{7*7}}", "%0d%0aSet-Cookie:%20x=y", "..%2f..%2fetc%2fpasswd", "%ed%a0%80",
    "https://evil.example", "//evil.example", "[]", "csv", "xlsx", "pdf", "1e400", "2026-11-24T02:30",
]  # fmt: skip
UNREAD = {"sign_out"}
MULTIPART = "multipart/form-data; boundary=x"


@pytest.fixture
def world(office, by, settings):
    return make_world(office, by, settings)


@pytest.fixture
def stranger(other_office, by, settings):
    """What must never be seen here: another office's account."""
    theirs = make_world(other_office, by, settings)
    theirs["client"].last_name = "Zebedee"
    theirs["client"].save()
    Account.objects.filter(pk=theirs["account"].pk).update(name="Robert Zebedee", sort_key="zebedee robert")
    return theirs


@pytest.fixture
def readers(office, world, stranger):
    """For each address somebody who may read it; those of another office see both, so an admin does not count."""
    people = [enter(role, office) for role in ("supervisor", "auditor", "admin")]
    return {
        name: next((one for one in people if access.may(one.user, pattern.callback.may)), people[0])
        for name, pattern in ROUTES.items()
        if name not in UNREAD
    }


def body(response) -> str:
    return (b"".join(response.streaming_content) if response.streaming else response.content).decode(errors="replace")


def pages(readers, world):
    """(name, address, browser) of what answers a GET."""
    for name, browser in readers.items():
        url = address(ROUTES[name], world)
        if browser.get(url).status_code in (200, 202, 404):
            yield name, url, browser


def wrong_with(response, name) -> str:
    page = body(response)
    if response.status_code >= 500:
        return f"answered {response.status_code}"
    if any(mark in page for mark in hostile.RAW):
        return "somebody's text became markup"
    if "Zebedee" in page and name not in ("audit", "outbox"):
        return "a client of another office is named"
    to = response.headers.get("Location", "")
    return f"leads to {to}" if re.match(r"(https?:)?//", to) else ""


def test_no_parameter_breaks_a_page_or_shows_another_office(readers, world):
    wrong = []
    for at, (name, url, browser) in enumerate(pages(readers, world)):
        for step, parameter in enumerate(PARAMETERS):
            if not LARGE and (at + step) % 2:
                continue  # every day each page meets half of them, neighbours the other half
            for value in VALUES if LARGE else [VALUES[(at + step) % len(VALUES)]]:
                response = browser.get(f"{url}?{parameter}={value}")
                if words := wrong_with(response, name):
                    wrong.append(f"{url}?{parameter}={value:.60}: {words}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize(
    "name", ["accounts", "payers", "account", "invoices", "messages", "arrears", "arrears_rows", "audit", "staff"]
)
def test_the_parameters_that_lists_read_meet_every_value(name, readers, world):
    browser, url = readers[name], address(ROUTES[name], world)
    wrong = []
    for value in VALUES:
        for parameters in (READ[:6], READ[6:]):
            for query in ("&".join(f"{one}={value}" for one in parameters),):
                if words := wrong_with(browser.get(f"{url}?{query}"), name):
                    wrong.append(f"{query:.80}: {words}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize(
    "sort", ["password", "-guarantor__birth_date", "id;drop table accounts_account", "office__code", "?"]
)
def test_sorting_by_what_no_column_declares_is_the_usual_order(sort, readers, world):
    browser = readers["arrears_rows"]
    for name in ("accounts", "arrears_rows"):
        url = address(ROUTES[name], world)
        assert rows_of(browser.get(url, {"sort": sort})) == rows_of(browser.get(url))


def rows_of(response) -> list[str]:
    return re.findall(r'href="(/accounts/\d+/)"', response.content.decode())


def test_filters_by_fields_of_other_tables_change_nothing(readers, world):
    url = reverse("accounts")
    usual = rows_of(readers["accounts"].get(url))
    for query in ("filter=user__password__startswith", "office__code=OAK", "office_id=2", "pk__gt=0", "name__regex=.*"):
        assert rows_of(readers["accounts"].get(f"{url}?{query}")) == usual


@pytest.mark.parametrize("method", ["head", "options", "put", "delete", "patch", "trace"])
def test_other_methods_change_nothing_and_break_nothing(method, readers, world):
    before = User.objects.count(), Account.objects.count()
    for name, browser in readers.items():
        url = address(ROUTES[name], world)
        status = getattr(browser, method)(url).status_code
        assert status < 500, f"{method} {url}: {status}"
    assert (User.objects.count(), Account.objects.count()) == before


def test_a_get_is_no_post_whatever_its_headers_say(readers, world):
    """What only a press may do is not done by an address, as one in a mail or picture would."""
    for name, browser in readers.items():
        url = address(ROUTES[name], world)
        plain = browser.get(url).status_code
        forged = browser.get(
            f"{url}?_method=POST", headers={"X-HTTP-Method-Override": "POST", "X-Method-Override": "POST"}
        )
        assert forged.status_code == plain, url


def test_a_body_that_is_no_form_is_refused_in_words(readers, world):
    for name, browser in readers.items():
        url = address(ROUTES[name], world)
        for kind, sent in [
            ("application/json", b'{"a": ['),
            (MULTIPART, b"--x\r\nbad"),
            ("text/xml", b"<!DOCTYPE x>"),
        ]:
            status = browser.post(url, sent, content_type=kind).status_code
            assert status < 500, f"{url} {kind}: {status}"


def test_more_fields_than_any_form_has_are_refused(readers):
    many = {f"f{at}": "" for at in range(2500)}
    assert readers["account_new"].post(reverse("account_new"), many).status_code == 400
