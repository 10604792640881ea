"""Who was shown a client's record is on record: each route that shows one, by enumeration."""

import pytest
from django.urls import reverse

from billing_office.audit.models import Act
from billing_office.staff.models import Role
from tests.house.test_access import NAMED, ROUTES, address, enter, make_world

pytestmark = pytest.mark.django_db

CLIENTS = {"accounts", "clients", "contacts", "flags", "holds", "invoices", "documents"}
SHOWS_NO_RECORD = {
    "accounts", "account_new", "invoices",  # lists are recorded when they are searched or exported
    "account_guard", "coverages_of", "recurring_of", "facts_of", "attachments_of", "charge_hints",  # parts of a page
    "invoices_ready",  # a list
    "document_state", "send_again",  # answer with no page
    "account_statement_send",  # sent to alone; where it is refused, the page that comes back is recorded: see below
    "account_export",  # an act of its own
    "advise_estimate",  # sent to alone
}  # fmt: skip
SHOWN = {
    name: pattern for name, pattern in ROUTES.items()
    if str(pattern.pattern).split("/")[0] in CLIENTS and name not in SHOWS_NO_RECORD
}  # fmt: skip


@pytest.fixture
def world(office, by, settings):
    return make_world(office, by, settings)


def test_every_route_to_a_clients_record_says_what_it_shows():
    assert {name for name, pattern in SHOWN.items() if pattern.callback.reads is None} == set()
    assert set(ROUTES) >= SHOWS_NO_RECORD


@pytest.mark.parametrize("name", sorted(SHOWN))
def test_being_shown_a_record_is_recorded_once(name, office, world):
    pattern = SHOWN[name]
    browser = enter(Role.SUPERVISOR, office)
    url = address(pattern, world)
    status = browser.get(url).status_code
    # An invoice's paper leads on to the invoice, an account that was never merged back to itself: recorded there.
    if name in ("document_page", "account_unmerge"):
        assert status == 302
        return
    assert status == 200, url
    one = world[NAMED[str(pattern.pattern).split("/")[0]]]
    act = Act.objects.get(verb__endswith="_read")
    assert (act.actor, act.object_id, act.object_kind) == (browser.user, one.pk, one._meta.label_lower)
    assert act.account_id == world["account"].pk
    assert act.request_id


def test_a_form_that_comes_back_with_its_errors_showed_the_record_too(office, world):
    browser = enter(Role.CLERK, office)
    answer = browser.post(reverse("client_edit", args=[world["client"].pk]), {"last_name": ""})
    assert answer.status_code in (409, 422)
    assert Act.objects.get(verb="client_read").account_id == world["account"].pk


def test_a_statement_that_was_refused_showed_the_record_too(office, world):
    browser = enter(Role.CLERK, office)
    assert browser.post(reverse("account_statement_send", args=[world["account"].pk]), {}).status_code == 422
    assert Act.objects.get(verb="account_read").account_id == world["account"].pk


def test_what_was_refused_or_is_not_there_was_not_read(office, other_office, world):
    for role, where in ((Role.ADMIN, office), (Role.CLERK, other_office)):
        assert enter(role, where).get(reverse("account", args=[world["account"].pk])).status_code in (403, 404)
    assert not Act.objects.filter(verb__endswith="_read").exists()


def test_reading_is_not_told_in_the_timeline_of_the_account(office, world):
    browser = enter(Role.CLERK, office)
    for _ in range(3):
        page = browser.get(reverse("account", args=[world["account"].pk]))
    assert b"ccount read" not in page.content


def test_a_search_records_whom_it_found(office, world):
    browser = enter(Role.CLERK, office)
    browser.get(reverse("accounts") + "?q=white")
    act = Act.objects.get(verb="accounts_searched")
    assert act.detail == {"found": [world["account"].pk]}


def test_a_list_without_a_search_is_no_act(office, world):
    enter(Role.CLERK, office).get(reverse("accounts"))
    assert not Act.objects.filter(verb="accounts_searched").exists()
