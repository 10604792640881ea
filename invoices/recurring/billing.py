"""The day's part: every recurring charge whose day has come is posted, then invoiced. Harmless when repeated or cut short.

Each account is one transaction under its lock; the ledger's source key names the recurring charge and its day, so a day
is charged once however many workers come. What an account refuses is said on the recurring charge and tried again the
next day; it holds up nobody else.
"""

from collections import Counter
from datetime import date, datetime, timedelta
from itertools import islice

from django.utils.translation import gettext as _

from accounts import ledger
from accounts.models import Account, Charge, Hold
from billing_office.audit.acts import record
from billing_office.staff.models import User
from invoices import issuing
from invoices.models import RecurringCharge

from .rhythm import days


def bill(on: date, now: datetime, *, as_of: datetime | None = None) -> Counter:
    """Bill all that fell due by `on`. Returns how many charges were posted, invoices issued and accounts refused."""
    by, done = User.objects.service(), Counter()
    for account in RecurringCharge.objects.due(on).order_by("account").values_list("account", flat=True).distinct():
        try:
            done += bill_account(account, on, by=by, as_of=as_of)
        except ledger.Refused as refusal:
            RecurringCharge.objects.due(on).filter(account=account).update(trouble=str(refusal)[:200])
            done["refused"] += 1
    return done


def bill_account(account: int, on: date, *, by: User, as_of: datetime | None = None) -> Counter:
    """Post what fell due on one account, and issue one invoice for it. Raises ledger.Refused; then nothing of it stands."""
    with ledger.locked([account]) as accounts:
        rows = list(RecurringCharge.objects.due(on).filter(account=account).select_for_update().order_by("pk"))
        posted = [(row, charge) for row in rows for charge in _posted(row, on, by)]
        done = Counter(posted=len(posted))
        if any(row.invoiced and row.payer_id is None for row, _charge in posted):
            done += _invoiced(accounts[account], rows, on, by, as_of)
        for row in rows:
            row.save(update_fields=["charged_through", "next_on", "trouble"])
        return done


def _posted(row: RecurringCharge, on: date, by: User):
    """The charges of every day that has come, also of days on which no worker ran."""
    row.trouble = ""
    closed = ledger.closed_through()
    while row.next_on and row.next_on <= on:
        day = row.next_on
        charge: Charge = ledger.charge(
            row.account, cents=row.cents, service_on=day, description=row.description, code=row.code, client=row.client,
            payer=row.payer, by=by, key=f"recurring:{row.pk}:{day}", on=max(day, closed + timedelta(days=1)) if closed else day,
        )  # fmt: skip
        detail = {"cents": row.cents, "on": str(day), "recurring": row.pk}
        record(by, "recurring_charged", charge, account_id=row.account_id, detail=detail)
        row.charged_through = day
        row.look_ahead()
        yield charge


def _invoiced(account: Account, rows: list[RecurringCharge], on: date, by: User, as_of: datetime | None) -> Counter:
    hold = Hold.objects.on(on).filter(account=account, charge=None).first()
    if hold:  # the service goes on and is charged; the paper waits until the hold ends
        for row in rows:
            row.trouble = _("Charged, not invoiced: on hold (%(hold)s).") % {"hold": hold}
        return Counter()
    key = f"recurring:{account.pk}:{on}"
    try:
        issuing.issue(account, on=on, by=by, key=key, as_of=as_of)
    except issuing.NothingToInvoice:
        return Counter()
    except issuing.Stopped as stop:
        for row in rows:
            row.trouble = (_("Charged, not invoiced: %(why)s") % {"why": stop})[:200]
        return Counter()
    return Counter(invoiced=1)


def coming(row: RecurringCharge, most: int = 4) -> list[date]:
    """The next days on which it will be charged, at most `most`; a day that has passed is charged by the next run."""
    return list(islice(days(row.starts_on, row.rhythm, row.next_on, row.until), most)) if row.next_on else []
