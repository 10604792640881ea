"""Cash between the drawer and the bank: deposits, what clears them, and the office's day closed. The ledger moves no cent here."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q, Sum
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from accounts.models import Payment, Posting
from billing_office.staff.models import Office

from .bank import BankLine


class DepositQuerySet(models.QuerySet):
    def for_staff(self, user):
        return self.filter(office__in=user.offices.all())

    def live(self):
        return self.filter(dropped_at=None)

    def being_built(self):
        """Not closed yet: receipts may still join and leave."""
        return self.live().filter(closed_at=None)

    def closed(self):
        return self.exclude(closed_at=None)

    def with_cleared(self):
        """Each with `cleared_cents`: what the bank's lines, and explained differences, account for."""
        used = Sum("clearings__cents", filter=Q(clearings__undone_at=None))
        return self.annotate(cleared_cents=Coalesce(used, 0))

    def with_sums(self):
        """With `cleared_cents`, and `lines_cents`: the sum of the cash legs that have joined."""
        of_it = DepositLine.objects.filter(deposit=models.OuterRef("pk")).order_by().values("deposit")
        sums = of_it.annotate(sum=Sum("posting__cents")).values("sum")
        return self.with_cleared().annotate(lines_cents=Coalesce(models.Subquery(sums), 0))

    def uncleared(self):
        return self.closed().with_cleared().exclude(expected_cents=F("cleared_cents"))


class Deposit(models.Model):
    """Receipts of one office, day and method that go to the bank together; `drawer` is whose receipts, None everybody's.

    Opened, counted, closed by another person; then frozen (migration 0004). `expected_cents` is the sum of its cash legs when
    it was counted, `counted_cents` what the person counted.
    """

    office = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="deposits")
    day = models.DateField()
    method = models.CharField(max_length=8, choices=Payment.Method.choices)
    drawer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    opened_at = models.DateTimeField(auto_now_add=True)
    counted_cents = models.BigIntegerField(null=True)
    expected_cents = models.BigIntegerField(null=True)
    difference_reason = models.CharField(max_length=200, blank=True)
    counted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    counted_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    closed_at = models.DateTimeField(null=True)
    dropped_at = models.DateTimeField(null=True)

    objects = DepositQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["office", "-id"], name="deposit_by_office")]
        constraints = [
            models.CheckConstraint(condition=Q(method__in=Payment.Method.values), name="deposit_method_is_known"),
            models.CheckConstraint(
                condition=Q(counted_by=None, counted_at=None, counted_cents=None, expected_cents=None)
                | Q(counted_by__isnull=False, counted_at__isnull=False, counted_cents__isnull=False, expected_cents__isnull=False),
                name="deposit_is_counted_whole",
            ),
            models.CheckConstraint(
                condition=Q(closed_by=None, closed_at=None)
                | Q(closed_by__isnull=False, closed_at__isnull=False, counted_by__isnull=False),
                name="deposit_is_closed_whole",
            ),
            models.CheckConstraint(
                condition=~Q(closed_by=F("opened_by")) & ~Q(closed_by=F("counted_by")), name="deposit_maker_is_not_checker"
            ),
            models.CheckConstraint(
                condition=Q(counted_cents=F("expected_cents")) | Q(counted_cents=None) | ~Q(difference_reason=""),
                name="deposit_difference_is_explained",
            ),
            models.CheckConstraint(condition=Q(closed_at=None) | Q(dropped_at=None), name="deposit_closed_or_dropped"),
        ]  # fmt: skip

    def __str__(self):
        return self.number

    @property
    def number(self) -> str:
        return f"{self.office.code}-DEP-{self.pk:06d}"

    @property
    def open(self) -> bool:
        return self.closed_at is None and self.dropped_at is None

    @property
    def difference(self) -> int | None:
        return None if self.counted_cents is None else self.counted_cents - self.expected_cents

    @property
    def state(self) -> tuple[str, str]:
        """Its word and tone for a tag."""
        if self.dropped_at:
            return _("Discarded"), ""
        if self.closed_at:
            return _("Closed"), "good"
        return (_("To be closed"), "warn") if self.counted_at else (_("Open"), "info")


class DepositLine(models.Model):
    """One cash leg of the ledger in a deposit: each stands in one deposit at most, and in a closed one for good."""

    deposit = models.ForeignKey(Deposit, on_delete=models.PROTECT, related_name="lines")
    posting = models.OneToOneField(Posting, on_delete=models.PROTECT, related_name="deposit_line")
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField(auto_now_add=True)

    def __str__(self):
        return f"{self.posting_id} in {self.deposit_id}"


class ClearingQuerySet(models.QuerySet):
    def live(self):
        return self.filter(undone_at=None)


class Clearing(models.Model):
    """What accounts for cash of one deposit, or of one payment that is in none: a bank's line, a line by hand, or a reason.

    `made`: the payment itself was posted from the line. Nothing is edited; it is undone by `undone_at`.
    """

    class Kind(models.TextChoices):
        BANK = "bank", lazy("Bank’s line")
        HAND = "hand", lazy("Bank’s line, by hand")
        FEE = "fee", lazy("Bank fee")
        SHORT = "short", lazy("Cash short")
        OVER = "over", lazy("Cash over")
        OTHER = "other", lazy("Other reason")

    EXPLAINED = (Kind.FEE, Kind.SHORT, Kind.OVER, Kind.OTHER)

    deposit = models.ForeignKey(Deposit, on_delete=models.PROTECT, null=True, related_name="clearings")
    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, null=True, related_name="clearings")
    line = models.ForeignKey(BankLine, on_delete=models.PROTECT, null=True, related_name="clearings")
    kind = models.CharField(max_length=6, choices=Kind.choices)
    cents = models.BigIntegerField()
    on = models.DateField()
    words = models.CharField(max_length=200, blank=True, help_text=lazy("The bank’s reference, or why it differs."))
    made = models.BooleanField(default=False)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)
    undone_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    undone_at = models.DateTimeField(null=True)

    objects = ClearingQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(deposit__isnull=False, payment=None) | Q(deposit=None, payment__isnull=False),
                name="clearing_is_of_one_thing",
            ),
            models.CheckConstraint(
                condition=Q(kind="bank", line__isnull=False)
                | (Q(kind__in=["hand", "fee", "short", "over", "other"], line=None) & ~Q(words="")),
                name="clearing_names_its_line_or_says_why",
            ),
            models.CheckConstraint(condition=~Q(cents=0), name="clearing_is_not_zero"),
            models.CheckConstraint(
                condition=Q(undone_by=None, undone_at=None) | Q(undone_by__isnull=False, undone_at__isnull=False),
                name="clearing_is_undone_whole",
            ),
        ]

    def __str__(self):
        return f"{self.get_kind_display()} of {self.on}"


class DayClose(models.Model):
    """The office's day, closed: the figures as they stood, and who had touched its cash (`takers`), none of whom closed it."""

    office = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="+")
    day = models.DateField()
    figures = models.JSONField()
    takers = ArrayField(models.BigIntegerField(), default=list)
    closed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    closed_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-day", "office"]
        constraints = [models.UniqueConstraint(fields=["office", "day"], name="day_is_closed_once")]

    def __str__(self):
        return f"{self.office} {self.day}"
