"""Charges and payments that a person enters: posted by the ledger and recorded, once for each form that was opened."""

from datetime import date
from typing import NamedTuple
from uuid import UUID

from django.db import models

from billing_office.audit.acts import record
from billing_office.audit.models import Act

from . import ledger
from .models import Account, Charge, JournalEntry, Payer, Payment


class Done(NamedTuple):
    """What stands now, and whether this call made it: False when the same form had been sent before."""

    row: models.Model
    new: bool


def post_charge(account: Account, *, form: UUID, by, **charge) -> Done:
    """A Charge; `charge` as in ledger.charge. Raises ledger.Refused."""
    with ledger.locked([account.pk]):
        row: Charge = ledger.charge(account, key=f"charge:{account.pk}:{form}", by=by, **charge)
        return Done(row, _recorded_now(by, "charge_posted", row, account))


def post_payment(
    account: Account, payer: Payer | None, shares: list[ledger.Share], *, cents: int, received_on: date, method: str,
    reference: str, form: UUID, by,
) -> Done:  # fmt: skip
    """A Payment of the client or, with `payer`, of that payer, laid on charges of one account. Raises ledger.Refused.

    What is left over is unapplied: the client's on the account, a payer's on the payer's house account.
    """
    facts = {
        "cents": cents, "received_on": received_on, "method": method, "reference": reference, "by": by,
        "key": _payment_key(account, form),
    }  # fmt: skip
    with ledger.locked([account.pk, payer.house_account.pk] if payer else [account.pk]):
        row: Payment = (
            ledger.receive_payer_payment(payer, shares={account.pk: shares}, **facts)
            if payer
            else ledger.receive_client_payment(account, shares=shares, **facts)
        )
        return Done(row, _recorded_now(by, "payment_posted", row, account))


def payment_of(account: Account, form: UUID) -> Payment | None:
    """The payment that was posted from this form before, as long as it stands."""
    entries = JournalEntry.objects.filter(source_key__startswith=f"{_payment_key(account, form)}:", reversal=None)
    return Payment.objects.filter(postings__entry__in=entries).first()


def _payment_key(account: Account, form: UUID) -> str:
    return f"payment:{account.pk}:{form}"


def _recorded_now(by, verb: str, row: models.Model, account: Account) -> bool:
    """Record the act unless it is recorded. Call under the account's lock."""
    if Act.objects.filter(object_kind=row._meta.label_lower, object_id=row.pk, verb=verb).exists():
        return False
    record(by, verb, row, account_id=account.pk)
    return True
