"""Editing an account: class, guarantor; a form filled in before somebody else saved overwrites nothing."""

from django.urls import reverse

from accounts.models import Account
from billing_office.audit.models import Act
from billing_office.lib import dates
from tests.factories import make_client


def page(account):
    return reverse("account_edit", args=[account.pk])


def filled(account, **changes):
    account.refresh_from_db()
    return {
        "guarantor": account.guarantor_id, "financial_class": account.financial_class,
        "lock_version": account.lock_version,
    } | changes  # fmt: skip


def test_the_class_is_changed_and_the_act_names_the_field_alone(clerk, account):
    clerk.post(page(account), filled(account, financial_class="public"))
    account.refresh_from_db()
    assert account.financial_class == "public"
    act = Act.objects.get(verb="account_edited")
    assert (act.changed, act.account_id, act.detail) == (["financial_class"], account.pk, {})


def test_saving_without_a_change_records_nothing(clerk, account):
    clerk.post(page(account), filled(account))
    assert not Act.objects.filter(verb="account_edited").exists()


def test_the_account_is_called_as_its_new_guarantor(clerk, account, by):
    mother = make_client(account, by, "Zoë", "Adams")
    clerk.post(page(account), filled(account, guarantor=mother.pk))
    account.refresh_from_db()
    assert (account.guarantor, account.name, account.sort_key) == (mother, "Zoë Adams", "adams zoe")


def test_the_guarantor_is_one_of_the_accounts_own_clients(clerk, account, foreign):
    assert clerk.post(page(account), filled(account, guarantor=foreign.guarantor_id)).status_code == 422


def test_a_stale_form_keeps_what_the_other_saved_and_what_was_typed(clerk, biller, account):
    opened = filled(account)
    biller.post(page(account), filled(account, financial_class="public"))
    answer = clerk.post(page(account), opened | {"financial_class": "employer"})
    account.refresh_from_db()
    assert (answer.status_code, account.financial_class) == (409, "public")
    text = answer.content.decode()
    assert "A. Biller at" in text
    assert 'value="theirs"> Public scheme' in text
    assert '<option value="employer" selected>' in text


def test_looking_again_and_saving_is_one_more_press(clerk, biller, account):
    opened = filled(account)
    biller.post(page(account), filled(account, financial_class="public"))
    refused = clerk.post(page(account), opened | {"financial_class": "employer"})
    again = refused.context["form"]["lock_version"].value()
    clerk.post(page(account), opened | {"financial_class": "employer", "lock_version": again})
    account.refresh_from_db()
    assert account.financial_class == "employer"


def test_a_closed_account_takes_no_charge(biller, account, once):
    Account.objects.filter(pk=account.pk).update(closed_on=dates.today())
    charge = {
        "once": once,
        "service_on": dates.today().isoformat(),
        "description": "Visit",
        "amount": "10",
        "units": "1",
    }
    answer = biller.post(reverse("charge_new", args=[account.pk]), charge | {"client": account.guarantor_id})
    assert "Reopen it before charging" in answer.content.decode()
    assert not account.charges.exists()
