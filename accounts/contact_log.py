"""The contact log: what a person wrote down of a call, a visit, a letter or mail that came, and what follows from it."""

from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from billing_office.audit.acts import record

from . import ledger, stops
from .models import Account, ContactMade, ContactPoint, Hold

Outcome = ContactMade.Outcome


def write(account: Account, made: ContactMade, *, at: datetime, on: date, by, detail: dict) -> ContactMade:
    """Keep it, and do what its outcome asks for. `at` is when it took place, `on` that day at the office."""
    with transaction.atomic():
        made.account, made.by, made.at = account, by, at
        made.to = str(made.point) if made.point_id else ""
        made.save()
        told = detail | {"way": made.way, "outcome": made.outcome} | ({"refused": made.refused} if made.refused else {})
        record(by, "contact_logged", made, account_id=account.pk, detail=told)
        _follow(account, made, on, by)
    return made


def _follow(account: Account, made: ContactMade, on: date, by):
    match made.outcome:
        case Outcome.WRONG_NUMBER:
            _change(made, {"bad_since": on, "bad_reason": _("wrong number")}, "contact_point_marked_bad", by)
        case Outcome.STOP:
            _change(made, {"opted_out_on": on}, "contact_opted_out", by)
        case Outcome.DISPUTE:
            _dispute(account, made, on, by)


def _dispute(account: Account, made: ContactMade, on: date, by):
    """One hold, however many of them dispute; under the lock, so that two who log it at once set one."""
    with ledger.locked([account.pk]):
        if not Hold.objects.on(on).filter(account=account, kind=Hold.Kind.DISPUTE, charge=None).exists():
            reason = made.note[:200] or _("%(way)s: disputes what is owed") % {"way": made.get_way_display()}
            hold = Hold(kind=Hold.Kind.DISPUTE, since=on, reason=reason)
            stops.set_stop(account, hold, by=by, detail={"contact": made.pk})


def _change(made: ContactMade, values: dict, verb: str, by):
    """What was said of a number already, bad or opted out, keeps its day."""
    if not made.point_id:
        return
    point = ContactPoint.objects.select_for_update(no_key=True).get(pk=made.point_id)
    if getattr(point, next(iter(values))):
        return
    for name, value in values.items():
        setattr(point, name, value)
    point.lock_version += 1
    point.save(update_fields=[*values, "lock_version"])
    record(by, verb, point, account_id=made.account_id, changed=list(values), detail={"contact": made.pk})


def last(account: Account) -> ContactMade | None:
    return account.contacts_made.select_related("by").order_by("-at").first()


def of_family(account: Account):
    """What was logged with whoever answers for an account: there, and on all duplicates that became part of it."""
    return ContactMade.objects.filter(account__in=Account.objects.part_of(account.answering))
