"""Two at once on what a person corrects, over real connections: never more than is open, never twice."""

import uuid

import pytest

from accounts import ledger
from accounts.corrections.carrying_out import Outcome, carry_out, fingerprint
from accounts.corrections.of_charge import Adjustment
from accounts.corrections.undo import undo_of
from accounts.models import JournalEntry, OpenItem, Reason
from billing_office.approvals import proposals, requests
from billing_office.approvals.models import Request
from billing_office.staff.models import Office, Role
from tests.factories import make_user

from .conftest import DAY, make_books, sound
from .test_concurrency import at_once

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def books():
    books = make_books()
    books.biller, books.one, books.two = (
        make_user(role, books.office) for role in (Role.BILLER, Role.SUPERVISOR, Role.SUPERVISOR)
    )
    return books


def adjustment(charge, cents) -> Adjustment:
    return Adjustment(charge, None, cents, Reason.objects.get(code="SELFPAY"))


def do(proposal, by, form=None):
    return carry_out(proposal, by=by, on=DAY, form=form or uuid.uuid4(), seen=fingerprint(proposal.facts()))


def test_two_adjustments_never_take_off_more_than_is_open(books):
    for _ in range(3):
        charge = books.charge(10_000)
        done = at_once(2, lambda n, charge=charge: do(adjustment(charge, 6_000), (books.one, books.two)[n]))
        assert sum(isinstance(result, Outcome) for result in done) == 1
        assert OpenItem.objects.get(charge=charge).cents == 4_000
    assert sound() == []


def test_ten_presses_of_one_form_take_off_once(books):
    charge, form = books.charge(10_000), uuid.uuid4()
    seen = fingerprint(adjustment(charge, 1_000).facts())
    done = at_once(10, lambda n: carry_out(adjustment(charge, 1_000), by=books.one, on=DAY, form=form, seen=seen))
    assert [result.new for result in done].count(True) == 1
    assert OpenItem.objects.get(charge=charge).cents == 9_000


def test_an_entry_is_reversed_or_paid_never_both(books):
    reason = Reason.objects.get(code="ERROR")
    for turn in range(3):
        charge = books.charge(5_000)
        entry = JournalEntry.objects.latest("pk")
        acts = [
            lambda e=entry: do(undo_of(e, reason, books.one), books.one),
            lambda c=charge, t=turn: books.pay(5_000, (c, 5_000), key=f"race{t}"),
        ]
        done = at_once(2, lambda n, acts=acts: acts[n]())
        assert sum(isinstance(result, ledger.Refused) for result in done) == 1
    assert sound() == []


# -- one decision -----------------------------------------------------------------------------------------------------------


class Open:
    """An act that nothing but the request itself guards: one office more each time it is done."""

    verb, title, why, cents = "open", "An office more", "test", 0

    def args(self):
        return {}

    def locked(self):
        return ledger.locked([])

    def facts(self):
        return [proposals.Fact("Offices", "1", "2")]

    def carry_out(self, *, by, on, key):
        Office.objects.create(code=uuid.uuid4().hex[:6], name="One more")
        return {}


VERBS = {"open": proposals.Verb("open", "Open", "adjust", lambda args, by: Open())}


def approved_by_both(books) -> list:
    asked = requests.ask(Open(), by=books.biller, office=books.office, account_id=None, because="x", key=uuid.uuid4())

    def decide(n):
        try:
            return requests.approve(asked.pk, VERBS, by=(books.one, books.two)[n], on=DAY)
        except requests.Refused as refusal:
            return refusal

    return at_once(2, decide)


def test_two_approvers_at_once_do_it_once(books):
    for turn in range(3):
        done = approved_by_both(books)
        assert sorted(type(result).__name__ for result in done) == ["Refused", "Request"]
        assert Office.objects.filter(name="One more").count() == turn + 1


def test_without_the_lock_on_the_request_both_would_decide(books, monkeypatch):
    """The trigger stops the second one then, late and without a word of ours."""
    monkeypatch.setattr(Request.objects.__class__, "select_for_update", lambda rows, **_: rows.all(), raising=False)
    seen = set()
    for _ in range(10):
        seen |= {type(result).__name__ for result in approved_by_both(books)}
        if len(seen - {"Request", "Refused"}):
            break
    assert seen - {"Request", "Refused"}
