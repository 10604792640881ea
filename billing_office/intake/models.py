from datetime import date, timedelta

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Account, Blob, Payer
from billing_office.lib import dates
from billing_office.staff.models import Office
from insurance.models import Coverage


class Books(models.Model):
    """One practice's books, taken over in one mode for good: what was posted whole must not be posted again as unworked.

    Known again by how they begin, wherever they lie, or by their directory when it holds a patient of theirs.
    """

    class Mode(models.TextChoices):
        ALL = "all", _("Everything, as it was posted")
        CHARGES = "charges", _("Charges only, still to be worked")

    directory = models.TextField()
    beginning = models.CharField(
        max_length=64, unique=True, help_text=_("SHA-256 of the first patient, claim and row.")
    )
    mode = models.CharField(max_length=7, choices=Mode.choices)
    office = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="+")
    until = models.DateField(null=True, help_text=_("The day that the newest service was moved to."))
    shift_days = models.IntegerField(default=0, help_text=_("By how many days all days were moved for that."))
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["id"]

    def __str__(self):
        return f"{self.directory} ({self.mode})"

    def moved(self, day: date) -> date:
        """The day in our books. Raises OverflowError beyond the calendar."""
        return day + timedelta(days=self.shift_days)

    @property
    def taken_on(self) -> date:
        return self.created_at.astimezone(dates.office_zone()).date()


class Known(models.Model):
    """Which of our accounts or payers a patient or payer of some books is."""

    books = models.ForeignKey(Books, on_delete=models.PROTECT, related_name="known")
    external_id = models.CharField(max_length=100)
    account = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, related_name="+")
    payer = models.ForeignKey(Payer, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(account__isnull=False, payer__isnull=True)
                | models.Q(account__isnull=True, payer__isnull=False),
                name="known_is_account_or_payer",
            ),
            models.UniqueConstraint(
                fields=["books", "external_id"], condition=models.Q(payer=None), name="known_patient_once"
            ),
            models.UniqueConstraint(
                fields=["books", "external_id"], condition=models.Q(account=None), name="known_payer_once"
            ),
        ]

    def __str__(self):
        return self.external_id


class TakenCoverage(models.Model):
    """Which of our coverages a span of some books became; it is taken over once, whatever became of it since."""

    books = models.ForeignKey(Books, on_delete=models.PROTECT, related_name="coverages")
    key = models.CharField(max_length=130)
    coverage = models.ForeignKey(Coverage, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["books", "key"], name="coverage_taken_once")]

    def __str__(self):
        return self.key


class AccountImportQuerySet(models.QuerySet):
    def for_staff(self, user):
        return self.filter(office__in=user.offices.all())


class AccountImport(models.Model):
    """A list of accounts that an office sent, from the first look to what became of it (lists/taking.py)."""

    class State(models.TextChoices):
        READING = "reading", _("Being read")
        READY = "ready", _("To be looked at")
        TAKING = "taking", _("Being taken over")
        DONE = "done", _("Taken over")
        FAILED = "failed", _("Not taken over")
        UNDOING = "undoing", _("Being undone")
        UNDONE = "undone", _("Undone")

    office = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=120)
    blob = models.ForeignKey(Blob, on_delete=models.PROTECT, related_name="+")
    heads = models.JSONField()
    columns = models.JSONField(default=dict)
    state = models.CharField(max_length=8, choices=State.choices, default=State.READING)
    found = models.JSONField(default=dict)  # counts, findings and examples, as lists/taking.py writes them
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(auto_now_add=True)
    taken_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    done_at = models.DateTimeField(null=True)
    undone_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    undone_at = models.DateTimeField(null=True)

    objects = AccountImportQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=["reading", "ready", "taking", "done", "failed", "undoing", "undone"]),
                name="account_import_state_is_known",
            )
        ]

    def __str__(self):
        return self.name

    @property
    def waits(self) -> bool:
        return self.state in (self.State.READING, self.State.TAKING, self.State.UNDOING)


class TakenAccountQuerySet(models.QuerySet):
    def standing(self):
        return self.filter(undone=False)


class TakenAccount(models.Model):
    """Which row of a list became which account. `reference` is the number by which the list knew it, "" where it had none."""

    source = models.ForeignKey(AccountImport, on_delete=models.PROTECT, related_name="taken")
    office = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="+")
    account = models.OneToOneField(Account, on_delete=models.PROTECT, related_name="taken_from")
    reference = models.CharField(max_length=60, blank=True)
    row = models.PositiveIntegerField()
    undone = models.BooleanField(default=False)

    objects = TakenAccountQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["office", "reference"],
                condition=models.Q(undone=False) & ~models.Q(reference=""),
                name="account_taken_once",
            )
        ]

    def __str__(self):
        return self.reference or str(self.row)
