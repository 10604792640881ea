from django.db import models

from accounts.models.versioned import Versioned


class ReminderLevel(Versioned):
    """One step of the ladder of reminders: so many days after the due date of the oldest overdue item."""

    level = models.PositiveSmallIntegerField(unique=True)
    name = models.CharField(max_length=40, help_text="As the document says it: Courtesy, Urgent, Final.")
    days_after_due = models.SmallIntegerField(unique=True, help_text="0 is the due date itself.")
    least_cents = models.BigIntegerField("smallest amount", default=100, help_text="Below it no reminder goes out.")
    respite_days = models.PositiveSmallIntegerField(default=14, help_text="Days to pay that the reminder gives.")
    lead = models.CharField(max_length=300, help_text="First sentence. {amount} and {due} are filled in.")
    paragraph = models.CharField(max_length=600, blank=True)
    active = models.BooleanField(default=True)

    class Meta:
        ordering = ["days_after_due"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(days_after_due__gte=0, days_after_due__lte=730), name="level_within_two_years"
            ),
            models.CheckConstraint(condition=models.Q(least_cents__gte=1), name="level_reminds_of_something"),
        ]

    def __str__(self):
        return f"{self.name} reminder"
