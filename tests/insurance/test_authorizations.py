"""Prior authorization: asked for by hand, units counted from charges, rules by date, told while charging."""

import uuid
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.urls import reverse

from accounts import ledger
from accounts.models import JournalEntry
from billing_office.audit.models import Act
from billing_office.lib import dates
from insurance import authorizations
from insurance.models import Authorization, AuthorizationRule
from tests.factories import make_authorization, make_charge, make_coverage, make_payer

from .test_estimates import row, tell

pytestmark = pytest.mark.django_db
TODAY = dates.today


@pytest.fixture
def covered(account, payer, by):
    return make_coverage(account.guarantor, payer, by)


def charge(account, by, code="97110", units="1", days_ago=1):
    return make_charge(account, by, code=code, units=Decimal(units), days_ago=days_ago, client=account.guarantor)


def rule(**more) -> AuthorizationRule:
    given = {"first": "97110", "since": date(2026, 1, 1), "source": "Provider manual, section 4"}
    return AuthorizationRule.objects.create(**given | more)


def used(row) -> list:
    return [one.used for one in authorizations.left([row])[row.pk]]


# -- units ---------------------------------------------------------------------------------------------------------------


def test_units_are_counted_from_charges_within_days_and_codes(account, covered, by):
    row = make_authorization(covered, by, "97110", ("97140", "97150"), units=12)
    charge(account, by, units="3")
    charge(account, by, "97.145", units="2")
    charge(account, by, "97151")
    charge(account, by, days_ago=11)
    assert used(row) == [3, 2]


def test_a_voided_charge_gives_its_units_back(account, covered, by):
    row = make_authorization(covered, by, "97110")
    made = charge(account, by, units="4")
    assert used(row) == [4]
    ledger.reverse(
        JournalEntry.objects.get(postings__charge=made, kind="charge", postings__book="revenue"),
        on=TODAY(),
        by=by,
        memo="x",
    )
    assert used(row) == [0]


def test_another_clients_charges_use_nothing(account, covered, by, foreign):
    row = make_authorization(covered, by, "97110")
    charge(foreign, by)
    assert used(row) == [0]


# -- is it needed --------------------------------------------------------------------------------------------------------


def test_nobody_has_said_is_another_answer_than_no(account, covered, by):
    assert authorizations.ask(account.guarantor, "97110", TODAY()).needed is None
    rule(needed=False)
    assert authorizations.ask(account.guarantor, "97110", TODAY()).needed is False


def test_the_narrowest_rule_wins(account, covered):
    wide = rule(first="97000", last="97999")
    one = rule(needed=False)
    payers = rule(first="97000", last="97999", payer=covered.plan.payer)
    plans = rule(first="97000", last="97999", plan=covered.plan, needed=False)
    here = rule(plan=covered.plan, first="97000", last="97999", place="11")
    ask = lambda place="": authorizations.rule_for(covered, "97110", TODAY(), place)  # noqa: E731
    assert ask("11") == here
    for best, gone in [(plans, here), (payers, plans), (one, payers), (wide, one)]:
        gone.delete()
        assert ask() == best


@pytest.mark.parametrize(("days", "there"), [(-1, False), (0, True), (9, True), (10, False)])
def test_a_rule_holds_on_its_days(account, covered, days, there):
    made = rule(since=date(2026, 2, 1), until=date(2026, 2, 10))
    found = authorizations.rule_for(covered, "97110", date(2026, 2, 1) + timedelta(days))
    assert (found == made) is there


def test_a_rule_of_another_payer_says_nothing(covered, by):
    rule(payer=make_payer(by, "Other Payer"))
    assert authorizations.rule_for(covered, "97110", TODAY()) is None


@pytest.mark.parametrize(("units", "needed"), [("20", False), ("21", True)])
def test_needed_above_so_many_units(account, covered, units, needed):
    rule(above_units=20)
    assert authorizations.ask(account.guarantor, "97110", TODAY(), units=Decimal(units)).needed is needed


def test_without_leave_it_is_missing_and_with_it_not(account, covered, by):
    rule()
    assert authorizations.ask(account.guarantor, "97110", TODAY()).missing
    row = make_authorization(covered, by, "97110", units=2)
    answer = authorizations.ask(account.guarantor, "97110", TODAY(), units=Decimal(2))
    assert (answer.authorization, answer.missing, answer.short) == (row, False, False)
    assert authorizations.ask(account.guarantor, "97110", TODAY(), units=Decimal(3)).short


@pytest.mark.parametrize("gone", [{"state": "denied"}, {"days": (-20, -1)}, {"days": (1, 20)}])
def test_what_is_not_granted_for_the_day_is_no_leave(account, covered, by, gone):
    rule()
    make_authorization(covered, by, "97110", **gone)
    assert authorizations.ask(account.guarantor, "97110", TODAY()).missing


# -- while charging ------------------------------------------------------------------------------------------------------


def hints(browser, account, **asked) -> str:
    return browser.get(reverse("charge_hints", args=[account.pk]), {"code": "97110"} | asked).content.decode()


def test_the_clerk_is_warned_while_charging(biller, account, covered, by):
    assert "No rule says" in hints(biller, account)
    rule()
    assert "wants to be asked first" in hints(biller, account)
    make_authorization(covered, by, "97110", units=2)
    assert "covers it, 2 of 2 units left" in hints(biller, account)
    charge(account, by)
    assert "has 1 of 2 units left" in hints(biller, account, units="2")


@pytest.mark.parametrize(
    "asked",
    [
        {"service_on": "0001-01-01"}, {"service_on": "9999-99-99"}, {"units": "NaN"}, {"units": "-1"}, {"client": "x"},
        {"code": "'%\x00"},
    ],
)  # fmt: skip
def test_nonsense_breaks_no_hint(biller, account, covered, asked):
    assert biller.get(reverse("charge_hints", args=[account.pk]), asked).status_code == 200


# -- by hand -------------------------------------------------------------------------------------------------------------


def form(**more) -> dict:
    given = {
        "state": "approved",
        "number": "A-77",
        "valid_from": "2026-11-01",
        "valid_to": "2026-12-31",
        "codes": "97110 12\n97140–97150 x 8",
    }
    return given | {"once": uuid.uuid4()} | more


def test_it_is_recorded_once_with_its_lines(clerk, covered):
    data = form()
    for _ in range(2):
        clerk.post(reverse("authorization_new", args=[covered.pk]), data)
    row = Authorization.objects.get()
    assert [(line.first, line.last, line.units) for line in row.lines.all()] == [
        ("97110", "", 12),
        ("97140", "97150", 8),
    ]
    assert Act.objects.get(verb="authorization_added").account_id == covered.client.account_id


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"number": ""}, "The payer gave a number."),
        ({"valid_to": ""}, "Until which day?"),
        ({"valid_to": "2026-10-01"}, "The last day is before the first."),
        ({"codes": ""}, "Fill this in."),
        ({"codes": "97110"}, "Line 1: write a code and its units"),
        ({"codes": "97110 12\n97150-97110 1"}, "Line 2: the span runs backwards."),
        ({"codes": "97110 0"}, "the units are more than 0"),
        ({"codes": "97110 1e9"}, "Line 1: write a code"),
        ({"codes": "97110 ٣"}, "Line 1: write a code"),
        ({"state": "maybe"}, "Select a valid choice"),
    ],
)
def test_what_cannot_be_is_said_at_its_field(clerk, covered, change, told):
    answer = clerk.post(reverse("authorization_new", args=[covered.pk]), form(**change))
    assert answer.status_code == 422
    assert told in answer.content.decode()
    assert Authorization.objects.count() == 0


def test_the_answer_is_entered_and_an_old_form_overwrites_nothing(clerk, covered, by):
    row = make_authorization(covered, by, "97110", state="requested", number="")
    data = form(number="A-88", lock_version=row.lock_version, codes="97110 6")
    assert clerk.post(reverse("authorization_edit", args=[row.pk]), data).status_code == 302
    assert clerk.post(reverse("authorization_edit", args=[row.pk]), data | {"number": "A-99"}).status_code == 409
    row.refresh_from_db()
    assert (row.number, [line.units for line in row.lines.all()]) == ("A-88", [6])


# -- the worklist --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("more", "used_units", "word"),
    [
        ({"state": "requested", "number": ""}, 0, "Requested"),
        ({"days": (-10, 20)}, 0, "Ends in 20 days"),
        ({"units": 5}, 4, "Nearly used up"),
        ({"units": 4}, 4, "Used up"),
    ],
)
def test_the_worklist_holds_what_wants_doing(clerk, account, covered, by, more, used_units, word):
    make_authorization(covered, by, "97110", **more)
    if used_units:
        charge(account, by, units=str(used_units))
    assert word in clerk.get("/authorizations/").content.decode()


@pytest.mark.parametrize("more", [{}, {"state": "denied"}, {"days": (-50, -1)}])
def test_what_runs_well_or_is_over_is_left_out(clerk, covered, by, more):
    row = make_authorization(covered, by, **more)
    assert list(clerk.get("/authorizations/").context["table"].rows) == []
    assert list(clerk.get("/authorizations/", {"show": "all"}).context["table"].rows) == [row]


def test_another_offices_are_not_there(clerk, foreign, payer, by):
    row = make_authorization(make_coverage(foreign.guarantor, payer, by), by, state="requested", number="")
    assert list(clerk.get("/authorizations/").context["table"].rows) == []
    assert clerk.get(reverse("authorization", args=[row.pk])).status_code == 404


# -- what the payer told with its benefits -------------------------------------------------------------------------------


def test_the_payers_answer_says_that_leave_is_needed_where_no_rule_does(account, covered, by):
    tell(covered, by, row("F", types=["PT"], authorization="Y"), row("A", percent="0.2", authorization="N"), on=TODAY())
    found = authorizations.ask(account.guarantor, "97110", TODAY())
    assert found.missing and "authorization is needed for physical therapy" in found.source
    assert authorizations.ask(account.guarantor, "29827", TODAY()).needed is False
    rule(needed=False)
    assert authorizations.ask(account.guarantor, "97110", TODAY()).needed is False


def test_what_holds_out_of_network_says_nothing_of_in_network(account, covered, by):
    tell(covered, by, row("A", types=["PT"], authorization="Y", network="N"), on=TODAY())
    assert authorizations.ask(account.guarantor, "97110", TODAY()).needed is None


def test_one_press_makes_the_request_and_a_second_finds_it(clerk, account, covered, by):
    tell(covered, by, row("F", types=["PT"], authorization="Y"), on=TODAY())
    for _ in range(2):
        given = {"code": "97110", "units": "4", "service_on": str(TODAY())}
        answer = clerk.post(reverse("authorization_ask", args=[covered.pk]), given, follow=True)
    made = Authorization.objects.get()
    assert (made.state, made.lines.get().first, made.lines.get().units) == ("needed", "97110", 4)
    assert "authorization is needed for physical therapy" in answer.content.decode()
    assert authorizations.ask(account.guarantor, "97110", TODAY()).asked == made
    assert Act.objects.filter(verb="authorization_added").count() == 1
