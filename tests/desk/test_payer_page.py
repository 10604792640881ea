"""A payer's page: each figure with its rows; only what one's offices may know; stops; who does not pay."""

import csv
import io
from datetime import timedelta

import pytest
from django.urls import reverse

from accounts.models import Hold, Payer
from billing_office import schedule
from billing_office.lib import dates
from dunning.models import Reminder
from invoices import issuing
from tests.factories import make_charge, make_payer


@pytest.fixture
def late(account, office, by, settings):
    settings.OUTBOX_HINT = ""
    payer = make_payer(
        by, "Lone Star Freight", Payer.Class.EMPLOYER, email="ap@lonestar.example", street="9 Depot Road", city_line="Austin, TX 78701"
    )  # fmt: skip
    make_charge(account, by, 22400, payer=payer)
    payer.invoice = issuing.issue_to_payer(payer, office, on=dates.today() - timedelta(days=70), by=by, key="k")
    return payer


def page(browser, payer, name="payer", **query):
    return browser.get(reverse(name, args=[payer.pk]), query).content.decode()


def test_it_shows_what_is_owed_by_age_with_its_rows(clerk, late):
    text = page(clerk, late)
    assert f"{reverse('payer_owes', args=[late.pk])}?age=a2" in text
    assert late.invoice.number in text
    file = clerk.get(reverse("payer_owes", args=[late.pk]), {"age": "a2", "as": "csv"})
    rows = list(csv.DictReader(io.StringIO(file.getvalue().decode())))
    assert [(row["Name"], row["Owes"], row["Age"]) for row in rows] == [("Robert White", "224.00", "40")]
    assert "Robert White" not in page(clerk, late, "payer_owes", age="a4")


def test_what_belongs_to_another_office_is_not_there(clerk, late, foreign, other_office, by):
    make_charge(foreign, by, 77700, payer=late)
    theirs = issuing.issue_to_payer(late, other_office, on=dates.today(), by=by, key="theirs")
    text = page(clerk, late) + page(clerk, late, "payer_owes")
    assert theirs.number not in text
    assert "777.00" not in text
    assert foreign.name not in text


def test_the_board_leads_from_employers_to_them(signed_in, late):
    board = signed_in("supervisor").get(reverse("arrears")).content.decode()
    href = reverse("arrears_rows", args=["other", "a2"]) + "?by=payer"
    assert href in board
    rows = signed_in("supervisor").get(href).content.decode()
    assert reverse("payer", args=[late.pk]) in rows
    assert "Lone Star Freight" in rows


def test_a_hold_of_a_payer_is_set_shown_and_ended(biller, late, once):
    biller.post(
        reverse("payer_hold_new", args=[late.pk]),
        {"kind": "dispute", "since": dates.today(), "reason": "They call back", "once": once},
    )
    hold = Hold.objects.get()
    assert hold.account == late.house_account
    assert "They call back" in page(biller, late)
    answer = biller.post(reverse("hold_end", args=[hold.pk]), {"until": dates.today() - timedelta(days=0)})
    assert answer["Location"] == reverse("payer", args=[late.pk])


def test_a_clerk_does_not_stop_a_payer(clerk, late):
    assert clerk.get(reverse("payer_hold_new", args=[late.pk])).status_code == 403


def run(day):
    now = dates.office_time(day)
    schedule.run_steps(day, now, as_of=now)


def test_who_does_not_pay_after_the_last_reminder_is_the_supervisors(signed_in, late):
    supervisor, today = signed_in("supervisor"), dates.today()
    for ago in (33, 19):
        run(today - timedelta(days=ago))
    assert [row.state for row in listed(supervisor)] == [("Being reminded", "info")]
    run(today + timedelta(days=5))
    assert Reminder.objects.latest("pk").level_name == "Final"
    Reminder.objects.filter(level_name="Final").update(on=today - timedelta(days=15))
    rows = listed(supervisor, show="last")
    assert [(row.cycle.payer, row.cents, row.state[0]) for row in rows] == [(late, 22400, "Take it up")]


def listed(browser, **query):
    return browser.get(reverse("unpaid_payers"), query).context["table"].rows


def test_another_offices_payers_are_not_listed(signed_in, other_office, late):
    run(dates.today())
    stranger = signed_in("supervisor")
    stranger.user.offices.set([other_office])
    assert listed(stranger) == []
