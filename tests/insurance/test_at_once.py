"""Two at once, over real connections: estimates given and revised, bills let go."""

import uuid

import pytest

from billing_office.audit.models import Act
from billing_office.lib import dates
from billing_office.staff.models import Role
from insurance.estimates import drafting
from insurance.good_faith import comparing
from insurance.models import Estimate, GoodFaithReview
from tests.accounts.ledger.test_concurrency import at_once
from tests.factories import make_charge, make_user

from .test_good_faith import estimated

pytestmark = pytest.mark.django_db(transaction=True)


def test_an_estimate_given_by_two_is_given_once(account, by):
    for _ in range(4):
        made = estimated(account, by, 100_00, give=False)
        done = at_once(2, lambda n, made=made: drafting.give(made, shown=100_00, by=by))
        assert done == [made, made]
        assert Act.objects.filter(verb="estimate_given", object_id=made.pk).count() == 1


def test_an_old_and_the_newest_version_revised_at_once_make_one_draft(account, by):
    for _ in range(4):
        first = estimated(account, by, 100_00)
        second = drafting.give(drafting.revise(first, by=by), shown=100_00, by=by)
        done = at_once(2, lambda n, both=(first, second): drafting.revise(both[n], by=by))
        assert {type(one) for one in done} == {Estimate} and len({one.pk for one in done}) == 1


def test_two_supervisors_let_a_bill_go_once(account, office, by):
    estimated(account, by, 1_000_00)
    supervisors, today = [make_user(Role.SUPERVISOR, office) for _ in range(2)], dates.today()

    def let_go(n, cents):
        try:
            form = uuid.uuid4()
            comparing.let_go(account.guarantor, today, "Seen", shown=cents, form=form, by=supervisors[n])
        except comparing.Reviewed as refusal:
            return str(refusal)

    for turn in range(4):
        make_charge(account, by, 1_500_00, days_ago=0)
        done = at_once(2, lambda n, cents=1_500_00 * (turn + 1): let_go(n, cents))
        assert sorted(map(str, done)) == ["None", "Nothing stops this bill."]
    assert GoodFaithReview.objects.count() == 4
