"""Charges and payments that a person enters: posted by the ledger and recorded, once for each form that was opened."""

from contextlib import contextmanager
from datetime import date
from typing import NamedTuple
from uuid import UUID

from django.db import models

from billing_office.audit.acts import record
from billing_office.audit.models import Act

from . import ledger
from .models import Account, Charge, JournalEntry, Payer, Payment

Shares = dict[int, list[ledger.Share]]  # by account id


class Done(NamedTuple):
    """What stands now, and whether this call made it: False when the same form had been sent before."""

    row: models.Model
    new: bool


def post_charge(account: Account, *, form: UUID, by, **charge) -> Done:
    """A Charge; `charge` as in ledger.charge. Raises ledger.Refused."""
    with ledger.locked([account.pk]):
        row: Charge = ledger.charge(account, key=f"charge:{account.pk}:{form}", by=by, **charge)
        return Done(row, _recorded_now(by, "charge_posted", row, [account.pk]))


def post_payment(
    home: Account, payer: Payer | None, shares: Shares, *, cents: int, received_on: date, method: str, reference: str, form: UUID,
    by, card: ledger.Card = ledger.NO_CARD,
) -> Done:  # fmt: skip
    """A Payment of the client of `home` or, with `payer`, of that payer, laid on charges of any number of accounts.

    What is left over is unapplied: the client's on `home`, a payer's on the payer's house account. What a client pays on
    other accounts than `home` is one allocation on each, in the same transaction. Raises ledger.Refused; then nothing stands.
    """
    key = _payment_key(home, form)
    facts = {
        "cents": cents, "received_on": received_on, "method": method, "reference": reference, "by": by, "key": key, "card": card,
    }  # fmt: skip
    with ledger.locked([home.pk, *shares, *([payer.house_account.pk] if payer else [])]) as accounts:
        if payer:
            row = ledger.receive_payer_payment(payer, shares=shares, **facts)
        else:
            row = ledger.receive_client_payment(home, shares=shares.get(home.pk, []), **facts)
            for other in sorted(shares.keys() - {home.pk}):
                where = accounts[other]
                ledger.allocate(row, where, shares[other], on=received_on, key=f"{key}:{other}", by=by)
        return Done(row, _recorded_now(by, "payment_posted", row, list(shares) or [home.pk]))


def payment_of(home: Account, form: UUID) -> Payment | None:
    """The payment that was posted from this form before, as long as it stands."""
    entries = JournalEntry.objects.filter(source_key__startswith=f"{_payment_key(home, form)}:", reversal=None)
    return Payment.objects.filter(postings__entry__in=entries).first()


def lay_unapplied(payment: Payment, source: Account, shares: Shares, *, on: date, form: UUID, by) -> bool:
    """Lay money of a payment that stands unapplied on `source` on charges; whether this call did it. Raises ledger.Refused."""
    with (
        ledger.locked([source.pk, *shares]) as accounts,
        _first_time(by, "payment_allocated", payment, shares, form) as first,
    ):
        if first:
            for pk in sorted(shares):
                key = f"allocate:{payment.pk}:{form}:{pk}"
                ledger.allocate(payment, accounts[pk], shares[pk], on=on, key=key, by=by, source=source)
        return first


def move_unapplied(
    payment: Payment, source: Account, target: Account, cents: int, *, on: date, reason: str, form: UUID, by
) -> bool:
    """Move unapplied money of a client to another client's account; whether this call did it. Raises ledger.Refused."""
    both = [source.pk, target.pk]
    with ledger.locked(both), _first_time(by, "money_moved", payment, both, form, reason) as first:
        if first:
            key = f"move:{payment.pk}:{form}"
            ledger.transfer_unapplied(payment, source, target, cents, on=on, key=key, by=by, memo=reason)
        return first


def done_before(verb: str, payment: Payment, form: UUID | None) -> bool:
    """Whether this form laid or moved money of the payment already."""
    return form is not None and _acts(verb, payment, form).exists()


def _acts(verb: str, row: models.Model, form: UUID):
    return Act.objects.of_form(form).filter(object_kind=row._meta.label_lower, object_id=row.pk, verb=verb)


def _payment_key(home: Account, form: UUID) -> str:
    return f"payment:{home.pk}:{form}"


@contextmanager
def _first_time(by, verb: str, row: models.Model, accounts, form: UUID, reason=""):
    """Whether this form did `verb` not yet; then it is recorded for each account. Call under the accounts' locks."""
    first = not _acts(verb, row, form).exists()
    yield first
    if first:
        for account in accounts:
            record(by, verb, row, account_id=account, reason=reason, detail={"form": str(form)})


def _recorded_now(by, verb: str, row: models.Model, accounts: list[int]) -> bool:
    """Record the act for each account it touches, unless it is recorded. Call under the accounts' locks."""
    if Act.objects.filter(object_kind=row._meta.label_lower, object_id=row.pk, verb=verb).exists():
        return False
    for account in accounts:
        record(by, verb, row, account_id=account)
    return True
