"""Coverage is verified by machine and by hand; what is known stays when a payer fails; the worklist says who is next."""

from datetime import date, timedelta

import pytest
from django.urls import reverse

from billing_office import schedule
from billing_office.audit.models import Act
from billing_office.lib import dates
from billing_office.outbox import queue
from billing_office.outbox.models import Job
from insurance import verification
from insurance.models import Benefit, Exchange, PayerProfile, Verification, VerificationRule, Visit
from tests.factories import make_account, make_coverage, make_plan

from .edi import member_says

pytestmark = pytest.mark.django_db
PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 20


@pytest.fixture(autouse=True)
def electronic(payer):
    payer.electronic_id = "60054"
    payer.save()
    PayerProfile.objects.create(payer=payer, check_by="electronic")


@pytest.fixture
def covered(account, payer, by):
    """insured("NOTFOUND1") gives Robert White that member number."""
    return make_coverage(account.guarantor, payer, by, since=date(2026, 1, 1))


def member(coverage, number):
    type(coverage).objects.filter(pk=coverage.pk).update(member_number=number)


def visit(coverage, by, days=1, cents=10_000, **more) -> Visit:
    on = dates.today() + timedelta(days=days)
    return Visit.objects.create(client=coverage.client, on=on, what="MRI of the knee", cents=cents, added_by=by, **more)


def press(browser, coverage):
    return browser.post(reverse("check", args=[coverage.pk]))


def work():
    """A worker takes the jobs of verification that are due."""
    for claim in queue.claim_due([verification.JOB]):
        schedule.work(claim)


def newest(coverage) -> Verification:
    return coverage.verifications.first()


def page(browser, coverage) -> str:
    return browser.get(reverse("coverage", args=[coverage.pk])).content.decode()


def told(coverage, by, *, ago=0, enrolment=True, benefits=True, state="verified_active", on=None) -> Verification:
    return Verification.objects.create(
        coverage=coverage, service_on=on or dates.today(), how="phone", state=state, reference="1", enrolment=enrolment,
        benefits=benefits, checked_on=dates.today() - timedelta(days=ago), made_by=by,
    )  # fmt: skip


def listed(browser, query="") -> str:
    return browser.get(reverse("verification") + query).content.decode()


# -- by machine ------------------------------------------------------------------------------------------------------------


def test_a_check_by_machine_brings_benefits_and_is_recorded(clerk, covered, sandbox):
    press(clerk, covered)
    assert "The payer is being asked" in page(clerk, covered)
    work()
    check = newest(covered)
    assert (check.state, check.enrolment, check.benefits, check.made_by) == ("verified_active", True, True, clerk.user)
    act = Act.objects.get(verb="coverage_checked")
    assert (act.actor, act.account_id, act.detail["exchange"]) == (
        clerk.user,
        covered.client.account_id,
        check.exchange_id,
    )
    shown = page(clerk, covered)
    assert "MRI or CT scan" in shown and "Own deductible" in shown and "Deductible does not apply" in shown


def test_two_presses_ask_once(clerk, covered, sandbox):
    press(clerk, covered)
    press(clerk, covered)
    assert Verification.objects.count() == Job.objects.filter(kind=verification.JOB).count() == 1


def test_the_answer_is_kept_as_received(clerk, covered, sandbox):
    press(clerk, covered)
    work()
    check = newest(covered)
    response = clerk.get(reverse("checked_answer", args=[check.pk]))
    assert response.content == bytes(check.exchange.answer.content)
    assert "attachment" in response["Content-Disposition"]


@pytest.mark.parametrize(
    ("number", "state", "sentence"),
    [
        ("INACTIVE1", "verified_inactive", "The plan ended on Dec 31, 2025, before the service."),
        ("NOTFOUND1", "not_found", "Check name, birth date and member number, or ask for the card."),
        ("BADBIRTH1", "needs_info", "Check the birth date on the card or with the client."),
        ("DOWN1", "payer_down", "Ask again later, or verify by phone or portal."),
        ("BUSY1", "payer_down", "The clearinghouse answered with error 503."),
        ("GARBAGE1", "payer_down", "The answer could not be read."),
        ("TA1", "needs_info", "Verify by phone or portal."),
        ("OTHER1", "verified_active", "Other coverage: SUMMIT MUTUAL."),
    ],
)
def test_what_a_payer_says_is_told_with_its_remedy(clerk, covered, sandbox, number, state, sentence):
    member(covered, number)
    press(clerk, covered)
    work()
    assert newest(covered).state == state
    assert sentence in page(clerk, covered)


def test_a_payer_that_fails_leaves_what_is_known(clerk, covered, sandbox):
    press(clerk, covered)
    work()
    member(covered, "DROP1")
    press(clerk, covered)
    work()
    assert newest(covered).state == "payer_down"
    assert "Own deductible" in page(clerk, covered)


def test_a_payer_that_failed_is_asked_again_with_the_same_bytes(clerk, covered, sandbox, settings):
    settings.CLEARINGHOUSE = "http://127.0.0.1:9/"
    press(clerk, covered)
    work()
    assert newest(covered).state == "payer_down"
    settings.CLEARINGHOUSE = sandbox
    Job.objects.update(not_before=dates.now())
    work()
    assert newest(covered).state == "verified_active"
    assert Exchange.objects.count() == 1
    assert Job.objects.get(kind=verification.JOB).state == "done"


def answered(folder, check, *says):
    """The payer's file for a check comes by folder, and is taken in."""
    answer = member_says("EB*1*IND*30", *says).replace(b"TRN*2*T-1*", f"TRN*2*{check.exchange.trace}-1*".encode())
    (folder / "in").mkdir(exist_ok=True)
    (folder / "in" / f"{check.pk}.271").write_bytes(answer.replace(b"R-1", f"{check.exchange.trace}-1".encode()))
    verification.exchanges.collect(settled=-1)


def test_an_answer_by_folder_is_waited_for(clerk, covered, folder):
    press(clerk, covered)
    work()
    check = newest(covered)
    assert (check.state, check.exchange.state) == ("waiting", "sent")
    answered(folder, check)
    Job.objects.update(not_before=dates.now())
    work()
    assert newest(covered).state == "verified_active"


def test_an_answer_that_cannot_be_kept_holds_up_no_other(clerk, covered, by, payer, office, folder):
    other = make_coverage(make_account(office, by, "Ann", "Low").guarantor, payer, by)
    for one in (covered, other):
        visit(one, by)
    clerk.post(reverse("check_many"), {"all": "1"})
    work()
    answered(folder, newest(covered), "MSG*CALL\x00US")
    answered(folder, newest(other))
    Job.objects.update(not_before=dates.now())
    work()
    assert (newest(covered).state, newest(other).state) == ("needs_info", "verified_active")


def test_without_a_clearinghouse_the_check_says_what_to_do(clerk, covered, settings):
    settings.CLEARINGHOUSE = ""
    press(clerk, covered)
    work()
    assert "verify by phone or portal" in page(clerk, covered)


def test_what_changed_since_last_time_is_shown(clerk, covered, by):
    before, now = told(covered, by, ago=40), told(covered, by)
    for check, cents in ((before, 25_00), (now, 40_00)):
        Benefit.objects.create(verification=check, code="B", service_types=["98"], cents=cents, in_network="Y")
    shown = page(clerk, covered)
    assert "What changed" in shown and "25.00" in shown.split("What changed")[-1]


# -- many at once ----------------------------------------------------------------------------------------------------------


def test_the_ticked_are_checked_and_the_page_tells_how_far_it_is(clerk, covered, by, payer, office, sandbox):
    other = make_coverage(make_account(office, by, "Ann", "Low").guarantor, payer, by, member_number="NOTFOUND2")
    for one in (covered, other):
        visit(one, by)
    response = clerk.post(reverse("check_many"), {"row": [covered.pk, other.pk]})
    assert "0 of 2 answered" in clerk.get(response.url).content.decode()
    work()
    shown = clerk.get(response.url, headers={"HX-Request": "true"}).content.decode()
    assert "2 of 2 answered" in shown and "hx-get" not in shown
    assert {newest(one).state for one in (covered, other)} == {"verified_active", "not_found"}


def test_what_is_verified_by_hand_is_left_to_people(clerk, covered, by):
    PayerProfile.objects.update(check_by="phone")
    visit(covered, by)
    response = clerk.post(reverse("check_many"), {"all": "1"}, follow=True)
    assert "None of these can be checked by machine" in response.content.decode()
    assert not Verification.objects.exists()


def test_another_offices_coverage_is_not_checked(clerk, foreign, payer, by):
    theirs = make_coverage(foreign.guarantor, payer, by)
    visit(theirs, by)
    clerk.post(reverse("check_many"), {"row": [theirs.pk]})
    assert not Verification.objects.exists()


# -- by hand -----------------------------------------------------------------------------------------------------------------


def reported(once, **more) -> dict:
    given = {
        "once": once, "how": "phone", "state": "verified_active", "reference": "88120", "service_on": dates.today(),
        "enrolment": "on", "benefits": "on", "deductible": "1,500.00", "deductible_left": "620.00", "percent": "20",
    }  # fmt: skip
    return given | more


def test_a_call_is_recorded_once_with_its_figures(clerk, covered, once):
    url = reverse("coverage_verify", args=[covered.pk])
    for _ in range(2):
        clerk.post(url, reported(once))
    check = Verification.objects.get()
    assert (check.how, check.reference, check.enrolment, check.benefits) == ("phone", "88120", True, True)
    (deductible,) = verification.known(covered, dates.today()).accumulators
    assert (deductible.whole, deductible.left, deductible.met) == (1_500_00, 620_00, 880_00)
    assert Act.objects.filter(verb="coverage_verified", actor=clerk.user).count() == 1


def test_evidence_is_shown_as_it_came(clerk, covered, once, tmp_path):
    file = tmp_path / "portal.png"
    file.write_bytes(PNG)
    with file.open("rb") as evidence:
        clerk.post(reverse("coverage_verify", args=[covered.pk]), reported(once, evidence=evidence))
    response = clerk.get(reverse("checked_evidence", args=[newest(covered).pk]))
    assert (response.content, response["Content-Type"]) == (PNG, "image/png")


@pytest.mark.parametrize(
    "wrong",
    [{"reference": ""}, {"state": "not_found"}, {"deductible_left": "1,600.00"}, {"enrolment": "", "benefits": ""}],
)
def test_a_report_that_contradicts_itself_is_refused(clerk, covered, once, wrong):
    response = clerk.post(reverse("coverage_verify", args=[covered.pk]), reported(once, **wrong))
    assert response.status_code == 422
    assert not Verification.objects.exists()


# -- the worklist ------------------------------------------------------------------------------------------------------------


def test_who_was_never_verified_is_listed_with_what_is_at_stake(clerk, covered, by):
    visit(covered, by)
    shown = listed(clerk)
    assert "Robert White" in shown and "Never verified" in shown and "100.00" in shown


@pytest.mark.parametrize(
    ("known", "days", "cents", "why"),
    [
        ({}, 1, 10_000, ""),
        ({"ago": 31}, 1, 10_000, "Enrolment verified 31 days ago"),
        ({"ago": 31, "enrolment": False, "benefits": True}, 1, 10_000, "Enrolment never verified"),
        ({"benefits": False}, 1, 10_000, "Benefits never verified"),
        ({"on": date(2025, 12, 30)}, 1, 10_000, "A new benefit year begins before the visit"),
        ({"ago": 4}, 1, 50_000, "500.00 is at stake, verified 4 days ago"),
        ({"state": "verified_inactive"}, 1, 10_000, "The plan is not in force"),
    ],
)
def test_why_a_coverage_is_to_be_verified(clerk, covered, by, known, days, cents, why):
    visit(covered, by, days, cents)
    told(covered, by, **known)
    shown = listed(clerk)
    assert (why in shown) if why else "All verified" in shown


@pytest.mark.parametrize("days", [4, -8])
def test_visits_far_off_are_not_listed(clerk, covered, by, days):
    visit(covered, by, days)
    assert "All verified" in listed(clerk)


def test_benefits_told_for_one_member_hold_for_the_plan_and_group(clerk, covered, by, payer, office):
    other = make_coverage(make_account(office, by, "Ann", "Low").guarantor, payer, by)
    told(other, by)
    told(covered, by, benefits=False)
    visit(covered, by)
    assert "All verified" in listed(clerk)


def test_a_cancelled_visit_and_a_plan_left_out_are_not_listed(clerk, covered, by, payer):
    visit(covered, by, cancelled=True)
    assert "All verified" in listed(clerk)
    Visit.objects.update(cancelled=False)
    make_plan(payer)
    type(covered.plan).objects.update(verified=False)
    assert "All verified" in listed(clerk)


def test_mine_are_those_assigned_to_me(clerk, covered, by):
    visit(covered, by)
    assert "Robert White" not in listed(clerk, "?show=mine")
    clerk.post(
        reverse("coverage_assign", args=[covered.pk]),
        {"assigned_to": clerk.user.pk, "note": "calls back", "lock_version": "1"},
    )
    assert "Robert White" in listed(clerk, "?show=mine")
    assert "calls back" in page(clerk, covered)


def test_the_list_is_exported_and_asks_little(clerk, covered, by, django_assert_max_num_queries):
    visit(covered, by)
    assert b"Never verified" in b"".join(clerk.get(reverse("verification") + "?as=csv"))
    with django_assert_max_num_queries(6):
        listed(clerk)


def test_a_visit_is_planned_once(clerk, covered, once):
    url = reverse("visit_new", args=[covered.client_id])
    for _ in range(2):
        clerk.post(url, {"once": once, "on": dates.today(), "what": "MRI", "cents": "615.00"})
    assert Visit.objects.get().cents == 61_500


def test_the_rule_is_edited_by_supervisors(signed_in, clerk):
    given = {
        "visit_days": 5,
        "past_days": 7,
        "enrolment_days": 20,
        "benefit_days": 60,
        "large_cents": "800.00",
        "lock_version": "1",
    }
    assert clerk.post(reverse("verification_rule"), given).status_code == 403
    signed_in("supervisor").post(reverse("verification_rule"), given)
    rule = VerificationRule.objects.get()
    assert (rule.visit_days, rule.large_cents) == (5, 80_000)
