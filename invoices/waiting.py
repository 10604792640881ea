"""What waits for a person with recurring charges (settings.DAY_SOURCES)."""

from datetime import date

from django.db.models import F
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from accounts.waiting import Waiting, columns
from billing_office.staff.access import may

from .models import RecurringCharge


def _trouble(user, today: date):
    if not may(user, "set_up_recurring"):
        return None
    rows = RecurringCharge.objects.for_staff(user).exclude(trouble="")
    return columns(rows, cents=F("cents"), day=Coalesce("next_on", "starts_on"), why=F("trouble"))


RECURRING = Waiting("recurring", _("Recurring charges"), _trouble)
