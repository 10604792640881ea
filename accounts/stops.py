"""Flags and holds: what stops or changes contact and collection of an account. Set with a reason, ended, never deleted."""

from datetime import date

from billing_office.audit.acts import record

from .models import Account, AccountFlag, Hold


def set_stop(account: Account, stop: AccountFlag | Hold, *, by, detail: dict) -> AccountFlag | Hold:
    stop.account, stop.set_by = account, by
    stop.save()
    record(by, f"{word(stop)}_set", stop, account_id=account.pk, detail=detail | {"kind": stop.kind})
    return stop


def end(stop: AccountFlag | Hold, last_day: date, *, by) -> bool:
    """Let it end with `last_day`, itself still in force. False, and nothing happens, where it ends by then already.

    Call with the row locked. Raises ValueError for a day before it began.
    """
    if last_day < stop.since:
        raise ValueError(f"{stop} begins on {stop.since}")
    if stop.until and stop.until <= last_day:
        return False
    stop.until = last_day
    stop.save(update_fields=["until"])
    record(by, f"{word(stop)}_ended", stop, account_id=stop.account_id, detail={"kind": stop.kind})
    return True


def word(stop: AccountFlag | Hold) -> str:
    return "hold" if isinstance(stop, Hold) else "flag"
