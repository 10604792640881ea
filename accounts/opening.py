"""Opening accounts and payers, by form or by import: number, name, first client, and the house account a payer's money needs."""

from datetime import date

from django.db import transaction

from billing_office.audit import acts
from billing_office.lib.sorting import sort_key
from billing_office.staff.models import Office, User

from .models import Account, Client, Payer
from .models.number import take

ACCOUNT_PREFIX, ACCOUNTS_FROM = "A-", 10_000  # numbers read A-10001, A-10002, …: as long as one another for a long time


def open_account(
    *, office: Office, last_name: str, by: User, opened_on: date, first_name="", financial_class=Account.FinancialClass.SELF_PAY,
    detail: dict | None = None, number: int | None = None, **client
) -> Account:  # fmt: skip
    """Open a client account. Its first client is the guarantor, and served unless `served=False` is said.

    `client` holds further fields of Client: kind, birth_date, deceased_on, language, time_zone, served. The account's
    name and place in lists are the guarantor's. `detail` goes into the act. `number` was taken from the series before.
    """
    with transaction.atomic():
        account = Account(office=office, opened_on=opened_on, financial_class=financial_class)
        guarantor = Client(account=account, first_name=first_name, last_name=last_name, **client)
        account.name = guarantor.name
        account.sort_key = sort_key(guarantor.last_name, guarantor.first_name)
        account.number = f"{ACCOUNT_PREFIX}{ACCOUNTS_FROM + (number or take('account')[0])}"
        account.save()
        guarantor.account = account
        guarantor.save()
        account.guarantor = guarantor
        account.save(update_fields=["guarantor"])
        acts.record(
            by,
            "account_opened",
            account,
            account_id=account.pk,
            detail={"client": guarantor.pk, "on": str(account.opened_on)} | (detail or {}),
        )
    return account


def open_payer(
    *, name: str, payer_class: str, by: User, opened_on: date, detail: dict | None = None, **fields
) -> Payer:
    """Record a payer and open its house account, where its money stands until it is laid on charges.

    `fields` are further fields of Payer: electronic_id, street, city_line, phone, email. `detail` goes into the act.
    """
    with transaction.atomic():
        payer = Payer.objects.create(name=name, payer_class=payer_class, **fields)
        Account.objects.create(
            kind=Account.Kind.HOUSE,
            number=f"H-{take('house')[0]:05}",
            name=payer.name,
            sort_key=payer.sort_key,
            payer=payer,
            opened_on=opened_on,
        )
        acts.record(by, "payer_opened", payer, detail=detail)
    return payer
