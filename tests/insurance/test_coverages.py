"""Who is insured with whom on a day: by form, by the one question, in a race; cards, plans, contracts."""

import threading
import uuid
from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.urls import reverse

from billing_office.audit.models import Act
from billing_office.lib import dates
from insurance import coverage
from insurance.coverage import coverage_on
from insurance.models import Contract, Coverage, PayerProfile, Plan
from tests.factories import make_coverage, make_payer, make_plan

pytestmark = pytest.mark.django_db
PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 100


@pytest.fixture
def client(account):
    return account.guarantor


@pytest.fixture
def plan(payer):
    return make_plan(payer)


def form(plan, **more) -> dict:
    given = {
        "plan": plan.pk,
        "rank": 1,
        "since": "2026-01-01",
        "relation": "self",
        "member_number": "W1",
        "once": uuid.uuid4(),
    }
    return given | more


def send(browser, client, data):
    return browser.post(reverse("coverage_new", args=[client.pk]), data)


def test_a_coverage_is_recorded_once_with_its_act(clerk, client, plan):
    data = form(plan)
    for _ in range(2):
        assert send(clerk, client, data).status_code == 302
    row = Coverage.objects.get()
    assert (row.member_number, row.added_by) == ("W1", clerk.user)
    act = Act.objects.get(verb="coverage_added")
    assert (act.object_id, act.account_id) == (row.pk, client.account_id)


@pytest.mark.parametrize(("days", "there"), [(-1, False), (0, True), (30, True), (31, False)])
def test_the_first_and_the_last_day_count(client, payer, by, days, there):
    make_coverage(client, payer, by, since=date(2026, 1, 1), until=date(2026, 1, 31))
    assert bool(coverage_on(client, date(2026, 1, 1) + timedelta(days))) is there


def test_a_past_service_is_judged_by_the_policy_then_in_force(client, payer, by):
    old = make_coverage(client, payer, by, since=date(2025, 1, 1), until=date(2025, 12, 31))
    new = make_coverage(client, make_payer(by, "New Payer"), by)
    second = make_coverage(client, payer, by, rank=2)
    assert coverage_on(client, date(2025, 12, 31)) == [old]
    assert coverage_on(client, date(2026, 1, 1)) == [new, second]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({}, "stands from Jan 1, 2026 without an end"),
        ({"since": "2025-06-01", "until": "2026-01-01"}, "End it first, or choose other days"),
        ({"rank": 2, "until": "2025-01-01"}, "The last day is before the first."),
        ({"rank": 2, "relation": "child"}, "The payer asks for the holder’s name."),
        ({"rank": 2, "relation": "child", "holder_last": "White"}, "The payer asks for the holder’s birth date."),
        ({"rank": 2, "since": "0001-01-01"}, "between 1900 and 2199"),
        ({"rank": 2, "since": "9999-01-01"}, "between 1900 and 2199"),
        ({"rank": 2, "plan": 0}, "Select a valid choice"),
        ({"rank": 9}, "Select a valid choice"),
        ({"rank": 2, "member_number": "4111 1111 1111 1111"}, "card number"),
    ],
)
def test_what_cannot_be_is_said_at_its_field(clerk, client, payer, plan, by, change, told):
    make_coverage(client, payer, by, plan=plan)
    answer = send(clerk, client, form(plan) | change)
    assert answer.status_code == 422
    assert told in answer.content.decode()
    assert Coverage.objects.count() == 1


def test_the_day_after_the_last_another_may_begin(clerk, client, payer, plan, by):
    make_coverage(client, payer, by, plan=plan, since=date(2025, 1, 1), until=date(2025, 12, 31))
    assert send(clerk, client, form(plan)).status_code == 302


def test_a_withdrawn_coverage_is_in_nobodys_way(clerk, client, payer, plan, by):
    row = make_coverage(client, payer, by, plan=plan)
    for _ in range(2):
        clerk.post(reverse("coverage_withdraw", args=[row.pk]), {"why": "another person's card"})
    assert Act.objects.get(verb="coverage_withdrawn").reason == "another person's card"
    assert coverage_on(client, dates.today()) == []
    assert send(clerk, client, form(plan)).status_code == 302


def test_an_old_form_overwrites_nothing(clerk, client, payer, by):
    row = make_coverage(client, payer, by)
    data = form(row.plan, group_number="G1", lock_version=row.lock_version)
    assert clerk.post(reverse("coverage_edit", args=[row.pk]), data).status_code == 302
    stale = clerk.post(reverse("coverage_edit", args=[row.pk]), data | {"group_number": "G2"})
    assert stale.status_code == 409
    row.refresh_from_db()
    assert row.group_number == "G1"


@pytest.mark.django_db(transaction=True)
def test_two_clerks_at_once_record_one_of_a_rank(client, payer, by):
    plan, said = make_plan(payer), []
    ready = threading.Barrier(2)

    def record():
        ready.wait()
        try:
            row = Coverage(client=client, plan=plan, since=date(2026, 1, 1))
            said.append(coverage.add(row, form=uuid.uuid4(), by=by))
        except coverage.Taken as taken:
            said.append(str(taken))
        finally:
            connection.close()

    threads = [threading.Thread(target=record) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Coverage.objects.count() == 1
    assert sorted(type(one) is str for one in said) == [False, True]


def test_the_account_page_shows_it_in_a_piece_of_its_own(clerk, client, payer, by):
    make_coverage(client, payer, by, member_number="W777")
    piece = reverse("coverages_of", args=[client.pk])
    assert piece in clerk.get(f"/accounts/{client.account_id}/").content.decode()
    page = clerk.get(piece).content.decode()
    assert "W777" in page
    assert "in force" in page


def test_of_another_office_nothing_is_seen(clerk, foreign, payer, by):
    row = make_coverage(foreign.guarantor, payer, by)
    for address in ("coverage", "coverage_edit", "coverage_withdraw", "card_new"):
        assert clerk.get(reverse(address, args=[row.pk])).status_code == 404
    assert clerk.get(reverse("coverages_of", args=[foreign.guarantor_id])).status_code == 404


# -- cards ---------------------------------------------------------------------------------------------------------------


def attach(browser, row, name: str, content: bytes):
    file = SimpleUploadedFile(name, content, content_type="text/html")
    return browser.post(reverse("card_new", args=[row.pk]), {"side": "front", "file": file})


def test_a_card_is_kept_as_what_its_bytes_are_and_only_handed_out(clerk, client, payer, by):
    row = make_coverage(client, payer, by)
    assert attach(clerk, row, "../../etc/passwd.html", PNG).status_code == 302
    answer = clerk.get(reverse("card", args=[row.pk, "front"]))
    assert answer.getvalue() == PNG
    assert answer["Content-Type"] == "image/png"
    assert answer["Content-Disposition"] == 'attachment; filename="card-front"'
    assert answer["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    ("content", "told"),
    [(b"<script>", "no PNG, JPEG or PDF"), (b"", "empty"), (PNG + b"0" * 5_000_000, "larger than 5 MB")],
)
def test_a_card_that_is_none_is_refused(clerk, client, payer, by, content, told):
    row = make_coverage(client, payer, by)
    answer = attach(clerk, row, "card.png", content)
    assert answer.status_code == 422
    assert told in answer.content.decode()
    assert clerk.get(reverse("card", args=[row.pk, "front"])).status_code == 404


# -- plans, contracts, payers --------------------------------------------------------------------------------------------


def test_a_plan_stands_once_a_payer(biller, payer, plan):
    data = {
        "payer": payer.pk,
        "name": "HMO Basic",
        "kind": "hmo",
        "rule": "basic",
        "year_begins": 7,
        "verified": "on",
        "active": "on",
    }
    assert biller.post("/plans/new/", data).status_code == 302
    assert Plan.objects.get(name="HMO Basic").year_begins == 7
    assert "has a plan of this name" in biller.post("/plans/new/", data).content.decode()
    assert "HMO Basic" in biller.get("/plans/", {"q": "hmo"}).content.decode()


def test_contracts_of_one_plan_do_not_overlap(biller, payer, plan):
    data = {"payer": payer.pk, "plan": plan.pk, "name": "2026", "since": "2026-01-01", "until": "2026-12-31"}
    assert biller.post("/contracts/new/", data).status_code == 302
    again = biller.post("/contracts/new/", data | {"name": "again", "since": "2026-12-31", "until": ""})
    assert "2026 stands on some of these days" in again.content.decode()
    assert Contract.objects.count() == 1


def test_how_a_payer_is_reached_stands_on_the_coverage(biller, client, payer, by):
    row = make_coverage(client, payer, by)
    data = {
        "check_by": "phone",
        "phone": "(800) 555-0100",
        "hours": "8 to 5 Central",
        "filing_days": "180",
        "lock_version": "1",
    }
    assert biller.post(reverse("profile_edit", args=[payer.pk]), data).status_code == 302
    assert PayerProfile.objects.get().filing_days == 180
    page = biller.get(reverse("coverage", args=[row.pk])).content.decode()
    assert "(800) 555-0100" in page
    assert "within 180 days of the service" in page


@pytest.mark.parametrize("typed", ["XJW 777", "XJW777", "xjw777"])
def test_an_account_is_found_by_a_member_number(clerk, client, foreign, payer, by, typed):
    make_coverage(client, payer, by, member_number="XJW777")
    make_coverage(foreign.guarantor, payer, by, member_number="XJW777")
    page = clerk.get("/accounts/", {"q": typed}).content.decode()
    assert client.account.number in page and foreign.number not in page


def test_a_payers_page_leads_to_how_it_is_reached(biller, payer):
    page = biller.get(f"/payers/{payer.pk}/").content.decode()
    assert reverse("profile_edit", args=[payer.pk]) in page and reverse("plans") in page
