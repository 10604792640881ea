"""One act on many rows: counted, done once, told row by row, never more than its person may."""

import uuid
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from accounts import closing
from accounts.models import Account, Hold, Message, Note
from billing_office import schedule
from billing_office.audit.models import Act
from billing_office.desk.bulk import running
from billing_office.desk.models import BulkLine, BulkRun
from billing_office.lib import dates
from billing_office.staff.models import Role
from invoices import issuing
from tests.factories import make_account, make_charge

pytestmark = pytest.mark.django_db


@pytest.fixture
def three(office, by) -> list[Account]:
    return [make_account(office, by, last_name=name) for name in "ABC"]


def rows(accounts) -> str:
    return ",".join(str(account.pk) for account in accounts)


def hold(browser, accounts, once, **more):
    sent = {"rows": rows(accounts), "once": once, "kind": "review", "since": dates.today(), "reason": "moved"} | more
    return browser.post(reverse("bulk_accounts_hold"), sent, follow=True)


def test_ticked_rows_are_counted_before_anything_is_done(clerk, three):
    page = clerk.post(reverse("bulk_accounts_hold"), {"row": [three[0].pk, three[1].pk]})
    assert "Set a hold: 2 accounts" in page.content.decode()
    assert not Hold.objects.exists()


def test_all_that_the_list_finds_can_be_taken(clerk, three):
    page = clerk.post(reverse("bulk_accounts_hold"), {"all": "1", "query": "q=B&columns=number"})
    assert page.context["rows"] == rows(Account.objects.filter(pk=three[1].pk))


def test_each_gets_it_and_each_is_recorded(clerk, three, once):
    page = hold(clerk, three, once).content.decode()
    assert "3 done" in page
    assert set(Hold.objects.values_list("account", flat=True)) == {account.pk for account in three}
    assert Act.objects.filter(verb="hold_set", actor=clerk.user).count() == 3


def test_sent_twice_is_done_once(clerk, three, once):
    hold(clerk, three, once)
    hold(clerk, three, once)
    assert Hold.objects.count() == 3


def test_what_it_cannot_be_done_to_is_left_out_and_says_why(clerk, three, once):
    hold(clerk, three[:1], str(uuid.uuid4()))
    page = hold(clerk, three, once).content.decode()
    assert "2 done, 1 left out" in page
    assert "It has one already: Review." in page


def test_the_form_is_asked_again_where_something_is_wrong(clerk, three, once):
    page = hold(clerk, three, once, reason="")
    assert page.status_code == 422
    assert page.context["rows"] == rows(three)
    assert not Hold.objects.exists()


def test_accounts_of_others_are_not_among_them(clerk, three, foreign, once):
    hold(clerk, [*three, foreign], once)
    assert not Hold.objects.filter(account=foreign).exists()
    assert BulkLine.objects.count() == 3


def test_nothing_ticked_does_nothing(clerk, three):
    assert "Tick the accounts first" in clerk.post(reverse("bulk_accounts_hold"), {}, follow=True).content.decode()


def test_an_act_takes_its_right(signed_in, three):
    auditor = signed_in(Role.AUDITOR)
    assert auditor.post(reverse("bulk_accounts_hold"), {"rows": rows(three)}).status_code == 403
    assert "bulk" not in auditor.get(reverse("accounts")).content.decode()


def test_many_are_a_workers_and_it_goes_on_where_it_died(clerk, three, once, monkeypatch):
    monkeypatch.setattr(running, "AT_ONCE", 2)
    page = hold(clerk, three, once)
    assert "3 of 3 still to do" in page.content.decode()
    run = BulkRun.objects.get()
    seen = iter([None])
    with pytest.raises(StopIteration):
        running.work(run.pk, alive=lambda: next(seen))
    assert Hold.objects.count() == 1
    schedule.drain()
    assert Hold.objects.count() == 3
    assert BulkRun.objects.get().done_at


def test_a_few_are_done_by_a_worker_where_the_web_process_died(clerk, three, once, monkeypatch):
    def dies(pk):
        raise SystemExit

    monkeypatch.setattr(running, "AFTER", timedelta())
    with monkeypatch.context() as death:
        death.setattr(running, "work", dies)
        with pytest.raises(SystemExit):
            hold(clerk, three, once)
    assert not Hold.objects.exists()
    schedule.drain()
    assert Hold.objects.count() == 3


def test_a_right_lost_while_it_waited_stops_it(clerk, three, once, monkeypatch):
    monkeypatch.setattr(running, "AT_ONCE", 2)
    hold(clerk, three, once)
    clerk.user.offices.clear()
    schedule.drain()
    assert set(BulkLine.objects.values_list("done", "why")) == {(False, running.GONE)}


def test_only_settled_accounts_close_and_closing_is_undone(clerk, three, by, once):
    make_charge(three[0], by)
    sent = {"rows": rows(three), "once": once, "on": dates.today(), "reason": "moved away"}
    page = clerk.post(reverse("bulk_accounts_close"), sent, follow=True)
    assert "2 done, 1 left out" in page.content.decode()
    assert Account.objects.exclude(closed_on=None).count() == 2
    clerk.post(reverse("bulk_undo", args=[BulkRun.objects.get().pk]))
    assert not Account.objects.exclude(closed_on=None).exists()


def test_what_was_closed_again_since_for_another_reason_stays_closed(clerk, three, by, once):
    sent = {"rows": rows(three), "once": once, "on": dates.today(), "reason": "moved away"}
    clerk.post(reverse("bulk_accounts_close"), sent)
    closing.reopen(three[1], "came back", by=by)
    closing.close(three[1], dates.today(), "died", by=by)
    page = clerk.post(reverse("bulk_undo", args=[BulkRun.objects.get().pk]), follow=True)
    assert "2 undone. 1 could not be" in page.content.decode()
    assert Account.objects.get(closed_why="died").pk == three[1].pk


def test_a_number_that_somebody_else_sends_is_another_form(clerk, signed_in, three, once):
    hold(clerk, three, once)
    hold(signed_in("clerk"), three, once)
    assert BulkRun.objects.count() == 2


def test_what_has_no_undo_cannot_be_undone(clerk, three, once):
    hold(clerk, three, once)
    assert clerk.post(reverse("bulk_undo", args=[BulkRun.objects.get().pk])).status_code == 404


def test_a_run_is_its_persons_alone(clerk, biller, three, once):
    hold(clerk, three, once)
    assert biller.get(reverse("bulk_run", args=[BulkRun.objects.get().pk])).status_code == 404


def test_a_note_is_written_on_each(clerk, three, once):
    clerk.post(reverse("bulk_accounts_note"), {"rows": rows(three), "once": once, "text": "The office moves in May."})
    assert Note.objects.filter(text="The office moves in May.").count() == 3


def test_statements_go_to_those_with_something_to_tell(clerk, three, by, once):
    make_charge(three[0], by)
    sent = {"rows": rows(three), "once": once, "since": "2026-01-01", "until": dates.today()}
    page = clerk.post(reverse("bulk_accounts_statement"), sent, follow=True)
    assert "1 done, 2 left out" in page.content.decode()
    assert Message.objects.get().account == three[0]


@pytest.fixture
def issued(account, by, settings):
    settings.OUTBOX_HINT = ""
    make_charge(account, by)
    invoice = issuing.issue(account, on=dates.today(), by=by, key="once")
    Message.objects.update(state=Message.State.FAILED)
    return invoice


def test_an_invoice_goes_again(clerk, issued, once):
    clerk.post(reverse("bulk_invoices_again"), {"rows": issued.pk, "once": once})
    assert [message.copy for message in issued.document.messages.order_by("copy")] == [1, 2]


def test_a_message_goes_on_paper(clerk, issued, once):
    clerk.post(reverse("bulk_messages_paper"), {"rows": Message.objects.get().pk, "once": once})
    assert Message.objects.latest("pk").channel == Message.Channel.PRINT


def test_the_database_has_a_row_once_a_run_and_no_refusal_without_a_reason(clerk, three, once):
    hold(clerk, three, once)
    line = BulkLine.objects.first()
    with pytest.raises(IntegrityError), transaction.atomic():
        BulkLine.objects.create(run=line.run, row=line.row, label="x")
    with pytest.raises(IntegrityError), transaction.atomic():
        BulkLine.objects.filter(pk=line.pk).update(done=False, why="")
