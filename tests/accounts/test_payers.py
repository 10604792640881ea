"""Payers: the list, a page, new ones with their house account, edits."""

import csv
import io

import pytest
from django.urls import reverse

from accounts.models import Payer
from billing_office.audit.models import Act
from billing_office.staff.models import Role
from tests.factories import make_charge, make_payer, make_payment


def filled(once=None, **changes):
    given = {"name": "Blue Cross TX", "payer_class": "insurer", "electronic_id": "84980"} | changes
    return given | ({"once": once} if once else {})


def test_a_payer_is_added_with_its_house_account_and_the_act(biller, once):
    answer = biller.post(reverse("payer_new"), filled(once))
    payer = Payer.objects.get()
    assert answer["Location"] == reverse("payer", args=[payer.pk])
    assert payer.house_account.name == "Blue Cross TX"
    assert Act.objects.get(verb="payer_opened").object_id == payer.pk


def test_a_name_in_use_is_refused_whatever_its_accents(biller, payer, once):
    answer = biller.post(reverse("payer_new"), filled(once, name="blue cróss tx"))
    assert "There is a payer of this name" in answer.content.decode()
    assert Payer.objects.count() == 1


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("name", "x" * 5000),
        ("name", "\ufdfa" * 100),
        ("name", "a\x00b"),
        ("payer_class", "dog"),
        ("email", "nobody"),
    ],
)
def test_what_cannot_be_is_refused_at_its_field(biller, once, field, value):
    answer = biller.post(reverse("payer_new"), filled(once, **{field: value}))
    assert answer.status_code == 422
    assert answer.context["form"][field].errors
    assert not Payer.objects.exists()


def test_the_list_says_what_each_owes_and_links_to_those_accounts(clerk, account, by, payer):
    make_charge(account, by, 12300, payer=payer)
    assert f"{reverse('accounts')}?payer={payer.pk}" in clerk.get(reverse("payers")).content.decode()
    rows = list(csv.DictReader(io.StringIO(clerk.get(reverse("payers"), {"as": "csv"}).getvalue().decode())))
    assert [(row["Payer"], row["Class"], row["Owes"]) for row in rows] == [("Blue Cross TX", "Insurer", "123.00")]


def test_what_a_payer_owes_another_office_is_not_counted(clerk, foreign, by, payer):
    make_charge(foreign, by, 12300, payer=payer)
    make_payment(foreign, by)
    assert "123.00" not in clerk.get(reverse("payers")).content.decode()
    assert "123.00" not in clerk.get(reverse("payer", args=[payer.pk])).content.decode()


def test_an_edit_is_recorded_and_the_house_account_follows(biller, payer):
    biller.post(
        reverse("payer_edit", args=[payer.pk]),
        filled(name="Blue Cross of Texas", active="on", names_services="on", terms_days=30, lock_version=1),
    )
    payer.refresh_from_db()
    assert (payer.name, payer.house_account.name) == ("Blue Cross of Texas", "Blue Cross of Texas")
    assert Act.objects.get(verb="payer_edited").changed == ["electronic_id", "name"]


def test_a_stale_form_keeps_both(biller, payer):
    page = reverse("payer_edit", args=[payer.pk])
    biller.post(page, filled(name="Mine", active="on", lock_version=1))
    answer = biller.post(page, filled(name="Yours", active="on", lock_version=1))
    payer.refresh_from_db()
    assert (answer.status_code, payer.name) == (409, "Mine")
    assert 'value="Yours"' in answer.content.decode()


def test_payers_are_found_by_name(clerk, payer, by):
    make_payer(by, "Aetna")
    page = clerk.get(reverse("payers"), {"q": "BLUE tx\x00"}).content.decode()
    assert "Blue Cross" in page and "Aetna" not in page


@pytest.mark.parametrize(
    ("role", "reads", "edits"),
    [
        (Role.CLERK, 200, 403),
        (Role.COLLECTOR, 200, 403),
        (Role.AUDITOR, 200, 403),
        (Role.ADMIN, 403, 403),
        (Role.SUPERVISOR, 200, 200),
    ],
)
def test_who_reads_and_who_edits_payers(signed_in, payer, role, reads, edits):
    one = signed_in(role)
    assert [
        one.get(reverse(name, args=args)).status_code for name, args in [("payers", []), ("payer", [payer.pk])]
    ] == [reads] * 2
    assert [
        one.get(reverse(name, args=args)).status_code for name, args in [("payer_new", []), ("payer_edit", [payer.pk])]
    ] == [edits] * 2


def test_the_list_takes_few_queries(clerk, by, django_assert_max_num_queries):
    for n in range(30):
        make_payer(by, f"Payer {n}")
    with django_assert_max_num_queries(6):
        clerk.get(reverse("payers"))
