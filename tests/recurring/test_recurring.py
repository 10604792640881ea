"""Recurring charges: set up, charged and invoiced by the day's run, changed, ended, and never twice."""

import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest
from django.db import connection
from django.urls import reverse

from accounts.models import Charge, Hold, Message
from billing_office import schedule
from billing_office.audit.models import Act
from billing_office.lib import dates
from invoices.models import Invoice, RecurringCharge
from invoices.recurring import billing
from invoices.recurring.rhythm import nth
from tests.accounts.ledger.conftest import sound
from tests.factories import make_account, make_payer, make_recurring, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def today():
    return dates.today()


def run(on=None):
    return schedule.run_steps(on or dates.today(), dates.now())["recurring"]


def filled(account, **changes):
    return {
        "once": uuid.uuid4(), "description": "Water supply, 5/8 inch meter", "cents": "45.00", "rhythm": "month",
        "starts_on": dates.today().isoformat(), "until": "", "code": "", "payer": "", "client": account.guarantor_id,
        "invoiced": "on",
    } | changes  # fmt: skip


def set_up(browser, account, **changes):
    return browser.post(reverse("recurring_new", args=[account.pk]), filled(account, **changes))


# -- setting up -----------------------------------------------------------------------------------------------------------


def test_a_biller_sets_one_up_and_the_day_charges_and_invoices_it(biller, account, today):
    assert set_up(biller, account).status_code == 302
    assert run() == {"posted": 1, "invoiced": 1}
    charge, invoice = Charge.objects.get(), Invoice.objects.get()
    assert (charge.cents, charge.service_on, charge.description) == (4500, today, "Water supply, 5/8 inch meter")
    assert (invoice.cents, invoice.account) == (4500, account)
    assert Message.objects.get().document_id == invoice.document_id
    assert RecurringCharge.objects.get().next_on == nth(today, "month", 1)
    assert Act.objects.filter(verb="recurring_charged", account_id=account.pk).count() == 1
    assert sound() == []


def test_a_double_click_sets_up_one(biller, account):
    form = filled(account)
    for _ in range(2):
        biller.post(reverse("recurring_new", args=[account.pk]), form)
    assert RecurringCharge.objects.count() == 1


@pytest.mark.parametrize(
    "changes, words",
    [
        ({"cents": "0"}, "at least 0.01"),
        ({"cents": "4,5,0"}, "amount"),
        ({"rhythm": "daily"}, "valid choice"),
        ({"until": "2000-01-01"}, "before the first charge"),
        ({"starts_on": "2001-01-01"}, "more than a year ago"),
        ({"description": ""}, "Fill this in"),
    ],
)
def test_what_cannot_be_is_refused_in_words_and_kept(biller, account, changes, words):
    response = set_up(biller, account, **changes)
    assert response.status_code == 422
    assert words in response.content.decode()
    assert not RecurringCharge.objects.exists()


def test_a_clerk_may_not_and_another_office_is_not_found(clerk, biller, account, foreign):
    assert set_up(clerk, account).status_code == 403
    assert set_up(biller, foreign).status_code == 404


# -- the day's run --------------------------------------------------------------------------------------------------------


def test_the_same_day_again_charges_nothing(account, by):
    make_recurring(account, by)
    run()
    assert run() == {}
    assert (Charge.objects.count(), Invoice.objects.count()) == (1, 1)


def test_days_on_which_no_worker_ran_are_made_up_and_go_on_one_invoice(account, by, today):
    make_recurring(account, by, starts_on=today - timedelta(days=15), rhythm="week")
    assert run() == {"posted": 3, "invoiced": 1}
    assert Invoice.objects.get().cents == 13500
    assert {charge.service_on for charge in Charge.objects.all()} == {today - timedelta(days=n) for n in (15, 8, 1)}


def test_two_on_one_account_are_on_one_invoice(account, by):
    make_recurring(account, by)
    make_recurring(account, by, 1200, invoiced=False)
    assert run() == {"posted": 2, "invoiced": 1}
    assert Invoice.objects.get().cents == 5700


def test_one_that_is_not_invoiced_waits_for_the_next_invoice(account, by):
    make_recurring(account, by, invoiced=False)
    assert run() == {"posted": 1}
    assert not Invoice.objects.exists()


def test_what_a_payer_owes_is_charged_to_the_payer_and_not_to_the_client(account, by):
    payer = make_payer(by)
    make_recurring(account, by, payer=payer)
    assert run() == {"posted": 1}
    assert account.open_items.get().payer == payer


def test_it_ends_with_its_last_day(account, by, today):
    row = make_recurring(account, by, starts_on=today - timedelta(days=7), rhythm="week", until=today)
    assert run()["posted"] == 2
    row.refresh_from_db()
    assert row.next_on is None
    assert run(today + timedelta(days=7)) == {}


def test_on_hold_it_is_charged_and_not_invoiced_and_says_so(account, by, today):
    row = make_recurring(account, by)
    Hold.objects.create(account=account, kind="dispute", since=today, reason="Asked in writing", set_by=by)
    assert run() == {"posted": 1}
    row.refresh_from_db()
    assert "on hold" in row.trouble
    assert not Invoice.objects.exists()


def test_a_closed_account_is_refused_said_and_holds_up_nobody(account, by, office, today):
    closed = make_account(office, by, "Grace", "Hill")
    row = make_recurring(closed, by)
    make_recurring(account, by)
    closed.closed_on = today
    closed.save(update_fields=["closed_on"])
    assert run() == {"posted": 1, "invoiced": 1, "refused": 1}
    row.refresh_from_db()
    assert "closed" in row.trouble
    assert row.next_on == today


@pytest.mark.django_db(transaction=True)
def test_two_workers_on_one_day_charge_once(account, by, today):
    make_recurring(account, by, starts_on=today - timedelta(days=14), rhythm="week")

    def work(_):
        try:
            return billing.bill(today, dates.now())
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        done = list(pool.map(work, range(4)))
    assert sum(one["posted"] for one in done) == 3
    assert (Charge.objects.count(), Invoice.objects.count()) == (3, 1)
    assert sound() == []


# -- changing and ending --------------------------------------------------------------------------------------------------


def edited(row, **changes):
    return {
        "description": row.description, "cents": "45.00", "rhythm": row.rhythm, "until": "", "code": "", "invoiced": "on",
        "lock_version": row.lock_version,
    } | changes  # fmt: skip


def test_a_new_amount_is_for_the_days_to_come(biller, account, by, today):
    row = make_recurring(account, by)
    run()
    biller.post(reverse("recurring_edit", args=[row.pk]), edited(row, cents="52.50"))
    run(nth(today, "month", 1))
    assert [charge.cents for charge in Charge.objects.order_by("service_on")] == [4500, 5250]


def test_what_someone_else_saved_meanwhile_is_not_overwritten(biller, account, by):
    row = make_recurring(account, by)
    stale = edited(row, cents="60.00")
    biller.post(reverse("recurring_edit", args=[row.pk]), edited(row, cents="52.50"))
    assert biller.post(reverse("recurring_edit", args=[row.pk]), stale).status_code == 409
    row.refresh_from_db()
    assert row.cents == 5250


def test_it_is_ended_with_a_reason(biller, account, by, today):
    row = make_recurring(account, by, starts_on=today + timedelta(days=3))
    biller.post(reverse("recurring_end", args=[row.pk]), {"until": today.isoformat(), "reason": "Moved away"})
    row.refresh_from_db()
    assert (row.next_on, row.until) == (None, today)
    assert Act.objects.get(verb="recurring_ended").reason == "Moved away"
    assert run(today + timedelta(days=40)) == {}


def test_it_is_not_ended_before_what_it_charged(biller, account, by, today):
    row = make_recurring(account, by)
    run()
    end = {"until": (today - timedelta(days=1)).isoformat(), "reason": "Moved away"}
    response = biller.post(reverse("recurring_end", args=[row.pk]), end)
    assert response.status_code == 422
    assert "was charged on" in response.content.decode()


def test_what_was_ended_goes_on_from_where_it_stopped(biller, account, by, today):
    row = make_recurring(account, by, starts_on=date(today.year, today.month, 1) - timedelta(days=20), rhythm="week")
    run()
    biller.post(reverse("recurring_end", args=[row.pk]), {"until": today.isoformat(), "reason": "Moved away"})
    row.refresh_from_db()
    posted = Charge.objects.count()
    biller.post(reverse("recurring_edit", args=[row.pk]), edited(row))
    assert run(today + timedelta(days=7))["posted"] == 1
    assert Charge.objects.count() == posted + 1


# -- seen -----------------------------------------------------------------------------------------------------------------


def test_the_accounts_page_and_the_list_show_it(biller, account, by):
    make_recurring(account, by)
    piece = biller.get(reverse("recurring_of", args=[account.pk])).content.decode()
    assert "$45.00" in piece and "Water supply, every month" in piece
    assert "Water supply" in biller.get(reverse("recurring_charges")).content.decode()


def test_a_collector_reads_that_it_is_a_service(account, by, office, client):
    make_recurring(account, by)
    client.force_login(make_user("collector", office))
    for address in (reverse("recurring_charges"), reverse("recurring_of", args=[account.pk])):
        page = client.get(address).content.decode()
        assert "Water" not in page and "Service" in page


def test_the_list_is_of_ones_own_offices(biller, foreign, by):
    make_recurring(foreign, by)
    assert "Water supply" not in biller.get(reverse("recurring_charges")).content.decode()
    assert "Water supply" not in biller.get(reverse("recurring_charges") + "?as=csv").getvalue().decode()


def test_an_account_that_is_still_charged_is_not_closed(biller, account, by, today):
    row = make_recurring(account, by, starts_on=today + timedelta(days=9))
    biller.post(
        reverse("account_close", args=[account.pk]),
        {"on": today.isoformat(), "closed_on": today.isoformat(), "why": "Moved"},
    )
    account.refresh_from_db()
    assert account.closed_on is None
    assert (
        reverse("recurring_end", args=[row.pk])
        in biller.get(reverse("account_close", args=[account.pk])).content.decode()
    )
