from datetime import timedelta

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from accounts.models import Account, Client, Payer
from accounts.models.versioned import Versioned
from billing_office.staff.access import may
from invoices.recurring.rhythm import Rhythm, days


class RecurringChargeQuerySet(models.QuerySet):
    def for_staff(self, user):
        return self.filter(account__in=Account.objects.for_staff(user))

    def running(self):
        return self.exclude(next_on=None)

    def due(self, on):
        return self.filter(next_on__lte=on)


class RecurringCharge(Versioned):
    """A charge that the office's day posts again and again: `cents` on `starts_on` and by its rhythm, until it ends.

    `next_on` is the day of the next one; None: it has ended. What was posted is in the ledger (source key
    `recurring:<id>:<day>`), so a change of the amount is one for the days to come.
    """

    account_path = "account"

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="recurring_charges")
    client = models.ForeignKey(Client, on_delete=models.PROTECT, null=True, related_name="+", db_constraint=False)
    payer = models.ForeignKey(Payer, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    description = models.CharField(max_length=200, help_text=lazy("Plain words, as the client reads them."))
    code = models.CharField(max_length=20, blank=True)
    cents = models.BigIntegerField()
    rhythm = models.CharField(max_length=12, choices=Rhythm.choices, default=Rhythm.MONTH)
    starts_on = models.DateField(help_text=lazy("The day of the first charge; the others are counted from it."))
    until = models.DateField(
        null=True, blank=True, help_text=lazy("The last day on which one is charged. Empty: no end.")
    )
    charged_through = models.DateField(null=True, editable=False, help_text=lazy("The last day that was charged."))
    next_on = models.DateField(null=True, editable=False)
    invoiced = models.BooleanField(default=True, help_text=lazy("Send an invoice on the day it is charged."))
    trouble = models.CharField(
        max_length=200, blank=True, help_text=lazy("Why the last day did not charge or invoice it.")
    )
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    objects = RecurringChargeQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["next_on"], condition=~Q(next_on=None), name="recurring_due")]
        constraints = [
            models.CheckConstraint(condition=Q(cents__gt=0, cents__lte=10**12), name="recurring_is_positive"),
            models.CheckConstraint(condition=Q(rhythm__in=Rhythm.values), name="recurring_rhythm_is_known"),
            models.CheckConstraint(
                condition=Q(until=None) | Q(next_on=None) | Q(next_on__lte=F("until")),
                name="recurring_ends_with_its_last_day",
            ),
        ]

    def __str__(self):
        return self.description

    @property
    def running(self) -> bool:
        return self.next_on is not None

    def words_for(self, user) -> str:
        """What it is for, for those who may read services; as Charge.words_for."""
        return self.description if may(user, "read_services") else _("Service")

    def look_ahead(self):
        """Set `next_on` to the day after the last one charged, by first day, rhythm and end as they stand now."""
        since = self.charged_through + timedelta(days=1) if self.charged_through else self.starts_on
        self.next_on = next(days(self.starts_on, self.rhythm, since, self.until), None)
