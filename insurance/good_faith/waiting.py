"""Which good-faith estimates are still to be given: visits of clients without insurance on the day, and what was asked for."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.merging import persons
from accounts.models import Client
from billing_office.lib import dates

from ..models import Coverage, Estimate, GoodFaithRequest, Holiday, Visit
from . import clock

MOST = 500  # visits of so many are looked at, the nearest first


@dataclass(frozen=True)
class Waiting:
    """One day of a client for which an estimate is due. `left`: business days until then, below zero: late."""

    client: Client
    service_on: date
    what: str
    scheduled_on: date | None
    asked_on: date | None
    due_on: date
    left: int

    @property
    def state(self) -> tuple[str, str]:
        if self.left < 0:
            late = -self.left
            return ngettext("%(n)d business day late", "%(n)d business days late", late) % {"n": late}, "bad"
        if self.left == 0:
            return _("today"), "warn"
        return ngettext("%(n)d business day left", "%(n)d business days left", self.left) % {"n": self.left}, "info"


def waiting(user, today: date) -> list[Waiting]:
    """The most pressing first. What lies in the past is left out: nobody can be told any more. Four queries."""
    visits = _unanswered(Visit.objects.expected(), "on", user, today)
    visits = visits.filter(~Exists(Coverage.objects.on(OuterRef("on")).filter(client=OuterRef("client"))))
    asked = _unanswered(GoodFaithRequest.objects.all(), "service_on", user, today)
    days: dict[tuple[int, date], dict] = {}
    for row in visits.order_by("on", "pk")[:MOST]:
        found = days.setdefault((row.client_id, row.on), {"client": row.client, "what": row.what})
        scheduled = row.added_at.astimezone(dates.office_zone()).date()
        found["scheduled_on"] = min(scheduled, found.get("scheduled_on", scheduled))
    for row in asked.order_by("service_on", "pk")[:MOST]:
        found = days.setdefault((row.client_id, row.service_on), {"client": row.client, "what": row.what})
        found["asked_on"] = row.asked_on
    for day in _told_elsewhere(days):
        del days[day]
    holidays = set(Holiday.objects.values_list("on", flat=True))
    found = [_waiting(day, one, today, holidays) for (_, day), one in days.items()]
    return sorted(filter(None, found), key=lambda one: (one.due_on, one.service_on, one.client.pk))


def _unanswered(rows, day: str, user, today: date):
    given = Estimate.objects.exclude(state=Estimate.State.DRAFT).filter(
        client=OuterRef("client"), service_on=OuterRef(day)
    )
    rows = rows.for_staff(user).filter(Q(**{f"{day}__gte": today}), ~Exists(given))
    return rows.select_related("client__account")


def _told_elsewhere(days: Iterable[tuple[int, date]]) -> list[tuple[int, date]]:
    """Of clients and days, those for which the same person was given an estimate on an account that was merged with theirs."""
    same = persons.rows_of({client for client, day in days})
    others = {pk for client, rows in same.items() for pk in rows if pk != client}
    given = Estimate.objects.exclude(state=Estimate.State.DRAFT).filter(client__in=others)
    told = set(given.values_list("client", "service_on"))
    return [(client, day) for client, day in days if any((pk, day) in told for pk in same[client])]


def _waiting(service_on: date, one: dict, today: date, holidays: set[date]) -> Waiting | None:
    scheduled, asked = one.get("scheduled_on"), one.get("asked_on")
    due = clock.due_on(service_on, holidays, scheduled_on=scheduled, asked_on=asked)
    if due is None:
        return None
    left = clock.between(today, due, holidays)
    if due < today and left == 0:  # late by a weekend only
        left = -1
    return Waiting(one["client"], service_on, one["what"], scheduled, asked, due, left)
