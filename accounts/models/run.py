from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from billing_office.staff.models import Office

from .account import Account
from .journal import JournalEntry
from .money_rule import MoneyRule


class RunQuerySet(models.QuerySet):
    def for_staff(self, user):
        return self.filter(office__in=user.offices.all())

    def posting(self):
        return self.filter(started_at__isnull=False, posted_at=None)


class Run(models.Model):
    """One sweep over an office's accounts by a rule, as it was previewed. Its entries bear the key `run:<id>:<account>`.

    Recorded are acts: asked for, started (within the limit, or once approved), posted to the last line, undone.
    """

    key = models.UUIDField(unique=True)
    office = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="+")
    rule = models.ForeignKey(MoneyRule, on_delete=models.PROTECT, related_name="runs")
    kind = models.CharField(max_length=16, choices=MoneyRule.Kind.choices)
    terms = models.JSONField(help_text=lazy("The rule as it stood."))
    on = models.DateField()
    accounts = models.PositiveIntegerField()
    cents = models.BigIntegerField()
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True)
    posted_at = models.DateTimeField(null=True)
    undo_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    undo_why = models.CharField(max_length=200, blank=True)
    undo_at = models.DateTimeField(null=True)
    undone_at = models.DateTimeField(null=True)

    objects = RunQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["office", "kind"], name="run_of_a_kind_posts_alone",
                condition=Q(started_at__isnull=False, posted_at=None),
            ),
        ]  # fmt: skip

    def __str__(self):
        return _("%(kind)s, run no. %(number)s") % {"kind": self.get_kind_display(), "number": self.pk}

    @property
    def rule_as_it_stood(self) -> MoneyRule:
        return MoneyRule.as_it_stood(self.terms)

    @property
    def state(self) -> tuple[str, str]:
        """Its word and tone for a tag."""
        if self.undone_at:
            return _("Undone"), ""
        if self.undo_at:
            return _("Being undone"), "warn"
        if self.posted_at:
            return _("Posted"), "good"
        return (_("Being posted"), "info") if self.started_at else (_("Not started"), "warn")


class RunLine(models.Model):
    """One account that a run looked at: `cents` when it is in, else 0 and `why` it is out.

    `entry` is what was posted for it; `left_out` why, though in, it was not: the account had changed.
    """

    run = models.ForeignKey(Run, on_delete=models.PROTECT, related_name="lines")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    cents = models.BigIntegerField()
    why = models.CharField(max_length=160)
    entry = models.OneToOneField(JournalEntry, on_delete=models.PROTECT, null=True, related_name="run_line")
    left_out = models.CharField(max_length=200, blank=True)
    kept = models.CharField(max_length=200, blank=True, help_text=lazy("Why its entry was not undone with the run."))

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["run", "account"], name="run_looks_once_at_an_account")]

    def __str__(self):
        return f"{self.run_id}/{self.account_id}: {self.cents}"
