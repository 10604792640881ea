"""Who was shown a client's record is on record: each route that shows one, by enumeration."""

import pytest
from django.urls import reverse

from billing_office.audit.models import Act
from billing_office.staff.models import Role
from tests.house.test_access import NAMED, ROUTES, address, enter, make_world

pytestmark = pytest.mark.django_db

CLIENTS = {"accounts", "clients", "contacts", "flags", "holds", "invoices", "documents"}
OF_SEVERAL = {  # pages that show records of more than one client: which object, and what is recorded of it
    "account_import", "bank_import", "bank_line", "bulk_run", "deposit", "deposit_slip", "run", "verification_batch",
}  # fmt: skip
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


def read(browser, name, world) -> tuple[int, list[tuple]]:
    """Open the page; its status, and what was recorded of it: who, which object, whose account."""
    before = Act.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    status = browser.get(address(ROUTES[name], world)).status_code
    found = Act.objects.filter(pk__gt=before, verb__endswith="_read").exclude(request_id="")
    return status, list(found.values_list("actor_id", "object_kind", "object_id", "account_id"))


def test_being_shown_a_record_is_recorded_once(office, world):
    browser, wrong = enter(Role.SUPERVISOR, office), []
    for name in sorted(SHOWN):
        one = world[NAMED[str(SHOWN[name].pattern).split("/")[0]]]
        expected = (200, [(browser.user.pk, one._meta.label_lower, one.pk, world["account"].pk)])
        # An invoice's paper leads on to the invoice, an account that was never merged back to itself: recorded there.
        if name in ("document_page", "account_unmerge"):
            expected = (302, [])
        if (found := read(browser, name, world)) != expected:
            wrong.append((name, found))
    assert not wrong


def test_being_shown_records_of_several_clients_is_recorded(office, world):
    browser, wrong = enter(Role.SUPERVISOR, office), []
    type(world["list_run"]).objects.filter(pk=world["list_run"].pk).update(user=browser.user)
    for name in sorted(OF_SEVERAL):
        one = world[NAMED[str(ROUTES[name].pattern).split("/")[0]]]
        if (found := read(browser, name, world)) != (200, [(browser.user.pk, one._meta.label_lower, one.pk, None)]):
            wrong.append((name, found))
    assert not wrong


@pytest.mark.parametrize("name", ["refund", "approval"])
def test_being_shown_what_is_of_one_account_is_recorded_with_it(name, office, world):
    (status, [(_, _, _, account)]) = read(enter(Role.SUPERVISOR, office), name, world)
    assert (status, account) == (200, world["account"].pk)


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
