"""Two presses at once, over real connections: acts on many rows, lists taken over and undone."""

import time
import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from accounts import closing, ledger
from accounts.models import Account, Hold, Note
from billing_office.audit.models import Act
from billing_office.desk import proof
from billing_office.desk.bulk import running
from billing_office.desk.bulk.acts import LISTS
from billing_office.intake.lists import taking
from billing_office.lib import dates
from billing_office.staff.models import Role
from tests.accounts.ledger.test_concurrency import at_once
from tests.factories import make_account, make_payment, make_user

pytestmark = pytest.mark.django_db(transaction=True)
LIST = b"Last name,Number,Balance\nFlores,C-77,80.00\nGrant,C-78,0\n"


@pytest.fixture
def three(office, by) -> list[int]:
    return [make_account(office, by, last_name=name).pk for name in "ABC"]


def ask(user, word, ids, data, key):
    return running.ask("accounts", LISTS["accounts"].act(word), ids, data, key, by=user)


def test_one_form_pressed_four_times_writes_each_note_once(office, three):
    user, key = make_user(Role.CLERK, office), uuid.uuid4()
    done = at_once(4, lambda n: ask(user, "note", three, {"once": str(key), "text": "Moved"}, key))
    assert len({run.pk for run in done}) == 1
    assert Note.objects.count() == 3


def test_a_run_is_worked_off_once_by_two_workers(office, three):
    user, key = make_user(Role.CLERK, office), uuid.uuid4()
    many, running.AT_ONCE = running.AT_ONCE, 0
    try:
        run = ask(user, "note", three, {"once": str(key), "text": "Moved"}, key)
    finally:
        running.AT_ONCE = many
    at_once(3, lambda n: running.work(run.pk))
    assert Note.objects.count() == 3


def test_two_forms_at_once_set_one_hold_of_a_kind(office, three):
    user, other = (make_user(Role.CLERK, office) for _ in range(2))
    data = {"kind": "review", "since": str(dates.today()), "reason": "Moved", "until": ""}

    def press(n):
        key = uuid.uuid4()
        return ask((user, other)[n], "hold", three, data | {"once": str(key)}, key)

    at_once(2, press)
    assert Hold.objects.count() == 3


def test_an_account_that_is_paid_while_a_run_closes_it_is_left_open(office, by):
    user, account, key = make_user(Role.CLERK, office), make_account(office, by), uuid.uuid4()
    data = {"once": str(key), "on": str(dates.today()), "reason": "Moved"}

    def close():
        try:
            return ask(user, "close", [account.pk], data, key).lines.get().why
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        with ledger.locked([account.pk]):
            closing_it = pool.submit(close)
            until_somebody_waits()
            make_payment(account, by)
        assert "50.00 is unapplied" in closing_it.result()


def until_somebody_waits():
    """Another connection has come to a row that this one holds."""
    for _ in range(200):
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
            if cursor.fetchone()[0]:
                return
        time.sleep(0.02)
    raise AssertionError("nobody waits")


def test_a_list_confirmed_by_two_is_taken_over_once_and_undone_as_if_it_had_not_been(office, by):
    row = taking.begin(office, "list.csv", LIST, by=by)
    taking.work(row.pk)
    assert sorted(at_once(2, lambda n: taking.confirm(row, by))) == [False, True]
    at_once(2, lambda n: taking.work(row.pk))
    accounts = Account.objects.filter(pk__in=row.taken.values("account"))
    assert accounts.count() == 2 and sum(ledger.balance(one)[0] for one in accounts) == 80_00
    assert sorted(at_once(2, lambda n: taking.undo(row, by))) == [False, True]
    at_once(2, lambda n: taking.work(row.pk))
    assert {ledger.balance(one) for one in accounts} == {(0, 0)}
    assert Act.objects.filter(verb="account_import_undone").count() == 1
    assert all(result.ok for result in proof.prove())


def test_money_that_comes_while_an_import_is_undone_is_never_on_a_closed_account(office, by):
    row = taking.begin(office, "list.csv", LIST, by=by)
    for step in (taking.confirm, taking.undo):
        taking.work(row.pk)
        step(row, by)
    account = Account.objects.get(pk__in=row.taken.filter(reference="C-77").values("account"))
    acts = [lambda: taking.work(row.pk), lambda: make_payment(account, by)]
    at_once(2, lambda n: acts[n]())
    account.refresh_from_db()
    assert bool(account.closed_on) != bool(ledger.balance(account)[1])
    assert closing.reopen(account, "x", by=by) == bool(account.closed_on)
