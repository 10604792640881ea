"""A run from preview to undo: as it was shown, once, by a worker; above the limit another person decides."""

import re
import uuid
from datetime import timedelta

import pytest
from django.urls import reverse

from accounts import ledger, periods
from accounts.ledger import Refused
from accounts.models import Account, JournalEntry, OpenItem, Run
from accounts.runs import running
from billing_office import schedule
from billing_office.approvals.models import Request
from billing_office.audit.models import Act
from billing_office.lib import dates
from billing_office.staff.models import Role
from invoices import issuing
from tests.factories import make_account, make_payment

from .conftest import choices, make_rule, post, start, undo
from .test_choosing import agree, due

pytestmark = pytest.mark.django_db


@pytest.fixture
def late(office, by):
    """Three accounts with 1000.00 overdue for 60 days, who agreed to fees."""
    accounts = [make_account(office, by, last_name=f"Late{n}") for n in range(3)]
    for account in accounts:
        account.charge = due(account, by, 100000, 60)
        agree(account)
    return accounts


def press(browser, sweep, **changes):
    """Look at the preview and press its button."""
    to = reverse("run_new", args=[sweep])
    page = browser.get(to).content.decode()
    fields = dict(re.findall(r'name="(once|seen)" value="([^"]+)"', page))
    return browser.post(to, fields | changes)


def item(charge) -> int:
    return OpenItem.objects.get(charge=charge, payer=None).cents


def test_small_balances_are_written_off_and_come_back_by_one_undo(office, account, by):
    charges = [due(account, by, cents, 200) for cents in (300, 400)]
    run = post(make_rule("small_balance"), office, by)
    assert [item(charge) for charge in charges] == [0, 0]
    entry = JournalEntry.objects.get(kind="small_balance_writeoff")
    assert (entry.source_key, entry.reason.code) == (f"run:{run.pk}:{account.pk}:1", "SMALL")
    run = undo(run, by)
    assert run.undone_at
    assert [item(charge) for charge in charges] == [300, 400]


def test_a_fee_is_a_charge_of_its_own_that_is_invoiced_paid_and_waived(office, late, by):
    post(make_rule("late_fee"), office, by)
    account = late[0]
    fee = account.charges.get(kind="late_fee")
    assert (fee.cents, fee.description, item(fee)) == (1500, "Late fee", 1500)
    invoice = issuing.issue(account, on=dates.today(), by=by, key="i")
    assert invoice.lines.filter(open_item__charge=fee).exists()
    ledger.adjust("discount", fee, 500, on=dates.today(), key="waive", by=by)
    make_payment(account, by, 1000, shares={fee: 1000}, days_ago=0)
    assert item(fee) == 0


def test_what_changed_since_the_preview_is_left_out_and_says_why(office, late, by):
    run = start(make_rule("late_fee"), office, by)
    make_payment(late[0], by, 100000, shares={late[0].charge: 100000})
    running.post(run.pk, alive=lambda: None)
    lines = {line.account_id: line for line in run.lines.all()}
    assert lines[late[0].pk].entry is None
    assert "Nothing is overdue" in lines[late[0].pk].left_out
    assert lines[late[1].pk].entry.postings.count() == 2


def test_a_worker_that_died_goes_on_where_it_stopped(office, late, by, monkeypatch):
    monkeypatch.setattr(running, "PORTION", 1)
    run = start(make_rule("late_fee"), office, by)

    def dies():
        raise SystemExit

    with pytest.raises(SystemExit):
        running.post(run.pk, alive=dies)
    assert JournalEntry.objects.filter(kind="late_fee").count() == 1
    running.post(run.pk, alive=lambda: None)
    running.post(run.pk, alive=lambda: None)
    assert JournalEntry.objects.filter(kind="late_fee").count() == 3


def test_the_rule_as_it_stood_is_what_is_posted(office, late, by):
    rule = make_rule("late_fee")
    run = start(rule, office, by)
    type(rule).objects.filter(pk=rule.pk).update(most_cents=100)
    running.post(run.pk, alive=lambda: None)
    assert {charge.cents for charge in late[0].charges.filter(kind="late_fee")} == {1500}


def test_two_runs_of_a_kind_are_not_posted_at_once(office, late, by):
    rule = make_rule("late_fee")
    start(rule, office, by)
    with pytest.raises(Refused, match="is being posted"):
        start(rule, office, by)


def test_a_run_after_a_run_posts_nothing_twice(office, late, by):
    rule = make_rule("late_fee")
    post(rule, office, by)
    assert [choice.cents for choice in choices(rule, office).values()] == [0, 0, 0]
    with pytest.raises(Refused, match="No account is in"):
        start(rule, office, by)


def test_what_was_undone_can_be_posted_again(office, late, by):
    rule = make_rule("late_fee")
    undo(post(rule, office, by), by)
    post(rule, office, by)
    assert Account.objects.get(pk=late[0].pk).balance.receivable_cents == 101500


def test_a_fee_that_was_paid_or_invoiced_stays_and_says_why_then_the_rest_is_undone(office, late, by):
    run = post(make_rule("late_fee"), office, by)
    fees = [account.charges.get(kind="late_fee") for account in late]
    payment = make_payment(late[0], by, 1500, shares={fees[0]: 1500}, days_ago=0)
    invoice = issuing.issue(late[1], on=dates.today(), by=by, key="i")
    run = undo(run, by)
    kept = dict(run.lines.exclude(kept="").values_list("account", "kept"))
    assert "Later entries stand on this one" in kept[late[0].pk]
    assert invoice.number in kept[late[1].pk]
    assert (run.undone_at, run.undo_at, item(fees[2])) == (None, None, 0)
    ledger.reverse(payment.postings.first().entry, on=dates.today(), by=by, memo="x")
    assert undo(run, by).lines.exclude(kept="").count() == 1


# -- by form ------------------------------------------------------------------------------------------------------------------


def test_the_preview_lists_who_is_in_and_who_is_out_and_writes_nothing(biller, office, late, account, by):
    due(account, by, 50000, 60)
    make_rule("late_fee")
    to = reverse("run_new", args=["late_fee"])
    page = biller.get(to).content.decode()
    assert "Post $45.00 on 3 accounts" in page
    assert "No agreement to fees on file" in biller.get(to + "?show=out").content.decode()
    assert b"No agreement" in b"".join(biller.get(to + "?as=csv").streaming_content)
    assert not Run.objects.exists()


def test_one_press_posts_by_a_worker_and_the_page_shows_it(biller, office, late):
    make_rule("late_fee")
    to = press(biller, "late_fee")["Location"]
    page = biller.get(to).content.decode()
    assert "0 of 3 accounts are done" in page
    assert biller.get(to + "state/").status_code == 200
    schedule.drain()
    assert biller.get(to + "state/").status_code == 204
    assert "Posted" in biller.get(to).content.decode()
    assert {act.verb for act in Act.objects.filter(object_kind="accounts.run")} == {
        "run_asked",
        "run_read",
        "run_started",
        "run_posted",
    }


def test_pressing_twice_is_one_run(biller, office, late):
    make_rule("late_fee")
    once = str(uuid.uuid4())
    press(biller, "late_fee", once=once)
    assert press(biller, "late_fee", once=once).status_code == 302
    assert Run.objects.count() == 1


def test_a_preview_that_changed_is_shown_again(biller, office, late, by):
    make_rule("late_fee")
    answer = press(biller, "late_fee", seen="0" * 20)
    assert "Look at this first" in answer.content.decode()
    assert not Run.objects.exists()


def test_above_the_limit_a_second_person_decides(biller, signed_in, office, late):
    make_rule("late_fee", biller_cents=0)
    press(biller, "late_fee")
    asked, run = Request.objects.get(), Run.objects.get()
    assert (asked.verb, asked.cents, run.started_at) == ("post_run", 4500, None)
    schedule.drain()
    assert not JournalEntry.objects.filter(kind="late_fee").exists()
    signed_in(Role.SUPERVISOR).post(reverse("approval_approve", args=[asked.pk]))
    schedule.drain()
    assert JournalEntry.objects.filter(kind="late_fee").count() == 3


def test_a_rule_that_changed_meanwhile_is_not_approved(biller, signed_in, office, late):
    rule = make_rule("late_fee", biller_cents=0)
    press(biller, "late_fee")
    type(rule).objects.filter(pk=rule.pk).update(most_cents=100)
    answer = signed_in(Role.SUPERVISOR).post(reverse("approval_approve", args=[Request.objects.get().pk]), follow=True)
    assert "The books have changed" in answer.content.decode()
    assert Run.objects.get().started_at is None


def close_books(by):
    last = periods.month_end(dates.today())
    periods.close(last, today=last + timedelta(days=1), by=by)


def test_what_was_asked_for_in_a_period_that_is_closed_now_is_not_started(biller, signed_in, office, late, by):
    make_rule("late_fee", biller_cents=0)
    press(biller, "late_fee")
    close_books(by)
    to = reverse("approval_approve", args=[Request.objects.get().pk])
    assert "The books are closed" in signed_in(Role.SUPERVISOR).post(to, follow=True).content.decode()
    assert Run.objects.get().started_at is None


def test_a_run_whose_period_closed_before_its_worker_came_ends_and_says_so(office, late, by):
    run = start(make_rule("late_fee"), office, by)
    close_books(by)
    running.post(run.pk, alive=lambda: None)
    run.refresh_from_db()
    assert run.posted_at and run.lines.filter(left_out__startswith="The books are closed").count() == 3


def test_a_run_is_undone_by_form(biller, office, late):
    make_rule("late_fee")
    to = press(biller, "late_fee")["Location"]
    schedule.drain()
    page = biller.get(to + "undo/").content.decode()
    reason = re.search(r'<option value="(\d+)">Entered in error', page)[1]
    biller.post(to + "undo/", {"once": str(uuid.uuid4()), "reason": reason, "note": "wrong office"})
    schedule.drain()
    assert Run.objects.get().undone_at
    assert "Undone" in biller.get(to).content.decode()
    assert not JournalEntry.objects.filter(kind="late_fee", reversal=None).exists()


def test_without_a_rule_there_is_no_run(biller, office, late):
    assert "No rule in force" in biller.get(reverse("run_new", args=["late_fee"])).content.decode()
    assert press(biller, "late_fee").status_code == 200


def test_a_run_looks_at_its_own_office_alone(biller, office, foreign, by):
    due(foreign, by, 100000, 60)
    agree(foreign)
    assert choices(make_rule("late_fee"), office) == {}


def test_a_rule_is_made_by_form_and_refuses_what_says_nothing(signed_in, office):
    supervisor, today = signed_in(Role.SUPERVISOR), dates.today()
    values = {
        "kind": "late_fee", "since": str(today), "percent": "1.5", "least_cents": "5.00", "most_cents": "25.00", "days": "30",
        "every_days": "30", "year_days": "365", "biller_cents": "0", "supervisor_cents": "500.00", "active": "on",
    }  # fmt: skip
    for name, bad in [
        ("percent", "NaN"), ("percent", "101"), ("percent", "1e9"), ("percent", "-1"), ("most_cents", "٥"), ("most_cents", "0"),
        ("days", "99999"), ("since", "0001-01-01"), ("until", str(today - timedelta(days=1))), ("least_cents", "26.00"),
    ]:  # fmt: skip
        answer = supervisor.post(reverse("rule_new"), values | {name: bad})
        assert (answer.status_code, name in answer.context["form"].errors) == (422, True), (name, bad)
    assert supervisor.post(reverse("rule_new"), values).status_code == 302
    assert supervisor.post(reverse("rule_new"), values).status_code == 422, "once a day"
