"""Payers who do not pay an invoice: who is being reminded, at which level, and who is past the last one, for the supervisor."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from billing_office.audit import acts
from billing_office.lib import dates
from billing_office.lib.tables import Column, Empty, Table, chips, export
from dunning.debtors import Debtor
from dunning.models import DunningCycle, ReminderLevel

SHOWS = [("", lazy("All")), ("last", lazy("After the last reminder"))]


@dataclass(frozen=True)
class Unpaid:
    """One payer and office with invoices overdue; `last` is set once the time that the last reminder gave is over."""

    cycle: DunningCycle
    cents: int
    oldest: date
    level: str
    sent_on: date | None
    last: bool

    @property
    def state(self) -> tuple[str, str]:
        return (
            (_("Take it up"), "bad")
            if self.last
            else (_("Being reminded"), "info")
            if self.level
            else (_("Not yet"), "")
        )

    @property
    def next(self) -> str:
        return self.cycle.waits_for


COLUMNS = [
    Column("payer", lazy("Payer"), value="cycle.payer.name"),
    Column("class", lazy("Class"), value="cycle.payer.get_payer_class_display", lo=True),
    Column("office", lazy("Office"), value="cycle.office.code", kind="id"),
    Column("cents", lazy("Overdue"), kind="money"),
    Column("oldest", lazy("Oldest due"), kind="day"),
    Column("level", lazy("Last reminder")),
    Column("sent_on", lazy("Sent"), kind="day"),
    Column("state", lazy("State"), kind="tag"),
    Column("next", lazy("Waits for"), wrap=True),
]


def unpaid_payers(request):
    today, show = dates.today(), request.GET.get("show", "")
    found = [row for row in unpaid(request.user, today) if show != "last" or row.last]
    if file := export(request, Table(COLUMNS, found), "payers-who-do-not-pay"):
        acts.record(request.user, "payers_exported", detail={"rows": len(found)})
        return file
    empty = Empty(_("Nobody"), _("No payer has an invoice overdue that it was to be reminded of."))
    table = Table(
        COLUMNS, found, caption=_("Payers who do not pay"), href=lambda row: reverse("payer", args=[row.cycle.payer_id]), empty=empty
    )  # fmt: skip
    table.totals = {"payer": _("Total"), "cents": sum(row.cents for row in found)} if found else {}
    return render(request, "desk/unpaid_payers.html", {"table": table, "chips": chips(request, "show", SHOWS)})


def unpaid(user, on: date) -> list[Unpaid]:
    """Of this person's offices, those past the last reminder first, then most money first."""
    cycles = DunningCycle.objects.filter(closed_on=None, payer__isnull=False, office__in=user.offices.all())
    cycles = cycles.select_related("payer__house_account", "office").prefetch_related("reminders")
    # By day within each audience: the last of each is its top.
    tops = {level.audience: level for level in ReminderLevel.objects.filter(active=True)}
    rows = [row for cycle in cycles if (row := _unpaid(cycle, tops.get(cycle.payer.payer_class), on))]
    return sorted(rows, key=lambda row: (not row.last, -row.cents, row.cycle.pk))


def _unpaid(cycle: DunningCycle, top: ReminderLevel | None, on: date) -> Unpaid | None:
    owed = Debtor(payer=cycle.payer_id, office=cycle.office_id).debt(cycle.payer, on)
    if owed is None:
        return None
    sent = max(cycle.reminders.all(), key=lambda reminder: reminder.pk, default=None)
    last = bool(top and sent and sent.level == top.level and sent.on + timedelta(days=top.respite_days) < on)
    return Unpaid(cycle, owed.cents, owed.oldest, sent.level_name if sent else "", sent.on if sent else None, last)
