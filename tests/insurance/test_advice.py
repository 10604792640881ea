"""Cheaper ways with the money they save, duties by case, and advice kept as it was told."""

import uuid
from datetime import date
from decimal import Decimal

import pytest
from django.db import DatabaseError, transaction
from django.urls import reverse

from accounts.models import Message, MoneyRule, Payer
from billing_office.audit.models import Act
from billing_office.lib import dates
from insurance.advice import giving
from insurance.advice.giving import Acknowledged
from insurance.advice.ways import ways
from insurance.estimates import drafting
from insurance.estimates.drafting import Refused
from insurance.models import Advice, AuthorizationRule, CheaperWay, Contract, Duty
from tests.factories import make_fee, make_payer

from .advised import draft, make_advised, way

pytestmark = pytest.mark.django_db


@pytest.fixture
def covered(account, payer, by):
    return make_advised(account, payer, by)


def saved(estimate) -> dict:
    return {one.label: (one.cents, one.saves) for one in ways(estimate, dates.today())}


# -- cheaper ways --------------------------------------------------------------------------------------------------------


def test_another_setting_is_worked_out_like_the_estimate(account, covered, by):
    way(condition="if your physician agrees")
    made = draft(account, by)
    assert saved(made) == {"Service 29827: at the surgery center": (208_00, 16_00)}
    assert ways(made, dates.today())[0].note == "If your physician agrees."


def test_what_it_needs_leave_for_is_said(account, covered, by):
    way(kind="code", to_code="29826", to_modifier="", words="by debridement alone")
    AuthorizationRule.objects.create(first="29826", since=date(2026, 1, 1), source="x")
    assert "Authorization is needed for 29826 too." in ways(draft(account, by), dates.today())[0].note


@pytest.mark.parametrize(
    "more",
    [
        {"until": date(2026, 1, 31)},
        {"code": "99213"},
        {"to_code": "77777", "to_modifier": ""},  # without a price with us
        {"to_modifier": "XX"},  # no cheaper
    ],
)
def test_what_cannot_be_chosen_or_saves_nothing_is_not_offered(account, covered, by, more):
    way(**more)
    assert saved(draft(account, by)) == {}


def test_a_way_of_another_payer_is_not_offered(account, covered, by):
    way(payer=make_payer(by, "Other Payer"))
    assert saved(draft(account, by)) == {}


def test_in_network_is_offered_where_we_are_in_it(account, covered, by):
    made = draft(account, by, in_network=False)
    label = "With a provider in the plan’s network"
    assert saved(made) == {label: (224_00, 26_00)}
    Contract.objects.update(until=date(2026, 1, 31))
    assert label not in saved(made)


def test_prompt_pay_where_it_is_in_use_and_no_public_program_pays(account, covered, by):
    made = draft(account, by)
    assert saved(made) == {}
    MoneyRule.objects.filter(kind="prompt_pay").update(active=True, percent=Decimal(5), days=15)
    assert saved(made) == {"Pay within 15 days of the invoice, 5 % off": (212_80, 11_20)}
    Payer.objects.filter(pk=covered.plan.payer_id).update(payer_class="government")
    assert saved(made) == {}


def test_help_with_paying_is_told_in_the_offices_own_words(account, covered, by):
    account.office.help_text = "Ask us for our assistance form."
    account.office.save()
    assert [(one.cents, one.note) for one in ways(draft(account, by), dates.today())] == [
        (None, "Ask us for our assistance form.")
    ]


# -- duties --------------------------------------------------------------------------------------------------------------


def told(estimate) -> str:
    return " ".join(one.words for one in giving.standing(estimate, dates.today()).duties)


def test_duties_follow_the_case(account, covered, by):
    assert "Bring your insurance card" in told(draft(account, by)) and "network" not in told(draft(account, by))
    assert "You may choose a provider within it" in told(draft(account, by, in_network=False))
    AuthorizationRule.objects.create(first="29827", since=date(2026, 1, 1), source="x")
    assert "Wait until we tell you" in told(draft(account, by))


def test_without_insurance_the_duties_are_others(account, by):
    make_fee("29827", 500_00)
    said = told(draft(account, by))
    assert "You may dispute a bill" in said and "insurance card" not in said


def test_a_payers_own_duty_and_one_that_ended(account, covered, by):
    Duty.objects.create(
        words="Call the nurse line first.", payer=covered.plan.payer, since=date(2026, 1, 1), source="x"
    )
    Duty.objects.create(words="Of another.", payer=make_payer(by, "Other Payer"), since=date(2026, 1, 1), source="x")
    Duty.objects.create(words="Of the past.", since=date(2026, 1, 1), until=date(2026, 1, 31), source="x")
    said = told(draft(account, by))
    assert "Call the nurse line first." in said and "Of another." not in said and "Of the past." not in said


# -- kept ----------------------------------------------------------------------------------------------------------------


def given(account, by):
    made = draft(account, by)
    return drafting.give(made, shown=made.client_cents, by=by)


def acknowledged(estimate, by, send="", **more) -> Advice:
    first = giving.standing(estimate, dates.today()).duties[0]
    said = Acknowledged("Robert White", "client", "phone", {first.pk}, send)
    return giving.acknowledge(estimate, said, form=more.pop("form", None) or uuid.uuid4(), by=by)


def test_advice_is_kept_with_what_was_told_and_not_told(account, covered, by):
    way()
    advice = acknowledged(given(account, by), by)
    assert [one["told"] for one in advice.told][:2] == [True, False]
    assert advice.kept["ways"][0]["saves"] == 16_00
    assert advice.number == "ELM-ADV-000001"
    assert Act.objects.get(verb="advice_given").detail["estimate"] == advice.estimate.full_number


def test_its_paper_says_what_is_asked_and_by_whom_it_was_acknowledged(account, covered, by):
    way()
    words = acknowledged(given(account, by), by).document.context
    points = {one["title"]: " ".join(one["points"]) for one in words["sections"]}
    assert points["What you are asked to do"] == "Bring your insurance card and a photo ID."
    assert "you would pay $208.00, $16.00 less" in points["Ways to pay less"]
    assert "by Robert White (the client)" in points["Told and acknowledged"]
    assert words["ask"]["amount"] == "$224.00"


@pytest.mark.parametrize(("send", "channels"), [("", []), ("print", ["print"]), ("email", ["email"])])
def test_it_is_sent_only_if_wished(account, covered, by, send, channels):
    advice = acknowledged(given(account, by), by, send)
    assert [one.channel for one in Message.objects.filter(document=advice.document)] == channels


def test_a_second_press_keeps_one(account, covered, by):
    row, form = given(account, by), uuid.uuid4()
    assert acknowledged(row, by, form=form) == acknowledged(row, by, form=form)


def test_a_draft_cannot_be_acknowledged(account, covered, by):
    with pytest.raises(Refused):
        acknowledged(draft(account, by), by)


@pytest.mark.parametrize("verb", ["update", "delete"])
def test_what_was_told_stays(account, covered, by, verb):
    acknowledged(given(account, by), by)
    with pytest.raises(DatabaseError), transaction.atomic():
        Advice.objects.update(told_to="Somebody else") if verb == "update" else Advice.objects.all()._raw_delete(
            "default"
        )


# -- the office's data ---------------------------------------------------------------------------------------------------


def test_cheaper_ways_and_duties_are_edited_with_their_source(signed_in):
    supervisor = signed_in("supervisor")
    rule = {"kind": "generic", "code": "j1030", "to_code": "J1020", "words": "As a generic", "since": "2026-01-01"}
    assert supervisor.post(reverse("cheaper_way_new"), rule).status_code == 422
    supervisor.post(reverse("cheaper_way_new"), rule | {"source": "Formulary 2026"})
    assert CheaperWay.objects.get().code == "J1030"
    assert supervisor.post(reverse("cheaper_way_new"), rule | {"to_code": "J1030", "source": "x"}).status_code == 422
    duty = {
        "words": "Come fasting.",
        "applies": "always",
        "place": "5",
        "since": "2026-01-01",
        "source": "House policy",
    }
    supervisor.post(reverse("duty_new"), duty)
    assert Duty.objects.filter(words="Come fasting.").exists()
