"""What a client will owe for planned services: from what a payer told to figures that add up, drafted, given, frozen."""

import doctest
import uuid
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import DatabaseError, transaction
from hypothesis import given
from hypothesis import strategies as st

from accounts import ledger
from billing_office.audit.models import Act
from billing_office.lib import dates
from insurance.estimates import drafting, kinds
from insurance.estimates.comparing import compare
from insurance.estimates.drafting import Changed, Refused, Settled, Wanted
from insurance.estimates.working_out import Asked, work_out
from insurance.models import Benefit, Contract, Estimate, Verification
from tests.factories import make_charge, make_coverage, make_fee, make_payer, make_plan

from .test_shares import CENTS, GIVEN, LEFT, TERMS

pytestmark = pytest.mark.django_db
ON = date(2026, 12, 3)
YEAR, LEFT_OF_IT = "23", "29"


def row(
    code, cents=None, *, types=("30",), level="IND", period="", percent="", network="Y", says=(), **more
) -> Benefit:
    return Benefit(
        code=code, cents=cents, service_types=list(types), level=level, period=period, percent=percent, in_network=network,
        messages=list(says), **more,
    )  # fmt: skip


DEDUCTIBLE = [row("C", 100_000, period=YEAR), row("C", 20_000, period=LEFT_OF_IT)]
TWENTY = row("A", percent="0.2", says=["AFTER DEDUCTIBLE"])


def tell(coverage, by, *rows, on=ON, days_ago=1, state="verified_active") -> Verification:
    """What the payer told of the coverage, by phone."""
    check = Verification.objects.create(
        coverage=coverage, service_on=on, how="phone", reference="7741", state=state, made_by=by, enrolment=True,
        benefits=bool(rows), checked_on=dates.today() - timedelta(days_ago),
    )  # fmt: skip
    for one in rows:
        one.pk, one.verification = None, check
        one._state.adding = True
    Benefit.objects.bulk_create(rows)
    return check


@pytest.fixture
def covered(account, payer, by):
    return make_coverage(account.guarantor, payer, by)


@pytest.fixture
def agreed(covered, payer):
    """Billed 500.00, allowed 320.00 for 29827."""
    contract = Contract.objects.create(payer=payer, name="2026", since=date(2026, 1, 1))
    make_fee("29827", 50_000)
    make_fee("29827", 32_000, contract=contract)
    return contract


def draft(account, by, *wanted, on=ON, **more) -> Estimate:
    wanted = [one if isinstance(one, Wanted) else Wanted(one) for one in wanted or ["29827"]]
    return drafting.draft(account.guarantor, on, wanted, by=by, form=uuid.uuid4(), **more)


def figures(estimate, rank=1, at=0) -> dict:
    return {one.name: one.cents for one in list(estimate.lines.all())[at].figures.filter(rank=rank)}


def gaps(estimate) -> list:
    return estimate.facts[0]["gaps"] + estimate.lines.first().said


# -- the figures ---------------------------------------------------------------------------------------------------------


def test_what_was_verified_and_agreed_makes_the_clients_share(account, covered, agreed, by):
    tell(covered, by, *DEDUCTIBLE, TWENTY)
    made = draft(account, by)
    assert figures(made) == {
        "allowed": 32_000, "copay": 0, "deductible": 20_000, "coinsurance": 2_400, "over": 0, "insurer": 9_600,
    }  # fmt: skip
    assert (made.billed_cents, made.writeoff_cents, made.payers_cents, made.client_cents) == (
        50_000,
        18_000,
        9_600,
        22_400,
    )


def test_limit_and_yearly_maximum_as_in_the_domain_notes(account, covered, agreed, by):
    make_fee("29826", 400_000)
    make_fee("29826", 280_000, contract=agreed)
    tell(
        covered, by, row("C", 150_000, period=LEFT_OF_IT), TWENTY, row("G", 160_000, period=LEFT_OF_IT),
        row("F", 100_000, period=LEFT_OF_IT),
    )  # fmt: skip
    made = draft(account, by, "29826")
    found = figures(made)
    assert (found["deductible"], found["coinsurance"], found["over"], found["insurer"]) == (
        150_000,
        10_000,
        20_000,
        100_000,
    )
    assert made.client_cents == 180_000


@pytest.mark.parametrize(
    ("rule", "second", "client"), [("basic", 22_400, 0), ("standard", 22_400, 0), ("carve_out", 19_200, 3_200)]
)
def test_a_second_payer_coordinates_by_its_plans_rule(account, covered, agreed, by, rule, second, client):
    other = make_payer(by, "Summit Mutual")
    make_fee("29827", 32_000, contract=Contract.objects.create(payer=other, name="S", since=date(2026, 1, 1)))
    later = make_coverage(account.guarantor, other, by, rank=2, plan=make_plan(other, rule=rule))
    tell(covered, by, *DEDUCTIBLE, TWENTY)
    tell(later, by, row("A", percent="0.1"))
    made = draft(account, by)
    assert (figures(made, 2)["insurer"], made.client_cents) == (second, client)


def test_the_deductible_is_used_up_by_the_dearest_line_first_whatever_was_typed_first(account, covered, agreed, by):
    make_fee("97110", 10_000)
    tell(covered, by, *DEDUCTIBLE, TWENTY)
    for order in (["29827", "97110"], ["97110", "29827"]):
        made = draft(account, by, *order)
        found = {line.code: line.client_cents for line in made.lines.all()}
        assert found == {"29827": 22_400, "97110": 2_000}


def test_the_price_of_units_is_theirs_together(account, covered, agreed, by):
    tell(covered, by, TWENTY)
    made = draft(account, by, Wanted("29827", Decimal(3)))
    assert (made.billed_cents, figures(made)["allowed"], made.client_cents) == (150_000, 96_000, 19_200)


def test_a_copay_for_the_kind_of_service_stands_in_place_of_the_plans_coinsurance(account, covered, by):
    make_fee("99213", 15_000)
    visit = row("B", 2_500, types=["98"], period="27", says=["DEDUCTIBLE DOES NOT APPLY"])
    tell(covered, by, *DEDUCTIBLE, TWENTY, visit)
    assert draft(account, by, "99213").client_cents == 2_500


def test_a_service_that_the_plan_does_not_cover_is_the_clients(account, covered, by):
    make_fee("97110", 10_000)
    tell(covered, by, *DEDUCTIBLE, TWENTY, row("I", types=["PT"]))
    made = draft(account, by, "97110")
    assert (made.payers_cents, made.client_cents) == (0, 10_000)


def test_in_and_out_of_network_are_kept_apart(account, covered, agreed, by):
    tell(covered, by, TWENTY, row("A", percent="0.4", network="N", says=["AFTER DEDUCTIBLE"]))
    assert draft(account, by).client_cents == 6_400
    made = draft(account, by, in_network=False)
    assert (made.writeoff_cents, made.client_cents) == (0, 20_000)
    assert any("Out of network" in gap for gap in gaps(made))


def test_without_coverage_the_client_pays_our_fee(account, by):
    make_fee("29827", 50_000)
    made = draft(account, by)
    assert (made.client_cents, made.facts) == (50_000, [])


# -- what is not known is said -------------------------------------------------------------------------------------------


def test_a_payer_that_told_nothing_is_counted_as_paying_nothing_and_it_says_so(account, covered, agreed, by):
    made = draft(account, by)
    assert (made.writeoff_cents, made.client_cents) == (18_000, 32_000)
    assert "never told what the plan pays: it is counted as paying nothing" in gaps(made)[0]
    assert made.lines.get().figures.get(name="coinsurance").note.startswith("Not known")


@pytest.mark.parametrize(
    ("rows", "on", "words", "deductible"),
    [
        ([row("C", 30_000, period=YEAR)], ON, "How much of the own deductible is met was not told", 30_000),
        ([*DEDUCTIBLE], date(2025, 6, 1), "was told for another benefit year: the whole of it is counted", 32_000),
        ([], ON, "named no deductible: none is counted", 0),
    ],
)
def test_a_deductible_not_known_is_counted_as_is_said(account, covered, agreed, by, rows, on, words, deductible):
    tell(covered, by, TWENTY, *rows, on=on)
    made = draft(account, by)
    assert any(words in gap for gap in gaps(made))
    assert figures(made)["deductible"] == deductible


def test_it_says_when_nobody_named_a_share_or_whether_the_deductible_applies(account, covered, agreed, by):
    tell(covered, by, *DEDUCTIBLE, row("G", 100_000, period=LEFT_OF_IT))
    said = gaps(draft(account, by))
    assert any("neither copay nor coinsurance for surgery" in gap for gap in said)
    assert any("did not say whether the deductible applies to surgery" in gap for gap in said)


def test_an_old_verification_and_one_that_ended_are_said(account, covered, agreed, by):
    tell(covered, by, TWENTY, days_ago=90)
    tell(covered, by, state="verified_inactive")
    said = gaps(draft(account, by))
    assert any("90 days ago" in gap for gap in said)
    assert any("inactive. It may pay nothing" in gap for gap in said)


# -- figures put in ------------------------------------------------------------------------------------------------------


def test_a_figure_put_in_moves_the_others_keeps_its_reason_and_can_be_taken_out(account, covered, agreed, by):
    tell(covered, by, *DEDUCTIBLE, TWENTY)
    made = draft(account, by)
    line = made.lines.get()
    drafting.put_in(line, 1, "deductible", 0, "Met on Monday, she has the letter", by=by)
    one = line.figures.get(name="deductible")
    assert (one.cents, one.calculated_cents, one.reason) == (0, 20_000, "Met on Monday, she has the letter")
    made.refresh_from_db()
    assert made.client_cents == 6_400
    drafting.put_in(line, 1, "deductible", None, "", by=by)
    made.refresh_from_db()
    assert made.client_cents == 22_400
    verbs = Act.objects.filter(object_id=made.pk, verb__startswith="estimate_figure").values_list("verb", flat=True)
    assert set(verbs) == {"estimate_figure_put_in", "estimate_figure_taken_out"}


def test_what_follows_from_the_others_is_not_put_in_and_none_without_a_reason(account, covered, agreed, by):
    line = draft(account, by).lines.get()
    with pytest.raises(Refused):
        drafting.put_in(line, 1, "over", 100, "x", by=by)
    with pytest.raises(Refused):
        drafting.put_in(line, 1, "copay", 100, "", by=by)


def test_a_fee_put_in_stands_for_the_listed_one_until_it_is_taken_out(account, by):
    make_fee("29827", 50_000)
    made = draft(account, by)
    line = made.lines.get()
    drafting.put_in(line, 0, "fee", 45_000, "Told on the phone", by=by)
    line.refresh_from_db()
    assert (line.fee_cents, line.fee_why, line.client_cents) == (45_000, "Told on the phone", 45_000)
    drafting.put_in(line, 0, "fee", None, "", by=by)
    line.refresh_from_db()
    assert line.fee_cents == 50_000


def test_a_code_without_a_fee_asks_for_one(account, by):
    with pytest.raises(Refused, match="no fee for 29827"):
        draft(account, by)
    assert draft(account, by, Wanted("29827", fee=7_000)).client_cents == 7_000


# -- given ----------------------------------------------------------------------------------------------------------------


def test_one_form_drafts_once(account, by):
    make_fee("29827", 50_000)
    form = uuid.uuid4()
    made = [drafting.draft(account.guarantor, ON, [Wanted("29827")], by=by, form=form) for _ in range(2)]
    assert made[0] == made[1] and Estimate.objects.count() == 1


def test_given_it_stays_and_a_new_version_supersedes_it(account, covered, agreed, by):
    tell(covered, by, *DEDUCTIBLE, TWENTY)
    first = drafting.give(draft(account, by), shown=22_400, by=by)
    assert (first.state, first.good_until) == ("given", date(2026, 12, 31))
    with pytest.raises(Settled):
        drafting.put_in(first.lines.get(), 1, "copay", 1_000, "x", by=by)
    second = drafting.revise(first, by=by)
    assert drafting.revise(first, by=by) == second, "one draft at a time"
    drafting.put_in(second.lines.get(), 1, "copay", 1_000, "Told", by=by)
    second.refresh_from_db()
    drafting.give(second, shown=second.client_cents, by=by)
    first.refresh_from_db()
    assert (first.state, first.client_cents, second.full_number) == ("superseded", 22_400, f"{first.number}-2")


def test_a_new_version_keeps_what_was_put_in(account, covered, agreed, by):
    tell(covered, by, TWENTY)
    made = draft(account, by)
    drafting.put_in(made.lines.get(), 1, "copay", 1_000, "Told", by=by)
    drafting.give(made, shown=7_200, by=by)
    assert figures(drafting.revise(made, by=by))["copay"] == 1_000


def test_it_is_not_given_with_another_amount_than_was_seen(account, covered, agreed, by):
    made = draft(account, by)
    tell(covered, by, *DEDUCTIBLE, TWENTY)
    with pytest.raises(Changed, match=r"\$224\.00 now, not \$320\.00"):
        drafting.give(made, shown=32_000, by=by)
    made.refresh_from_db()
    assert (made.state, made.client_cents) == ("draft", 22_400)


@pytest.mark.parametrize(
    "change",
    [
        lambda one: Estimate.objects.filter(pk=one.pk).update(service_on=ON + timedelta(1)),
        lambda one: Estimate.objects.filter(pk=one.pk).update(state="draft"),
        lambda one: Estimate.objects.filter(pk=one.pk).delete(),
        lambda one: one.lines.update(description="Else"),
        lambda one: one.lines.create(code="X", description="x", fee_cents=0, fee_why="x"),
        lambda one: one.lines.get().figures.update(note="Else"),
        lambda one: one.lines.get().figures.all().delete(),
    ],
)
def test_the_database_refuses_to_change_what_was_given(account, covered, agreed, by, change):
    made = drafting.give(draft(account, by), shown=32_000, by=by)
    with pytest.raises(DatabaseError), transaction.atomic():
        change(made)


def test_a_draft_can_be_thrown_away(account, by):
    make_fee("29827", 50_000)
    drafting.discard(draft(account, by), by=by)
    assert not Estimate.objects.exists()


def test_what_was_charged_and_answered_stands_beside_what_was_expected(account, payer, covered, agreed, by):
    tell(covered, by, *DEDUCTIBLE, TWENTY, on=dates.today())
    made = drafting.give(draft(account, by, on=dates.today()), shown=22_400, by=by)
    assert compare(made, list(made.lines.all())) == []
    charge = make_charge(account, by, 50_000, days_ago=0, payer=payer, code="29827", description="Shoulder repair")
    (one,) = compare(made, list(made.lines.all()))
    assert (one.waits, one.more) == (50_000, None)
    on = {"on": dates.today(), "by": by}
    ledger.adjust("contractual_writeoff", charge, 18_000, payer=payer, key="off", **on)
    ledger.receive_payer_payment(
        payer, cents=9_000, received_on=dates.today(), method="transfer", key="paid", by=by,
        shares={account.pk: [ledger.Share(charge.pk, 9_000)]},
    )  # fmt: skip
    ledger.transfer_responsibility(charge, 23_000, source=payer, target=None, key="rest", **on)
    (one,) = compare(made, list(made.lines.all()))
    assert (one.writeoff, one.payers, one.client, one.more) == (18_000, 9_000, 23_000, 600)


# -- any plans and lines ---------------------------------------------------------------------------------------------------


@st.composite
def cases(draw):
    left = draw(st.lists(LEFT, max_size=3))
    payers = len(left)
    lines = [
        Asked(
            at, ON, draw(st.sampled_from(["99213", "97110"])), "", Decimal(draw(st.integers(1, 3))), draw(CENTS),
            tuple(draw(TERMS) for _ in range(payers)), tuple(draw(GIVEN) for _ in range(payers)),
        )
        for at in range(draw(st.integers(0, 4)))
    ]  # fmt: skip
    return lines, left


@given(cases(), st.randoms())
def test_any_lines_add_up_in_any_order_and_are_never_negative(case, chance):
    lines, left = case
    found = work_out(lines, left)
    for one in found.values():
        assert one.asked.billed == one.writeoff + one.payers + one.client
        assert min(one.writeoff, one.payers, one.client) >= 0
        assert all(figure.cents >= 0 and figure.calculated >= 0 for rank in one.figures for figure in rank)
        assert sum({f.name: f.cents for f in rank}["insurer"] for rank in one.figures) == one.payers
    again = work_out(chance.sample(lines, len(lines)), left)
    assert sum(one.client for one in again.values()) == sum(one.client for one in found.values())


def test_the_examples_of_kinds():
    assert doctest.testmod(kinds).failed == 0
