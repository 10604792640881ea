from django.db import models
from django.utils.functional import keep_lazy_text
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from accounts.models import Payer
from accounts.models.versioned import Versioned


@keep_lazy_text
def _lower(label) -> str:
    return str(label).lower()


class ReminderLevel(Versioned):
    """One step of a ladder of reminders: so many days after the due date of the oldest overdue item.

    Clients have a ladder, and so has each class of payers.
    """

    CLIENT = "client"
    AUDIENCES = [
        (CLIENT, _("Clients")),
        *((value, format_lazy(_("Payers: {kind}"), kind=_lower(label))) for value, label in Payer.Class.choices),
    ]

    audience = models.CharField(
        _("for"), max_length=12, choices=AUDIENCES, default=CLIENT, db_default=CLIENT, help_text=_("Whom it reminds.")
    )
    level = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=40, help_text=_("As the document says it: Courtesy, Urgent, Final."))
    days_after_due = models.SmallIntegerField(help_text=_("0 is the due date itself."))
    least_cents = models.BigIntegerField(
        _("smallest amount"), default=100, help_text=_("Below it no reminder goes out.")
    )
    respite_days = models.PositiveSmallIntegerField(default=14, help_text=_("Days to pay that the reminder gives."))
    lead = models.CharField(max_length=300, help_text=_("First sentence. {amount} and {due} are filled in."))
    paragraph = models.CharField(max_length=600, blank=True)
    on_paper = models.BooleanField(
        _("always a letter"), default=False, db_default=False, help_text=_("Else by e-mail where that is allowed.")
    )
    active = models.BooleanField(default=True)

    class Meta:
        ordering = ["audience", "days_after_due"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(audience__in=["client", "insurer", "government", "employer", "person", "other"]),
                name="level_audience_is_known",
            ),
            models.UniqueConstraint(fields=["audience", "level"], name="level_once_in_its_ladder"),
            models.UniqueConstraint(fields=["audience", "days_after_due"], name="level_day_once_in_its_ladder"),
            models.CheckConstraint(
                condition=models.Q(days_after_due__gte=0, days_after_due__lte=730), name="level_within_two_years"
            ),
            models.CheckConstraint(condition=models.Q(least_cents__gte=1), name="level_reminds_of_something"),
        ]

    def __str__(self):
        return _("%(level)s reminder") % {"level": self.name}
