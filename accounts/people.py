"""Verbs on the people of an account: its clients, and the ways to reach them. Each records what changed, never the values."""

from datetime import date

from django.utils.translation import gettext_lazy as _

from billing_office.audit.acts import record

from .models import Account, Client, ContactPoint

# What the client is told when asked. The wording that was read out is kept with each consent.
CONSENT_WORDING = _(
    "You agree that we send your bills and reminders, which name the services you received, as PDF files by ordinary e-mail."
    " Ordinary e-mail is not encrypted: somebody else might read it on its way or on a shared computer."
    " You may withdraw this at any time, and your care does not depend on it."
)


def add_client(account: Account, client: Client, *, by, detail: dict) -> Client:
    client.account = account
    client.save()
    record(by, "client_added", client, account_id=account.pk, detail=detail)
    return client


def client_edited(client: Client, changed: list[str], *, by):
    """Call after the row was saved, in its transaction: the account is called as its guarantor is."""
    record(by, "client_edited", client, account_id=client.account_id, changed=changed)
    account = Account.objects.select_for_update(no_key=True).get(pk=client.account_id)
    if account.guarantor_id == client.pk:
        name_after_guarantor(account, client)


def account_edited(account: Account, changed: list[str], *, by):
    """Call after the row was saved, in its transaction."""
    if "guarantor" in changed:
        name_after_guarantor(account, account.guarantor)
    record(by, "account_edited", account, account_id=account.pk, changed=changed)


def name_after_guarantor(account: Account, guarantor: Client):
    if (account.name, account.sort_key) != (guarantor.name, guarantor.sort_key):
        account.name, account.sort_key = guarantor.name, guarantor.sort_key
        account.save(update_fields=["name", "sort_key"])


def add_contact(client: Client, point: ContactPoint, *, by, detail: dict) -> ContactPoint:
    point.client = client
    point.save()
    detail = detail | ({"consent": "given"} if point.consent_on else {})
    record(by, "contact_added", point, account_id=client.account_id, detail=detail)
    return point


def contact_edited(point: ContactPoint, changed: list[str], consent_before: date | None, *, by):
    """Call after the row was saved, in its transaction."""
    detail = {}
    if bool(point.consent_on) != bool(consent_before):
        given = point.consent_on or consent_before
        detail = {"consent": "given" if point.consent_on else "withdrawn", "given_on": given.isoformat()}
    record(by, "contact_edited", point, account_id=point.client.account_id, changed=changed, detail=detail)


def give_consent(point: ContactPoint, on: date, by):
    """Note on the row, unsaved, that the client agreed to unencrypted e-mail on this day when `by` read out the wording."""
    point.consent_on, point.consent_wording, point.consent_by = on, CONSENT_WORDING, by


def withdraw_consent(point: ContactPoint):
    """Note on the row, unsaved: nothing is attached to mail any more. The act keeps the day on which consent was given."""
    point.consent_on, point.consent_wording, point.consent_by = None, "", None
