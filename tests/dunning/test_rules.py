"""May we? Each clock at one minute before, at, and one after; each stop; and that a stop never makes anything possible."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dunning import zones
from dunning.reference import RULES
from dunning.rules import CONTACT, SERVICE, Action, Address, Facts, Pause, Rule, may

POLICY = tuple(Rule(row[0], 1, "block", row[1], row[2], row[5], row[4]) for row in RULES)
GOOD = Facts(Address("email", usable=True, consented=True), zones=("America/Chicago",), zone_basis="test")
NOON = datetime(2026, 11, 24, 18, 0, tzinfo=UTC)  # 12:00 in Chicago

ZONES = [
    "America/New_York",
    "America/Chicago",
    "America/Denver",
    "America/Phoenix",
    "America/Los_Angeles",
    "Pacific/Honolulu",
]


def at(zone, text, day="2026-11-24"):
    return datetime.fromisoformat(f"{day}T{text}").replace(tzinfo=ZoneInfo(zone))


def refused_by(verdict):
    return {reason.rule.id for reason in verdict.reasons}


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize(
    "clock, allowed", [("07:59:59", False), ("08:00:00", True), ("21:00:59", True), ("21:01:00", False)]
)
def test_hours_at_the_clients_place(zone, clock, allowed):
    facts = replace(GOOD, zones=(zone,))
    assert may(Action.REMINDER, facts, at(zone, clock), POLICY).allow is allowed


@pytest.mark.parametrize("day", ["2026-03-08", "2026-11-01"])  # the days on which the clocks change
@pytest.mark.parametrize("clock, allowed", [("07:59", False), ("08:00", True), ("21:00", True), ("21:01", False)])
def test_hours_on_the_days_the_clocks_change(day, clock, allowed):
    assert may(Action.REMINDER, GOOD, at("America/Chicago", clock, day), POLICY).allow is allowed


def test_an_early_reminder_waits_for_eight_there():
    verdict = may(Action.REMINDER, GOOD, at("America/Chicago", "05:00"), POLICY)
    assert verdict.earliest == at("America/Chicago", "08:00")


def test_a_late_reminder_waits_for_the_next_morning():
    verdict = may(Action.REMINDER, GOOD, at("America/Chicago", "21:05"), POLICY)
    assert verdict.earliest == at("America/Chicago", "08:00", "2026-11-25")


def test_a_client_of_two_possible_zones_gets_the_hours_that_both_allow():
    both = replace(GOOD, zones=("America/New_York", "Pacific/Honolulu"))
    assert not may(Action.REMINDER, both, at("America/New_York", "09:00"), POLICY).allow  # 4:00 in Honolulu
    assert may(Action.REMINDER, both, at("America/New_York", "13:00"), POLICY).allow  # 8:00 in Honolulu
    verdict = may(Action.REMINDER, both, at("America/New_York", "22:00"), POLICY)
    assert verdict.earliest == at("America/New_York", "13:00", "2026-11-25")


def test_an_unknown_place_refuses_until_a_person_finds_it():
    verdict = may(Action.REMINDER, replace(GOOD, zones=()), NOON, POLICY)
    assert (verdict.allow, verdict.earliest, refused_by(verdict)) == (False, None, {"HOURS"})


@pytest.mark.parametrize("action", sorted(SERVICE))
def test_service_mail_leaves_at_any_hour(action):
    assert may(action, replace(GOOD, zones=()), at("America/Chicago", "03:00"), POLICY).allow


@pytest.mark.parametrize("action", sorted(SERVICE | CONTACT))
@pytest.mark.parametrize(
    "flag, rule",
    [
        ("bankruptcy", "BANKRUPTCY"),
        ("attorney", "ATTORNEY"),
        ("cease", "CEASE"),
        ("do_not_contact", "CEASE"),
        ("deceased", "DECEASED"),
    ],
)
def test_a_stop_stops_everything(action, flag, rule):
    verdict = may(action, replace(GOOD, flags=frozenset({flag})), NOON, POLICY)
    assert refused_by(verdict) == {rule}
    assert verdict.earliest is None


def test_the_dead_get_no_mail():
    assert refused_by(may(Action.INVOICE, replace(GOOD, deceased=True), NOON, POLICY)) == {"DECEASED"}


@pytest.mark.parametrize(
    "address, rule",
    [
        (Address("email", usable=False, consented=True), "ADDRESS"),
        (Address("email", usable=True, consented=False), "EMAIL-CONSENT"),
        (Address("email", usable=True, consented=True, opted_out=True), "OPT-OUT"),
        (Address("print", usable=False), "ADDRESS"),
    ],
)
def test_the_address_must_be_good_consented_and_not_opted_out(address, rule):
    assert refused_by(may(Action.INVOICE, replace(GOOD, address=address), NOON, POLICY)) == {rule}


def test_paper_needs_no_consent_to_e_mail():
    assert may(Action.INVOICE, replace(GOOD, address=Address("print", usable=True)), NOON, POLICY).allow


def test_a_pause_holds_reminders_to_its_last_day_and_not_invoices():
    paused = replace(GOOD, pauses=(Pause("pause", date(2026, 11, 24)),))
    verdict = may(Action.REMINDER, paused, NOON, POLICY)
    assert refused_by(verdict) == {"PAUSE"}
    assert verdict.earliest.astimezone(ZoneInfo("America/Chicago")).date() == date(2026, 11, 25)
    assert may(Action.INVOICE, paused, NOON, POLICY).allow


def test_a_hold_without_an_end_needs_a_person():
    assert may(Action.REMINDER, replace(GOOD, pauses=(Pause("dispute", None),)), NOON, POLICY).earliest is None


def test_every_reason_is_named_not_only_the_first():
    bad = replace(GOOD, flags=frozenset({"bankruptcy", "cease"}), deceased=True)
    assert refused_by(may(Action.REMINDER, bad, NOON, POLICY)) == {"BANKRUPTCY", "CEASE", "DECEASED"}


def test_no_policy_refuses():
    assert not may(Action.INVOICE, GOOD, NOON, ()).allow


def test_a_rule_that_nobody_can_judge_refuses():
    assert refused_by(may(Action.INVOICE, GOOD, NOON, (*POLICY, Rule("NEW-LAW", 1, "block", "?", "?", "?")))) == {
        "NEW-LAW"
    }


@pytest.mark.parametrize("rule", [rule.id for rule in POLICY])
def test_each_rule_is_what_refuses(rule):
    """The negative control: with one rule switched off, what it alone refuses is allowed."""
    only = {
        "ADDRESS": replace(GOOD, address=Address("email", usable=False, consented=True)),
        "EMAIL-CONSENT": replace(GOOD, address=Address("email", usable=True)),
        "OPT-OUT": replace(GOOD, address=Address("email", usable=True, consented=True, opted_out=True)),
        "DECEASED": replace(GOOD, deceased=True),
        "ATTORNEY": replace(GOOD, flags=frozenset({"attorney"})),
        "BANKRUPTCY": replace(GOOD, flags=frozenset({"bankruptcy"})),
        "CEASE": replace(GOOD, flags=frozenset({"cease"})),
        "PAUSE": replace(GOOD, pauses=(Pause("pause", date(2026, 12, 1)),)),
        "HOURS": replace(GOOD, zones=()),
        "CALL-7IN7": replace(GOOD, calls=(NOON,) * 7),
        "CALL-AFTER-TALK": replace(GOOD, talks=(NOON,)),
    }[rule]
    action = Action.CALL if rule.startswith("CALL") else Action.REMINDER
    assert not may(action, only, NOON, POLICY).allow
    assert may(action, only, NOON, tuple(r for r in POLICY if r.id != rule)).allow


@pytest.mark.parametrize("calls, allowed", [(6, True), (7, False)])
def test_the_eighth_call_in_seven_days_waits_until_the_first_is_a_week_old(calls, allowed):
    facts = replace(GOOD, calls=tuple(NOON - timedelta(days=n % 6) for n in range(calls)))
    verdict = may(Action.CALL, facts, NOON, POLICY)
    assert verdict.allow is allowed
    if not allowed:
        assert verdict.earliest == at("America/Chicago", "08:00", "2026-11-26")


def test_calls_keep_no_reminder_back():
    assert may(Action.REMINDER, replace(GOOD, calls=(NOON,) * 9, talks=(NOON,)), NOON, POLICY).allow


def test_an_organisation_has_no_frequency():
    assert may(Action.CALL, replace(GOOD, calls=(NOON,) * 9, organisation=True), NOON, POLICY).allow


FLAGS = ["bankruptcy", "attorney", "cease", "do_not_contact", "deceased", "returned_mail"]
FACTS = st.builds(
    Facts,
    address=st.builds(
        Address, st.sampled_from(["email", "print", "phone"]), st.booleans(), st.booleans(), st.booleans()
    ),
    flags=st.frozensets(st.sampled_from(FLAGS)),
    deceased=st.booleans(),
    pauses=st.lists(
        st.builds(Pause, st.just("pause"), st.none() | st.dates(date(2026, 1, 1), date(2027, 12, 31))), max_size=2
    ).map(tuple),
    zones=st.lists(st.sampled_from(ZONES), max_size=3, unique=True).map(tuple),
    organisation=st.booleans(),
)
MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001  the zone is given beside


@given(FACTS, MOMENTS, st.sampled_from(sorted(SERVICE | CONTACT)), st.sampled_from(FLAGS))
def test_adding_a_stop_never_allows_more(facts, now, action, flag):
    before = may(action, facts, now, POLICY)
    after = may(action, replace(facts, flags=facts.flags | {flag}), now, POLICY)
    assert not (after.allow and not before.allow)


@given(FACTS, MOMENTS, st.sampled_from(sorted(SERVICE | CONTACT)))
def test_earliest_is_allowed_and_lies_ahead(facts, now, action):
    verdict = may(action, facts, now, POLICY)
    if verdict.earliest:
        assert verdict.earliest > now - timedelta(minutes=1)
        assert may(action, facts, verdict.earliest, POLICY).allow


@pytest.mark.parametrize(
    "region, expected",
    [
        ("IL", ("America/Chicago",)),
        ("texas", ("America/Chicago", "America/Denver")),
        ("Arizona", ("America/Phoenix", "America/Denver")),
        ("", ()),
    ],
)
def test_a_state_gives_all_its_zones(region, expected):
    assert zones.of_state(region) == expected


def test_every_state_is_known_by_code_and_name():
    assert len(zones.STATES) >= 51
    assert all(code in zones.STATES for code in zones.NAMES.values())
