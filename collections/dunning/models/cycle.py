from django.db import models
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from accounts.models import Account, Message, Payer
from billing_office.staff.models import Office


class DunningCycle(models.Model):
    """From the day debt of an account, or of a payer to one office, falls overdue until nothing is.

    At most one is open for each, and each level goes out once in it.
    `look_on` is a lower bound for the next look, never truth.
    """

    account = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, related_name="dunning_cycles")
    payer = models.ForeignKey(Payer, on_delete=models.PROTECT, null=True, related_name="dunning_cycles")
    office = models.ForeignKey(
        Office, on_delete=models.PROTECT, null=True, related_name="+", help_text=lazy("Whom the payer owes.")
    )
    opened_on = models.DateField()
    closed_on = models.DateField(null=True)
    look_on = models.DateField()
    waits_for = models.CharField(max_length=200, blank=True, help_text=lazy("Why the last look sent nothing."))

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["look_on"], name="cycle_to_look_at", condition=Q(closed_on=None))]
        constraints = [
            models.UniqueConstraint(fields=["account"], name="cycle_open_once", condition=Q(closed_on=None)),
            models.UniqueConstraint(
                fields=["payer", "office"], name="cycle_of_payer_open_once", condition=Q(closed_on=None)
            ),
            models.CheckConstraint(
                condition=Q(account__isnull=False, payer=None, office=None)
                | Q(account=None, payer__isnull=False, office__isnull=False),
                name="cycle_has_one_addressee",
            ),
        ]

    def __str__(self):
        return f"{self.account or self.payer} since {self.opened_on}"


class Reminder(models.Model):
    """One level of the ladder, sent once in a cycle. What was asked is on its message's document."""

    cycle = models.ForeignKey(DunningCycle, on_delete=models.PROTECT, related_name="reminders")
    level = models.PositiveSmallIntegerField()
    level_name = models.CharField(max_length=40)
    on = models.DateField()
    cents = models.BigIntegerField()
    message = models.OneToOneField(Message, on_delete=models.PROTECT, related_name="reminder")

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["cycle", "level"], name="reminder_once_a_level"),
            models.CheckConstraint(condition=Q(cents__gt=0), name="reminder_asks_for_something"),
        ]

    def __str__(self):
        return _("%(level)s reminder of %(day)s") % {"level": self.level_name, "day": self.on}
