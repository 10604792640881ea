"""Posting a charge by hand."""

from datetime import timedelta

import pytest
from django.urls import reverse

from accounts.models import Charge, JournalEntry
from billing_office.audit.models import Act
from billing_office.lib import dates
from billing_office.staff.models import Role
from tests.factories import make_account, make_payer


@pytest.fixture
def page(account):
    return reverse("charge_new", args=[account.pk])


@pytest.fixture
def filled(account, once):
    def fill(**changes):
        return {
            "once": once,
            "service_on": dates.today().isoformat(),
            "description": "MRI of the lower back",
            "amount": "1,224.50",
            "units": "1",
            "code": "72148",
            "payer": "",
            "client": account.guarantor_id,
            "provider": "Dr. Day",
        } | changes

    return fill


def test_the_client_is_charged_and_the_act_recorded(biller, account, page, filled):
    answer = biller.post(page, filled())
    assert answer["Location"] == reverse("account", args=[account.pk])
    charge = account.charges.get()
    assert (charge.cents, charge.description, charge.code, charge.client) == (
        122450,
        "MRI of the lower back",
        "72148",
        account.guarantor,
    )
    assert [(item.payer, item.cents) for item in account.open_items.all()] == [(None, 122450)]
    act = Act.objects.get(verb="charge_posted")
    assert (act.object_id, act.account_id, act.actor) == (charge.pk, account.pk, biller.user)


def test_a_payer_may_owe_first(biller, account, payer, page, filled):
    biller.post(page, filled(payer=payer.pk))
    assert account.open_items.get().payer == payer


def test_a_payer_that_is_not_offered_any_more_owes_nothing_new(biller, by, page, filled):
    gone = make_payer(by, "Gone Mutual")
    gone.active = False
    gone.save()
    assert biller.post(page, filled(payer=gone.pk)).status_code == 422


def test_the_client_served_is_one_of_the_account(biller, office, by, page, filled):
    other = make_account(office, by, "Luis", "Ortega")
    assert biller.post(page, filled(client=other.guarantor_id)).status_code == 422


def test_a_double_click_posts_once_and_says_so(biller, account, page, filled):
    biller.post(page, filled())
    answer = biller.post(page, filled(amount="99.00"), follow=True)
    assert [charge.cents for charge in account.charges.all()] == [122450]
    assert Act.objects.filter(verb="charge_posted").count() == 1
    assert "posted from this form already" in answer.content.decode()


def test_two_forms_post_two_charges(biller, account, page, filled):
    biller.post(page, filled())
    again = str(biller.get(page).context["form"]["once"].value())
    biller.post(page, filled(once=again))
    assert account.charges.count() == 2


MONEY = [
    "",
    "NaN",
    "Infinity",
    "1e9",
    "-5",
    "0",
    "0.00",
    "0.001",
    "1,00",
    "1.000,00",
    "١٢٣",
    "9" * 30,
    "10000000000.01",
    "12 34",
    "a\x00",
    "$",
    "0" * 45,
]


@pytest.mark.parametrize("amount", MONEY)
def test_what_is_no_amount_is_refused_at_the_field_and_posts_nothing(biller, page, filled, amount):
    answer = biller.post(page, filled(amount=amount))
    assert answer.status_code == 422
    assert answer.context["form"]["amount"].errors
    assert "72148" in answer.content.decode()
    assert not Charge.objects.exists()


DAYS = [
    "",
    "0001-01-01",
    "1899-12-31",
    "2200-01-01",
    "9999-12-31",
    "2026-02-30",
    "23.11.2026",
    "tomorrow",
    "2026-11-0\x00",
    "9" * 30,
]


@pytest.mark.parametrize("day", DAYS)
def test_what_is_no_day_of_service_is_refused_at_the_field(biller, page, filled, day):
    answer = biller.post(page, filled(service_on=day))
    assert answer.status_code == 422
    assert answer.context["form"]["service_on"].errors
    assert not Charge.objects.exists()


def test_a_service_of_tomorrow_is_not_charged_today(biller, page, filled):
    answer = biller.post(page, filled(service_on=(dates.today() + timedelta(days=1)).isoformat()))
    assert "charged when it was given, not before" in answer.content.decode()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("description", ""),
        ("description", "x" * 5000),
        ("description", "a\x00b"),
        ("description", "two\nlines"),
        ("description", "card 4111111111111111"),
        ("units", "NaN"),
        ("units", "0"),
        ("units", "-1"),
        ("units", "1e3"),
        ("units", "0.001"),
        ("units", "٣"),
        ("units", "9" * 30),
        ("code", "x" * 21),
        ("payer", "9" * 30),
        ("payer", "a\x00"),
        ("client", "0"),
        ("provider", "x" * 5000),
    ],
)
def test_other_fields_refuse_what_cannot_be(biller, page, filled, field, value):
    answer = biller.post(page, filled(**{field: value}))
    assert answer.status_code == 422
    assert answer.context["form"][field].errors
    assert not Charge.objects.exists()


@pytest.mark.parametrize("once", ["", "1", "a" * 5000])
def test_a_form_without_its_number_posts_nothing(biller, page, filled, once):
    answer = biller.post(page, filled(once=once))
    assert "lost its number" in answer.content.decode()
    assert not JournalEntry.objects.exists()


@pytest.mark.parametrize("role", [Role.CLERK, Role.COLLECTOR, Role.AUDITOR, Role.ADMIN])
def test_other_roles_post_no_charge(signed_in, page, filled, role):
    assert signed_in(role).post(page, filled()).status_code == 403
    assert not Charge.objects.exists()


@pytest.mark.parametrize(
    ("role", "words", "code"),
    [
        (Role.CLERK, "MRI of the lower back", ""),
        (Role.BILLER, "MRI of the lower back", "72148"),
        (Role.COLLECTOR, "Service", ""),
        (Role.AUDITOR, "MRI of the lower back", "72148"),
    ],
)
def test_each_role_reads_of_a_charge_what_it_needs(biller, signed_in, account, page, filled, role, words, code):
    biller.post(page, filled())
    reader, charge = signed_in(role).user, account.charges.get()
    assert (charge.words_for(reader), charge.code_for(reader)) == (words, code)
