"""Lists as people like them: columns, saved filters, how a list opens; and that every list of the product can do it."""

import csv
import io
import re

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from billing_office.audit.models import Act
from billing_office.desk.models import SavedList
from billing_office.lib import dates
from billing_office.staff import access
from billing_office.staff.models import Role
from invoices import issuing
from tests.factories import make_account, make_charge
from tests.house.test_access import ROUTES, make_world

pytestmark = pytest.mark.django_db

# Every list keeps to six queries but these: a filter that offers people and verbs, what is left of authorizations, cash by kinds.
BUDGET = {"authorizations": 7}
TELLS_MORE = {"audit"}  # its file has more than a screen holds
LISTS = {name: pattern for name, pattern in ROUTES.items() if pattern.callback.listed}


def heads(page: str) -> list[str]:
    return [column.head for column in page.context["around"].drawn.columns]


def lines(response) -> list[list[str]]:
    return list(csv.reader(io.StringIO(response.getvalue().decode())))


# -- every list of the product


@pytest.fixture
def world(office, by, settings):
    return make_world(office, by, settings)


def test_every_list_has_files_a_print_page_and_columns_and_keeps_its_budget(world, signed_in):
    browsers = {role: signed_in(role) for role in (Role.SUPERVISOR, Role.AUDITOR, Role.ADMIN)}
    assert len(LISTS) > 30
    wrong = []
    for name, pattern in LISTS.items():
        browser = next(one for one in browsers.values() if access.may(one.user, pattern.callback.may))
        with CaptureQueriesContext(connection) as seen:
            page = browser.get(reverse(name))
        if len(seen) > BUDGET.get(name, 6):
            wrong.append(f"{name} takes {len(seen)} queries")
        wrong += [f"{name}: {what}" for what in lacking(browser, name, page)]
    assert not wrong, "; ".join(wrong)


def lacking(browser, name: str, page) -> list[str]:
    text, found = page.content.decode(), []
    if reverse("list_columns", args=[name]) not in text:
        return ["its columns cannot be chosen"]
    if nested(text):
        found.append("a form stands in a form")
    if "as=csv" not in text:
        return found  # a list without files
    last = page.context["around"].own.columns[-1]
    if lines(browser.get(reverse(name), {"as": "csv", "columns": last.key}))[0] != [last.head]:
        found.append("its file does not take columns")
    if name not in TELLS_MORE and lines(browser.get(reverse(name), {"as": "csv"}))[0] != heads(page):
        found.append("its file has other columns than the screen")
    if browser.get(reverse(name), {"as": "print"}).templates[0].name != "print.html":
        found.append("it does not print")
    return found


def nested(text: str) -> bool:
    depth = 0
    for tag in re.findall(r"</?form\b", text):
        depth += 1 if tag == "<form" else -1
        if depth > 1:
            return True
    return False


def test_no_other_page_is_a_list_that_can_be_paged(world, signed_in):
    """A list that forgot to say so could neither be saved nor have its columns chosen."""
    browser, forgot = signed_in(Role.SUPERVISOR), []
    for name, pattern in ROUTES.items():
        if pattern.pattern.converters or name in LISTS or not access.may(browser.user, pattern.callback.may):
            continue
        page = browser.get(reverse(name))
        table = page.context.get("table") if page.context else None
        if table is not None and table.page is not None:
            forgot.append(name)
    assert forgot == []


# -- columns


def test_columns_are_shown_as_the_address_says(clerk, account):
    page = clerk.get(reverse("accounts"), {"columns": "state,number"})
    assert heads(page) == ["State", "Account"]


def test_a_column_that_is_not_there_is_said(clerk, account):
    page = clerk.get(reverse("accounts"), {"columns": "number,password"})
    assert "This list has no column “password”" in page.content.decode()
    assert heads(page) == ["Account"]


def test_chosen_columns_stay_for_this_person_and_no_other(clerk, biller, account):
    sent = {"column": ["number", "name"], "place-number": "2", "place-name": "1", "query": "show=owing"}
    answer = clerk.post(reverse("list_columns", args=["accounts"]), sent)
    assert answer.headers["Location"] == f"{reverse('accounts')}?show=owing&columns=name%2Cnumber"
    assert heads(clerk.get(reverse("accounts"), follow=True)) == ["Name", "Account"]
    assert heads(clerk.get(reverse("accounts"), {"show": "owing"}, follow=True)) == ["Name", "Account"]
    assert len(heads(biller.get(reverse("accounts"), follow=True))) > 5


def test_none_chosen_are_the_lists_own_again(clerk, account):
    clerk.post(reverse("list_columns", args=["accounts"]), {"column": ["number"]})
    clerk.post(reverse("list_columns", args=["accounts"]), {})
    assert len(heads(clerk.get(reverse("accounts"), follow=True))) > 5


# -- saved


def save(browser, name="White ones", query="q=White&sort=-number&after=x&as=csv", **more):
    return browser.post(reverse("list_save", args=["accounts"]), {"name": name, "query": query} | more)


def test_a_saved_list_is_a_chip_that_leads_to_its_address_and_never_to_a_file(clerk, account):
    save(clerk)
    row = SavedList.objects.get()
    assert row.query == "q=White&sort=-number"
    assert row.get_absolute_url() in clerk.get(reverse("accounts")).content.decode().replace("&amp;", "&")
    assert Act.objects.get(verb="list_saved").actor == clerk.user


def test_two_of_one_name_are_refused(clerk):
    save(clerk)
    assert save(clerk).status_code == 422
    assert SavedList.objects.count() == 1


def test_a_list_opens_as_this_person_wants_it(clerk, account):
    clerk.post(reverse("list_opens", args=["accounts"]), {"query": "show=closed"})
    assert clerk.get(reverse("accounts")).headers["Location"] == f"{reverse('accounts')}?show=closed"
    here = {"HTTP_REFERER": f"http://testserver{reverse('accounts')}?show=closed"}
    assert clerk.get(reverse("accounts"), **here).status_code == 200  # "All", pressed on the list itself
    clerk.post(reverse("list_plain", args=["accounts"]))
    assert clerk.get(reverse("accounts")).status_code == 200


def shared(signed_in, office):
    supervisor = signed_in(Role.SUPERVISOR)
    save(supervisor, office=office.pk)
    return SavedList.objects.get(), supervisor


def test_a_supervisor_shares_with_the_office(signed_in, office, clerk):
    row, _ = shared(signed_in, office)
    assert row.office == office
    assert row.name in clerk.get(reverse("accounts")).content.decode()
    assert row.name in clerk.get(reverse("saved_lists")).content.decode()


def test_a_clerk_shares_nothing(clerk, office):
    save(clerk, office=office.pk)
    assert SavedList.objects.get().office is None


def test_nobody_shares_with_an_office_of_others(signed_in, other_office):
    assert save(signed_in(Role.SUPERVISOR), office=other_office.pk).status_code == 422


def test_what_is_shared_elsewhere_is_not_shown(signed_in, office, clerk):
    row, _ = shared(signed_in, office)
    clerk.user.offices.clear()
    assert row.name not in clerk.get(reverse("accounts")).content.decode()


def test_only_its_owner_changes_or_removes_it(signed_in, office, clerk):
    row, owner = shared(signed_in, office)
    for name in ("saved_list", "saved_list_remove"):
        assert clerk.post(reverse(name, args=[row.pk]), {"name": "x"}).status_code == 404
    owner.post(reverse("saved_list", args=[row.pk]), {"name": "Whites"})
    row.refresh_from_db()
    assert (row.name, row.office) == ("Whites", None)
    owner.post(reverse("saved_list_remove", args=[row.pk]))
    assert not SavedList.objects.exists()


def test_a_shared_list_gives_nobody_a_right(signed_in, office, clerk):
    """It is an address: the list asks for its right as always, and shows what the reader's offices have."""
    auditor = signed_in(Role.AUDITOR)
    row = SavedList.objects.create(user=auditor.user, route="audit", name="Acts", office=office)
    assert clerk.get(row.get_absolute_url()).status_code == 403
    assert row.name not in clerk.get(reverse("saved_lists")).content.decode()


@pytest.mark.parametrize("name", ["audit", "home", "nowhere"])
@pytest.mark.parametrize("act", ["list_save", "list_columns", "list_opens", "list_plain"])
def test_nothing_is_kept_of_what_is_no_list_of_this_person(clerk, name, act):
    assert clerk.post(reverse(act, args=[name]), {"name": "x"}).status_code == 404
    assert not SavedList.objects.exists()


def test_the_database_keeps_one_a_name_and_shares_no_opening(clerk, office):
    SavedList.objects.create(user=clerk.user, route="accounts")
    for office_id in (None, office.pk):
        with pytest.raises(IntegrityError), transaction.atomic():
            SavedList.objects.create(
                user=clerk.user, route="accounts" if office_id is None else "x", office_id=office_id
            )


# -- what it says


def test_a_filter_that_matches_nothing_offers_to_clear_it(clerk, account):
    page = clerk.get(reverse("accounts"), {"q": "Nobody of this name"}).content.decode()
    assert "Clear the filter" in page


def test_a_list_is_ordered_by_the_column_that_was_pressed_and_so_is_its_file(clerk, office, by):
    numbers = [make_account(office, by, last_name=name).number for name in "CAB"]
    file = clerk.get(reverse("accounts"), {"sort": "-number", "as": "csv", "columns": "number"})
    assert [line[0] for line in lines(file)[1:]] == sorted(numbers, reverse=True)


def test_the_total_is_of_all_that_is_found_and_keeps_the_budget(signed_in, office, by):
    for n in range(3):
        owing = make_account(office, by, last_name=f"White{n}")
        make_charge(owing, by, 10_000)
        issuing.issue(owing, on=dates.today(), by=by, key=f"total{n}")
    browser = signed_in(Role.SUPERVISOR)
    with CaptureQueriesContext(connection) as seen:
        page = browser.get(reverse("invoices"), {"show": "open", "columns": "number,cents"})
    assert page.context["table"].totals["cents"] == 30_000
    assert "300.00" in page.content.decode()
    assert len(seen) <= 6


def test_finding_keeps_columns_and_order(clerk, account):
    page = clerk.get(reverse("accounts"), {"columns": "number", "sort": "-name", "after": "x"}).content.decode()
    form = page.split('role="search"')[1].split("</form>")[0]
    assert '<input type="hidden" name="columns" value="number">' in form
    assert "-name" in form
    assert 'name="after"' not in form
