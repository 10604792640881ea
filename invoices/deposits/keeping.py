"""A deposit's life: opened with the day's receipts, counted, closed by a second person. Each act once, and recorded."""

from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from accounts import ledger
from accounts.ledger import Refused
from accounts.models import Payment
from accounts.once import once
from billing_office.audit.acts import record
from billing_office.lib.money import show
from billing_office.staff.models import Office
from invoices.models import Clearing, Deposit, DepositLine

from . import cash

_NOT_COUNTED = {
    "counted_cents": None,
    "expected_cents": None,
    "difference_reason": "",
    "counted_by": None,
    "counted_at": None,
}


def open_deposit(office: Office, *, day: date, method: str, drawer, by, form: UUID) -> Deposit:
    """Open one and let the receipts of that day, method and drawer join that are in none. Same form again: that deposit."""
    with once(form, "deposit_opened", by) as before:
        if before:
            return Deposit.objects.select_related("office").get(pk=before.object_id)
        deposit = Deposit.objects.create(office=office, day=day, method=method, drawer=drawer, opened_by=by)
        found = [
            one.payment
            for one in cash.loose([office.pk], by, method=method)
            if one.since == day and (drawer is None or one.taken_by == drawer.pk) and one.cents > 0
        ]
        record(
            by, "deposit_opened", deposit, detail={"form": str(form), "number": deposit.number, "receipts": len(found)}
        )
        add(deposit, found, by=by)
        return deposit


def _under_lock(deposit: Deposit) -> Deposit:
    """The deposit as it is now; nobody else changes it until the transaction ends. Raises Refused when it is closed."""
    now = Deposit.objects.select_for_update(no_key=True, of=("self",)).select_related("office").get(pk=deposit.pk)
    if now.dropped_at:
        raise Refused(_("%(deposit)s was discarded meanwhile.") % {"deposit": now.number})
    if now.closed_at:
        raise Refused(_("%(deposit)s is closed: no receipt joins or leaves it any more.") % {"deposit": now.number})
    return now


def _change(deposit: Deposit, **fields):
    for name, value in fields.items():
        setattr(deposit, name, value)
    deposit.save(update_fields=list(fields))


def add(deposit: Deposit, payments: list[int], *, by) -> int:
    """Let these payments' cash join; how many did. What is in a deposit or cleared by itself already stays where it is.

    Raises Refused when the deposit is closed. A count that was made before is void.
    """
    accounts = Payment.objects.filter(pk__in=payments).values_list("account", flat=True)
    with ledger.locked(accounts):
        now = _under_lock(deposit)
        free = {
            one.payment
            for one in cash.loose([now.office_id], by, method=now.method, payments=payments)
            if one.cents > 0
        }
        free -= set(Clearing.objects.live().filter(payment__in=free).values_list("payment", flat=True))
        legs = list(cash.legs_of(sorted(free), cash.kept_since([now.office_id])))
        if legs:
            DepositLine.objects.bulk_create([DepositLine(deposit=now, posting=leg, added_by=by) for leg in legs])
            _change(now, **_NOT_COUNTED)
            record(by, "deposit_receipts_added", now, detail={"payments": sorted(free)})
        return len(free)


def remove(deposit: Deposit, payments: list[int], *, by) -> int:
    """Take these payments out again; how many were in it. Raises Refused when it is closed. A count made before is void."""
    with transaction.atomic():
        now = _under_lock(deposit)
        lines = now.lines.filter(posting__payment__in=payments)
        out = sorted(set(lines.values_list("posting__payment", flat=True)))
        if out:
            lines.delete()
            _change(now, **_NOT_COUNTED)
            record(by, "deposit_receipts_removed", now, detail={"payments": out})
        return len(out)


def _draw_in(deposit: Deposit, by) -> int:
    """Legs that undo what is in it join it; the sum of all, in cents."""
    legs = list(cash.joining(deposit))
    DepositLine.objects.bulk_create([DepositLine(deposit=deposit, posting=leg, added_by=by) for leg in legs])
    return sum(deposit.lines.values_list("posting__cents", flat=True))


def count(deposit: Deposit, cents: int, *, reason: str, now: datetime, by):
    """Write down what was counted. Raises Refused for an empty deposit, and for a difference without a reason."""
    with transaction.atomic():
        row = _under_lock(deposit)
        expected = _draw_in(row, by)
        if not row.lines.exists():
            raise Refused(_("Nothing is in this deposit yet. Add its receipts first."))
        if cents != expected and not reason:
            raise Refused(
                _(
                    "You counted %(counted)s, the receipts come to %(expected)s: %(difference)s apart. Count again, "
                    "look for a receipt that is missing, or say why it differs."
                )
                % {"counted": show(cents), "expected": show(expected), "difference": show(cents - expected)}
            )
        reason = reason if cents != expected else ""
        _change(
            row, counted_cents=cents, expected_cents=expected, difference_reason=reason, counted_by=by, counted_at=now
        )
        record(by, "deposit_counted", row, reason=reason, detail={"counted": cents, "expected": expected})


def close(deposit: Deposit, *, seen: int, now: datetime, by) -> bool:
    """Close what was counted, as a second person; whether this call did it. `seen` are the cents that the person was shown.

    Raises Refused for who opened or counted it, and when it is not counted or has changed since.
    """
    with transaction.atomic():
        row = Deposit.objects.select_for_update(no_key=True, of=("self",)).select_related("office").get(pk=deposit.pk)
        if row.closed_at:
            return False
        row = _under_lock(row)
        if by.pk in (row.opened_by_id, row.counted_by_id):
            raise Refused(_("You opened or counted this deposit, so another person closes it."))
        if row.counted_at is None:
            raise Refused(_("It is not counted. Enter what was counted first."))
        if _draw_in(row, by) != row.expected_cents or seen != row.expected_cents:
            raise Refused(_("A receipt in it was undone, or it was changed, since it was counted. Count it again."))
        _change(row, closed_by=by, closed_at=now)
        detail = {"counted": row.counted_cents, "expected": row.expected_cents}
        record(by, "deposit_closed", row, detail=detail)
        return True


def drop(deposit: Deposit, *, now: datetime, by):
    """Discard it: its receipts are free for another. Raises Refused when it is closed."""
    with transaction.atomic():
        row = _under_lock(deposit)
        row.lines.all().delete()
        _change(row, **_NOT_COUNTED)
        _change(row, dropped_at=now)
        record(by, "deposit_discarded", row)
