"""Good-faith estimates: their clocks in business days, which are due, and bills that exceed them."""

import doctest
import uuid
from datetime import date, timedelta

import pytest
from django.urls import reverse

from accounts.merging import merging
from billing_office.audit.models import Act
from billing_office.lib import dates
from insurance.estimates import drafting
from insurance.estimates.drafting import Wanted
from insurance.good_faith import clock, comparing
from insurance.good_faith.waiting import waiting
from insurance.models import GoodFaithRequest, GoodFaithReview, Holiday, Visit
from invoices import issuing
from invoices.models import Invoice
from invoices.recurring import billing
from tests.factories import make_account, make_charge, make_client, make_coverage, make_recurring

pytestmark = pytest.mark.django_db
MONDAY = date(2026, 11, 16)
THANKS = {date(2026, 11, 26)}
NOBODY_ASKED = {"asked_on": None}


# -- the clocks ----------------------------------------------------------------------------------------------------------


def test_the_examples_hold():
    assert doctest.testmod(clock).failed == 0


@pytest.mark.parametrize(
    ("ahead", "within"), [(2, None), (3, 1), (9, 1), (10, 3), (11, 3)]
)  # fmt: skip
def test_due_by_how_far_ahead_it_is_scheduled(ahead, within):
    service = clock.after(MONDAY, ahead, ())
    due = clock.due_on(service, (), scheduled_on=MONDAY, **NOBODY_ASKED)
    assert due == (within and clock.after(MONDAY, within, ()))


def test_a_holiday_between_is_no_business_day():
    wednesday = date(2026, 11, 25)
    assert clock.due_on(date(2026, 12, 1), THANKS, scheduled_on=wednesday, **NOBODY_ASKED) == date(2026, 11, 27)
    assert clock.due_on(date(2026, 11, 30), THANKS, scheduled_on=wednesday, **NOBODY_ASKED) is None
    assert clock.due_on(date(2026, 11, 30), (), scheduled_on=wednesday, **NOBODY_ASKED) == date(2026, 11, 26)


def test_asked_for_it_is_due_in_three_however_near():
    assert clock.due_on(MONDAY + timedelta(1), (), scheduled_on=MONDAY, asked_on=MONDAY) == date(2026, 11, 19)


def test_the_earlier_of_both_clocks_stands():
    assert clock.due_on(date(2026, 11, 20), (), scheduled_on=MONDAY, asked_on=MONDAY) == date(2026, 11, 17)


# -- what is due ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def visit(account, by):
    """Scheduled on Monday the 16th for Friday."""
    row = Visit.objects.create(client=account.guarantor, on=date(2026, 11, 20), what="MRI", added_by=by)
    Visit.objects.update(added_at=dates.office_time(MONDAY))
    return row


def due(user, today=MONDAY):
    return [(one.client, one.due_on, one.state) for one in waiting(user, today)]


def test_a_visit_of_a_client_without_insurance_waits_for_its_estimate(clerk, account, visit):
    assert due(clerk.user) == [(account.guarantor, date(2026, 11, 17), ("1 business day left", "info"))]
    assert due(clerk.user, date(2026, 11, 18))[0][2] == ("1 business day late", "bad")
    assert due(clerk.user, date(2026, 11, 21)) == []


def test_who_is_insured_on_the_day_is_not_due(clerk, account, visit, payer, by):
    make_coverage(account.guarantor, payer, by, until=date(2026, 11, 19))
    assert due(clerk.user)
    make_coverage(account.guarantor, payer, by, since=date(2026, 11, 20))
    assert due(clerk.user) == []


def test_once_given_it_waits_no_more_and_a_draft_does_not_count(clerk, account, visit, by):
    made = estimated(account, by, 100_00, on=visit.on, give=False)
    assert due(clerk.user)
    drafting.give(made, shown=100_00, by=by)
    assert due(clerk.user) == []


def test_an_insured_client_may_ask(clerk, account, payer, by, once):
    make_coverage(account.guarantor, payer, by)
    given = {
        "once": once,
        "service_on": str(dates.today() + timedelta(1)),
        "asked_on": str(dates.today()),
        "what": "MRI",
    }
    for _ in range(2):
        clerk.post(reverse("good_faith_new", args=[account.guarantor_id]), given)
    assert GoodFaithRequest.objects.count() == 1
    assert "MRI" in clerk.get(reverse("good_faith")).content.decode()


def test_the_list_is_of_ones_offices_and_takes_few_queries(clerk, foreign, by, django_assert_max_num_queries):
    Visit.objects.create(client=foreign.guarantor, on=dates.today() + timedelta(20), what="Elsewhere", added_by=by)
    with django_assert_max_num_queries(6):
        assert "Elsewhere" not in clerk.get(reverse("good_faith")).content.decode()


def test_holidays_are_the_offices_data(signed_in):
    supervisor = signed_in("supervisor")
    supervisor.post(reverse("holiday_new"), {"words": "Founders’ day", "on": "2026-12-01"})
    assert Holiday.objects.filter(on=date(2026, 12, 1)).exists()
    assert Act.objects.filter(verb="holiday_added").exists()


# -- the bill ------------------------------------------------------------------------------------------------------------


def estimated(account, by, cents, *, on=None, give=True):
    wanted = [Wanted("29827", fee=cents, description="Shoulder repair")]
    made = drafting.draft(account.guarantor, on or dates.today(), wanted, by=by, form=uuid.uuid4())
    return drafting.give(made, shown=cents, by=by) if give else made


def bill(account, by, key="bill"):
    return issuing.issue(account, on=dates.today(), by=by, key=key)


@pytest.mark.parametrize(("cents", "stops"), [(1_399_99, False), (1_400_00, True), (1_400_01, True)])
def test_a_bill_400_above_its_estimate_stops(account, by, cents, stops):
    estimated(account, by, 1_000_00)
    make_charge(account, by, cents, days_ago=0, code="29827")
    if stops:
        with pytest.raises(issuing.Stopped, match="A supervisor has to look"):
            bill(account, by)
        assert not Invoice.objects.exists()
    else:
        assert bill(account, by).cents == cents


def test_all_of_the_day_counts_together_also_what_was_not_named(account, by):
    estimated(account, by, 1_000_00)
    make_charge(account, by, 1_000_00, days_ago=0, code="29827")
    make_charge(account, by, 399_99, days_ago=0, code="J1030")
    assert comparing.stops([(account.guarantor_id, dates.today())]) == []
    make_charge(account, by, 1, days_ago=0, code="J1030")
    assert [one.over for one in comparing.stops([(account.guarantor_id, dates.today())])] == [400_00]


@pytest.mark.parametrize(("days", "counts"), [(0, 2_000_00), (3, 1_000_00)])
def test_the_last_version_given_by_the_day_of_service_counts(account, by, days, counts):
    """A dearer version that is made once the care is over estimates nothing."""
    day = dates.today() - timedelta(days)
    second = drafting.revise(estimated(account, by, 1_000_00, on=day), by=by)
    drafting.put_in(second.lines.get(), 0, "fee", 2_000_00, "It was more", by=by)
    drafting.give(second, shown=2_000_00, by=by)
    make_charge(account, by, 2_500_00, days_ago=days, code="29827")
    assert comparing.compare([(account.guarantor_id, day)])[0].expected == counts


def test_an_estimate_with_a_payer_is_none_in_good_faith(account, payer, by):
    make_coverage(account.guarantor, payer, by)
    estimated(account, by, 1_000_00)
    make_charge(account, by, 2_000_00, days_ago=0, code="29827")
    assert bill(account, by).cents == 2_000_00


def test_a_supervisor_lets_it_go_with_a_reason_up_to_what_it_is(signed_in, biller, account, by, once):
    estimated(account, by, 1_000_00)
    make_charge(account, by, 1_500_00, days_ago=0, code="29827")
    page = biller.get(reverse("invoice_new", args=[account.pk])).content.decode()
    assert "This bill stops." in page and "$500.00 above it" in page and "Look at it" not in page
    supervisor, to = signed_in("supervisor"), reverse("good_faith_let_go", args=[account.guarantor_id])
    to += f"?service_on={dates.today()}"
    assert biller.post(to, {}).status_code == 403
    assert supervisor.post(to, {"once": once, "shown": "150000", "reason": ""}).status_code == 422
    assert supervisor.post(to, {"once": once, "shown": "140000", "reason": "A second tear"}).status_code == 422
    for _ in range(2):
        supervisor.post(to, {"once": once, "shown": "150000", "reason": "A second tear"})
    assert GoodFaithReview.objects.get().billed_cents == 1_500_00
    assert Act.objects.get(verb="good_faith_reviewed").reason == "A second tear"
    make_charge(account, by, 1, days_ago=0, code="J1030")
    with pytest.raises(issuing.Stopped):
        bill(account, by)


def test_once_let_go_it_is_issued(account, by):
    estimated(account, by, 1_000_00)
    make_charge(account, by, 1_500_00, days_ago=0, code="29827")
    comparing.let_go(account.guarantor, dates.today(), "A second tear", shown=1_500_00, form=uuid.uuid4(), by=by)
    assert bill(account, by).cents == 1_500_00


def test_the_days_own_billing_says_so_and_goes_on(account, by):
    estimated(account, by, 1_000_00)
    make_charge(account, by, 1_500_00, days_ago=0, code="29827")
    row = make_recurring(account, by)
    assert billing.bill(dates.today(), dates.now())["posted"] == 1
    row.refresh_from_db()
    assert row.trouble.startswith("Charged, not invoiced") and not Invoice.objects.exists()


# -- one person on two accounts --------------------------------------------------------------------------------------------


def merged(duplicate, survivor, by):
    return merging.merge(duplicate, survivor, "Same card", on=dates.today(), by=by)


@pytest.mark.parametrize(("cents", "stops"), [(1_399_99, False), (1_400_00, True)])
def test_what_the_duplicate_was_told_counts_for_the_survivors_bill(account, office, by, cents, stops):
    double = make_account(office, by, "Rob", "White")
    estimated(double, by, 1_000_00)
    merged(double, account, by)
    make_charge(account, by, cents, days_ago=0, code="29827")
    assert bool(comparing.stops([(account.guarantor_id, dates.today())])) == stops


def test_charges_of_both_count_together_through_a_chain_of_merges(account, office, by):
    first, second = make_account(office, by, "Rob", "White"), make_account(office, by, "Bob", "White")
    estimated(first, by, 1_000_00)
    make_charge(first, by, 1_000_00, days_ago=0, code="29827")
    merged(first, second, by)
    merged(second, account, by)
    make_charge(account, by, 400_00, days_ago=0, code="J1030")
    today = dates.today()
    assert [one.over for one in comparing.stops([(account.guarantor_id, today), (first.guarantor_id, today)])] == [
        400_00
    ]


def test_who_only_shares_an_account_is_another_person(account, office, by):
    double = make_account(office, by, "Rob", "White")
    child = make_client(account, by, "Noah", "White")
    estimated(double, by, 1_000_00)
    merged(double, account, by)
    make_charge(account, by, 1_400_00, days_ago=0, client=child)
    assert comparing.compare([(child.pk, dates.today())]) == []


def test_a_visit_that_went_over_waits_for_no_second_estimate(clerk, account, office, by):
    double = make_account(office, by, "Rob", "White")
    soon = dates.today() + timedelta(20)
    Visit.objects.create(client=double.guarantor, on=soon, what="MRI", added_by=by)
    made = estimated(double, by, 100_00, on=soon, give=False)
    merged(double, account, by)
    assert [client for client, *_ in due(clerk.user, dates.today())] == [account.guarantor]
    drafting.give(made, shown=100_00, by=by)
    assert due(clerk.user, dates.today()) == []


def test_once_the_merge_is_undone_they_are_two_again(account, office, by):
    double = make_account(office, by, "Rob", "White")
    estimated(double, by, 1_000_00)
    merging.undo(merged(double, account, by), "Two brothers", on=dates.today(), by=by)
    make_charge(account, by, 1_400_00, days_ago=0)
    assert comparing.stops([(account.guarantor_id, dates.today())]) == []
