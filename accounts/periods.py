"""Closing periods: from then on no entry is dated into them, and past dates are counted from their snapshot."""

from calendar import monthrange
from datetime import date, timedelta

from django.db import connection, transaction
from django.utils.translation import gettext as _

from billing_office.audit import acts

from .ledger import Refused
from .models import Period, Snapshot
from .past import AsOf


def next_to_close(today: date) -> date | None:
    """The last day of the oldest month that is over and open; None when there is none, or nothing was ever posted."""
    last = Period.objects.first()
    first_open = last.last_day + timedelta(days=1) if last else _first_entry()
    if first_open is None:
        return None
    end = month_end(first_open)
    return end if end < today else None


def _first_entry() -> date | None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT min(effective_date) FROM accounts_journalentry")
        return cursor.fetchone()[0]


def month_end(day: date) -> date:
    return day.replace(day=monthrange(day.year, day.month)[1])


def close(last_day: date, *, today: date, by) -> Period:
    """Close the books through the end of a month, with all months before it. Closed already: that period, nothing happens.

    Raises Refused for a day that ends no month or is not over. A period is never reopened: its correction goes into the
    open one.
    """
    if last_day != month_end(last_day):
        raise Refused(_("A period ends on the last day of a month."))
    if last_day >= today:
        raise Refused(_("That month is not over yet."))
    with transaction.atomic(), connection.cursor() as cursor:
        # Alone: entries on their way have taken the same lock shared, and are posted or refused before the count begins.
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('accounts_period'))")
        standing = Period.objects.filter(last_day__gte=last_day).last()
        if standing:
            return standing
        items, params = AsOf(last_day).items("SELECT id FROM accounts_account", ())
        # One statement: the items are counted from the last period before this one, whose row they do not see yet.
        # The clock's time, not the transaction's: entries that it waited for above were posted before.
        cursor.execute(
            "WITH period AS (INSERT INTO accounts_period (last_day, closed_at, closed_by_id) VALUES (%s, clock_timestamp(), %s) RETURNING id)"
            " INSERT INTO accounts_snapshot (period_id, open_item_id, cents, since)"
            f" SELECT period.id, item.id, item.cents, item.since FROM period, ({items}) AS item WHERE item.cents <> 0",
            [last_day, by.pk, *params],
        )
        period = Period.objects.get(last_day=last_day)
        count = Snapshot.objects.filter(period=period).count()
        acts.record(by, "period_closed", period, detail={"last_day": str(last_day), "items": count})
        return period
