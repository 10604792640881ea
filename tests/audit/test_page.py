"""The auditor's page: filters, pages, files, one act with its changes, the history of an account."""

import csv
from datetime import timedelta
from io import BytesIO, StringIO

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from billing_office.audit import acts
from billing_office.audit.models import Act
from billing_office.desk import sealing
from billing_office.lib import dates

pytestmark = pytest.mark.django_db
AUDIT = "/audit/"


@pytest.fixture
def auditor(signed_in):
    return signed_in("auditor")


@pytest.fixture
def edited(clerk, account):
    """Robert White is renamed by the clerk."""
    form = {
        "first_name": "Robert",
        "last_name": "Whyte",
        "kind": "person",
        "language": "en",
        "served": "on",
        "lock_version": "1",
    }
    clerk.post(reverse("client_edit", args=[account.guarantor_id]), form)
    return Act.objects.get(verb="client_edited")


def shown(browser, **filters) -> list[Act]:
    return list(browser.get(AUDIT, filters).context["table"].rows)


def test_acts_stand_newest_first_with_who_and_what(auditor, clerk, edited):
    page = auditor.get(AUDIT).content.decode()
    assert "Client edited" in page
    assert clerk.user.name in page
    assert "changed last name" in page
    ids = [act.pk for act in shown(auditor)]
    assert ids == sorted(ids, reverse=True)


@pytest.mark.parametrize(
    "filters",
    [{"verb": "client_edited"}, {"kind": "client", "verb": "client_edited"}, {"request": "{act.request_id}"}, {"who": "{act.actor_id}"}],
    ids=lambda filters: next(iter(filters)),
)  # fmt: skip
def test_filters_narrow(auditor, account, edited, filters):
    filters = {name: value.format(act=edited) for name, value in filters.items()}
    found = shown(auditor, **filters)
    assert edited in found
    assert all(act.verb != "account_opened" for act in found)


def test_the_filter_by_account_number(auditor, account, foreign, edited):
    found = shown(auditor, account=account.number.lower())
    assert edited in found
    assert {act.account_id for act in found} == {account.pk}
    assert shown(auditor, account="A-0") == []


def test_the_filter_by_day_takes_both_days(auditor, edited):
    today, tomorrow = dates.today(), dates.today() + timedelta(days=1)
    assert edited in shown(auditor, since=today, until=today)
    assert edited not in shown(auditor, since=tomorrow)
    assert edited not in shown(auditor, until=today - timedelta(days=1))


@pytest.mark.parametrize(
    "wrong",
    [
        {"since": "31.2.2026"},
        {"who": "x' OR 1=1"},
        {"verb": "nothing"},
        {"account": "\x00"},
        {"until": "9999-12-31"},
        {"since": "0001-01-01"},
    ],
)
def test_what_is_not_understood_is_said(auditor, edited, wrong):
    answer = auditor.get(AUDIT, wrong)
    assert answer.status_code == 200
    assert "was not understood" in answer.content.decode()


def test_acts_on_accounts_of_other_offices_are_not_there(auditor, foreign, by):
    act = acts.record(by, "account_edited", account_id=foreign.pk)
    assert act not in shown(auditor)
    assert auditor.get(reverse("audit_act", args=[act.pk])).status_code == 404
    assert foreign.number not in b"".join(auditor.get(AUDIT, {"as": "csv"}).streaming_content).decode()


def test_an_act_on_a_payers_house_account_is_there(auditor, payer):
    assert Act.objects.get(verb="payer_opened") in shown(auditor)


def test_an_act_shows_what_its_request_changed(auditor, edited):
    page = auditor.get(reverse("audit_act", args=[edited.pk])).content.decode()
    assert "last name: White → Whyte" in page
    assert "waits for its seal" in page
    sealing.seal_all(dates.now())
    assert "under seal 1" in auditor.get(reverse("audit_act", args=[edited.pk])).content.decode()


def test_the_page_says_how_far_acts_are_sealed_and_what_the_night_found(auditor, edited, by):
    assert "Nothing is sealed yet" in auditor.get(AUDIT).content.decode()
    sealing.seal_all(dates.now())
    assert "No proof since yesterday" in auditor.get(AUDIT).content.decode()
    sealing.prove(by)
    assert ">Proved<" in auditor.get(AUDIT).content.decode()


def test_the_csv_holds_every_act_and_is_an_act_itself(auditor, edited):
    answer = auditor.get(AUDIT, {"as": "csv", "verb": "client_edited"})
    [row] = csv.DictReader(StringIO(b"".join(answer.streaming_content).decode()))
    assert (row["Verb"], row["Changed fields"], row["Request"]) == ("client_edited", "last_name", edited.request_id)
    exported = Act.objects.get(verb="audit_exported")
    assert (exported.actor, exported.detail) == (auditor.user, {"as": "csv", "by": ["verb"]})


def test_the_workbook_holds_the_same(auditor, edited):
    answer = auditor.get(AUDIT, {"as": "xlsx", "verb": "client_edited"})
    sheet = load_workbook(BytesIO(b"".join(answer.streaming_content))).active
    assert [cell.value for cell in sheet[2]][5] == "client_edited"


def test_pages_follow_each_other_without_a_gap(auditor, by):
    for _ in range(70):
        acts.record(by, "note_written")
    first = auditor.get(AUDIT, {"verb": "note_written"})
    second = auditor.get(AUDIT, {"verb": "note_written", "after": first.context["table"].page.next})
    ids = [act.pk for answer in (first, second) for act in answer.context["table"].rows]
    assert (len(ids), len(set(ids)), ids) == (70, 70, sorted(ids, reverse=True))


def test_the_list_takes_at_most_six_queries(auditor, edited, by, django_assert_max_num_queries):
    for _ in range(60):
        acts.record(by, "note_written", account_id=edited.account_id)
    sealing.seal_all(dates.now())
    with django_assert_max_num_queries(6):
        auditor.get(AUDIT)


@pytest.mark.parametrize(("role", "status"), [("auditor", 200), ("supervisor", 200), ("clerk", 403), ("admin", 403)])
def test_the_history_of_an_account_is_for_auditors_and_supervisors(signed_in, account, edited, role, status):
    answer = signed_in(role).get(reverse("account_history", args=[account.pk]))
    assert answer.status_code == status
    assert ("White → Whyte" in answer.content.decode()) == (status == 200)


def test_the_history_as_a_file_is_recorded(auditor, account, edited):
    answer = auditor.get(reverse("account_history", args=[account.pk]), {"as": "csv"})
    assert "last name: White → Whyte" in b"".join(answer.streaming_content).decode()
    assert Act.objects.get(verb="history_exported").account_id == account.pk
