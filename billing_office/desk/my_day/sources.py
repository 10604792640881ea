"""What waits for a person in what lies below accounts: requests to decide, requests answered, work that stopped."""

from datetime import date, timedelta

from django.db.models import BigIntegerField, CharField, F, QuerySet, Value
from django.db.models.functions import Concat, TruncDate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from accounts.waiting import Waiting
from billing_office.approvals.models import Request
from billing_office.lib import dates
from billing_office.outbox.models import Job
from billing_office.staff.access import may

TOLD = 7  # days for which a decision stays on the day of whoever asked
NONE = Value(None, output_field=BigIntegerField())


def _lines(rows: QuerySet, *, name, cents, day, why, account=NONE) -> QuerySet:
    return rows.order_by().values_list(F("pk"), F("pk"), account, name, Value(""), cents, day, why)


def _to_decide(user, today: date):
    if not may(user, "decide_requests"):
        return None
    why = Concat("title", Value(": "), "why", output_field=CharField())
    rows = Request.objects.to_decide(user)
    return _lines(rows, name=F("asked_by__name"), cents=F("cents"), day=TruncDate("asked_at"), why=why)


def _answered(user, today: date):
    since = dates.office_time(today - timedelta(days=TOLD), 0)
    rows = Request.objects.filter(asked_by=user, decision__in=["approved", "refused"], decided_at__gte=since)
    why = Concat("title", Value(": "), "decision", Value(" "), "answer", output_field=CharField())
    return _lines(rows, name=F("decided_by__name"), cents=F("cents"), day=TruncDate("decided_at"), why=why)


def _waiting(user, today: date):
    rows = Request.objects.filter(asked_by=user).waiting()
    return _lines(rows, name=Value(_("A second person")), cents=F("cents"), day=TruncDate("asked_at"), why=F("title"))


def _parked(user, today: date):
    if not may(user, "retry_jobs"):
        return None
    rows = Job.objects.filter(state=Job.State.PARKED)
    return _lines(rows, name=F("kind"), cents=Value(0), day=TruncDate("created_at"), why=F("last_error"))


TO_DECIDE = Waiting("request", lazy("To approve"), _to_decide, page="approval")
ANSWERED = Waiting("answer", lazy("Answered"), _answered, page="approval")
ASKED = Waiting("asked", lazy("You asked"), _waiting, page="approval")
PARKED = Waiting("parked", lazy("Stopped work"), _parked, page="outbox")
