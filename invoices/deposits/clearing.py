"""What the bank accounts for: a deposit, or cash that is in none, cleared by the bank's line, by hand, or explained.

Records beside the ledger: no cent moves in it. Cash is open as long as its legs and what clears them differ.
"""

from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Sum
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from accounts import ledger
from accounts.ledger import Refused
from accounts.models import Payment
from billing_office.audit.acts import record
from billing_office.lib.money import show
from invoices.models import BankLine, Clearing, Deposit

from . import cash


def open_of_deposit(deposit: Deposit) -> int:
    """What of a closed deposit the bank has not been seen to have, in cents."""
    return deposit.expected_cents - _cleared(deposit.clearings)


def left_of(line: BankLine) -> int:
    return line.cents - _cleared(line.clearings)


def _cleared(clearings) -> int:
    return clearings.live().aggregate(sum=Sum("cents"))["sum"] or 0


def clear_deposit(
    deposit: Deposit, cents: int, *, kind: str, on: date, by, words: str = "", line: BankLine | None = None, form: UUID | None = None
) -> Clearing:  # fmt: skip
    """Account for `cents` of a closed deposit. Raises Refused above what is open there, or left of the line.

    A difference is not explained by who opened or counted the deposit.
    """
    with transaction.atomic():
        row = Deposit.objects.select_for_update(no_key=True, of=("self",)).select_related("office").get(pk=deposit.pk)
        if row.closed_at is None:
            raise Refused(
                _("%(deposit)s is not closed. Close it first; then the bank’s line clears it.")
                % {"deposit": row.number}
            )
        if kind in Clearing.EXPLAINED and by.pk in (row.opened_by_id, row.counted_by_id):
            raise Refused(_("You opened or counted this deposit, so another person explains what is missing."))
        _check(cents, open_of_deposit(row), _OF_DEPOSIT)
        return _write(row, None, cents, kind=kind, on=on, by=by, words=words, line=line, form=form)


def clear_payment(
    payment: Payment, cents: int, *, kind: str, on: date, by, words: str = "", line: BankLine | None = None,
    made: bool = False, form: UUID | None = None,
) -> Clearing:  # fmt: skip
    """Account for `cents` of a payment's cash that is in no deposit: an EFT, a refund, a cheque that came back."""
    with ledger.locked([payment.account_id]):
        if kind in Clearing.EXPLAINED and payment.created_by_id == by.pk:
            raise Refused(_("You posted this receipt, so another person explains what is missing."))
        if not made:
            found = cash.loose(list(by.offices.values_list("pk", flat=True)), by, payments=[payment.pk])
            _check(cents, found[0].cents if found else 0, _OF_PAYMENT)
        return _write(None, payment, cents, kind=kind, on=on, by=by, words=words, line=line, form=form, made=made)


_OF_DEPOSIT = lazy(
    "%(open)s is open of the deposit, so %(amount)s cannot clear it. Somebody may have done it meanwhile."
)
_OF_PAYMENT = lazy(
    "%(open)s is open of this payment, so %(amount)s cannot clear it. Somebody may have done it meanwhile."
)
_OF_LINE = lazy(
    "%(open)s is open of the bank’s line, so %(amount)s cannot clear it. Somebody may have done it meanwhile."
)


def _check(cents: int, open_now: int, words: str):
    if cents == 0 or (cents > 0) != (open_now > 0) or abs(cents) > abs(open_now):
        raise Refused(words % {"open": show(open_now), "amount": show(cents)})


def _write(deposit, payment, cents: int, *, line: BankLine | None, by, form: UUID | None, **facts) -> Clearing:
    if line:
        line = BankLine.objects.select_for_update(no_key=True).get(pk=line.pk)
        if line.undone_at:
            raise Refused(_("The import of this line was undone."))
        _check(cents, left_of(line), _OF_LINE)
    row = Clearing.objects.create(deposit=deposit, payment=payment, cents=cents, line=line, by=by, **facts)
    account = payment.account_id if payment else None
    detail = {"cents": cents, "kind": row.kind} | ({"form": str(form)} if form else {})
    record(by, "cash_cleared", row, account_id=account, reason=row.words, detail=detail)
    return row


def undo(clearing: Clearing, *, now: datetime, by) -> bool:
    """Take it back: the cash is open again, and the line too; whether this call did it."""
    with transaction.atomic():
        if clearing.line_id:
            BankLine.objects.select_for_update(no_key=True).get(pk=clearing.line_id)
        row = Clearing.objects.select_for_update(no_key=True, of=("self",)).get(pk=clearing.pk)
        if row.undone_at:
            return False
        row.undone_at, row.undone_by = now, by
        row.save(update_fields=["undone_at", "undone_by"])
        record(by, "cash_clearing_undone", row, detail={"cents": row.cents, "kind": row.kind})
        return True
