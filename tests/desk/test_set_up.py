"""The way from an empty office to its first invoice: each step is done when the records say so."""

import pytest
from django.urls import reverse

from billing_office.lib import dates
from invoices import issuing
from tests.factories import make_charge, make_payer, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin(signed_in):
    return signed_in("admin")


def steps(browser, office):
    page = browser.get(reverse("set_up") + f"?office={office.pk}")
    return {step.title: step for step in page.context["steps"]}


def test_an_empty_office_is_led_step_by_step(admin, office):
    found = steps(admin, office)
    assert not any(step.done for title, step in found.items() if title != "Let mail go out")
    assert found["Say who the office is"].href == reverse("office_edit", args=[office.pk])
    assert found["Bring your accounts"].who == "done by: biller, supervisor"
    assert admin.get(reverse("set_up") + f"?office={office.pk}").context["next"].title == "Say who the office is"


def test_each_step_is_done_by_doing_it(biller, office, account, by):
    office.street, office.city_line, office.phone = "1 Elm Street", "Springfield, IL", "(555) 010-2000"
    office.save()
    make_user("supervisor", office)
    make_payer(by)
    found = steps(biller, office)
    assert {title for title, step in found.items() if step.done} >= {
        "Say who the office is", "Add who bills", "Add a second pair of eyes", "Name the payers", "Bring your accounts",
    }  # fmt: skip
    assert found["Post the first charge"].href == reverse("charge_new", args=[account.pk])
    make_charge(account, by)
    assert steps(biller, office)["Issue the first invoice"].href == reverse("invoice_new", args=[account.pk])
    issuing.issue(account, on=dates.today(), by=by, key="first")
    page = biller.get(reverse("set_up"))
    assert page.context["next"] is None
    assert "Every step to the first invoice is done" in page.content.decode()


def test_an_admin_reads_no_clients_name(admin, account):
    assert account.name not in admin.get(reverse("set_up")).content.decode()


def test_an_office_without_insurance_is_not_asked_for_payers(biller, office):
    office.profile = "public"
    office.save()
    assert "Name the payers" not in steps(biller, office)


def test_it_asks_the_database_little(biller, account, by, django_assert_max_num_queries):
    make_charge(account, by)
    with django_assert_max_num_queries(16):
        biller.get(reverse("set_up"))
