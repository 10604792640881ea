"""What makes the demo's days lived in: calls with what they came to, notes that name a colleague, follow-ups, estimates."""

import uuid
from datetime import date, timedelta

from accounts import contact_log, notes
from accounts.models import Account, ContactMade, OpenItem
from billing_office.lib import dates
from billing_office.staff.models import Role, User
from insurance.estimates import drafting, papers
from insurance.estimates.drafting import Wanted

Way, Outcome = ContactMade.Way, ContactMade.Outcome
CALLS = [  # days ago, way, outcome, what was said, days until promised money comes (None: no promise)
    (1, Way.CALL, Outcome.MESSAGE, "Left name and number only", None),
    (2, Way.CALL_IN, Outcome.TALKED, "Asks why the discount is not on the bill; explained", None),
    (12, Way.CALL, Outcome.PROMISE, "Pays when the salary comes", 9),
    (3, Way.CALL, Outcome.PROMISE, "Will send a check", 11),
    (5, Way.CALL, Outcome.NO_ANSWER, "", None),
    (8, Way.LETTER_IN, Outcome.TALKED, "Sent the form for help with paying, with two pay slips", None),
]
ESTIMATED = [("29881", 9), ("99214", 5), ("97110", 3)]  # code, days from today


def load(clerk: User, biller: User, collector: User, today: date):
    owing = (
        OpenItem.objects.filter(payer=None, cents__gt=5_000, account__payer=None).order_by("account").values("account")
    )
    late = list(Account.objects.filter(pk__in=owing).select_related("guarantor", "office").order_by("pk")[: len(CALLS)])
    for account, call in zip(late, CALLS, strict=False):
        _call(account, collector, today, *call)
    _notes(late, clerk, biller, today)
    _estimates(clerk, today)


def _call(account: Account, by: User, today: date, days: int, way: str, outcome: str, note: str, promised: int | None):
    at = dates.office_time(today - timedelta(days=days))
    made = ContactMade(client=account.guarantor, way=way, outcome=outcome, note=note)
    made.point = account.guarantor.contact_points.filter(kind="phone").first() if way == Way.CALL else None
    if promised is not None:
        made.cents, made.promised_on = 10_000, at.date() + timedelta(days=promised)
    contact_log.write(account, made, at=at, on=at.date(), by=by, detail={})


def _notes(late: list[Account], clerk: User, biller: User, today: date):
    first, second, third = late[:3]
    text = f"@{clerk.username} the client asks whether her employer was billed too. Could you look?"
    notes.write(first, text, by=biller, detail={}, mentioned=[clerk])
    notes.ask(second, "Ask for the second pay slip", today - timedelta(days=1), by=biller, user=clerk)
    notes.ask(third, "Call back about paying over time", today, by=clerk, role=Role.CLERK)
    notes.ask(first, "See whether the corrected claim was paid", today + timedelta(days=4), by=biller, user=biller)


def _estimates(clerk: User, today: date):
    """Two given, one of them on paper; one still a draft."""
    covered = (
        Account.objects.filter(clients__coverages__isnull=False, payer=None)
        .select_related("guarantor")
        .order_by("pk")
        .distinct()
    )
    for at, (account, (code, days)) in enumerate(zip(covered, ESTIMATED, strict=False)):
        on = today + timedelta(days=days)
        made = drafting.draft(account.guarantor, on, [Wanted(code, fee=20_000)], by=clerk, form=uuid.uuid4())
        if at < 2:
            drafting.give(made, shown=made.client_cents, by=clerk)
        if at == 0:
            papers.document(made, by=clerk, on_paper=True)
