from datetime import date
from decimal import Decimal

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from billing_office.lib.money import show
from billing_office.staff.models import Office, Role

from .versioned import Versioned


class MoneyRuleQuerySet(models.QuerySet):
    def for_staff(self, user):
        """Those of the house, and of the user's offices."""
        return self.filter(Q(office=None) | Q(office__in=user.offices.all()))

    def on(self, day: date):
        return self.filter(Q(until=None) | Q(until__gte=day), since__lte=day, active=True)

    def in_force(self, kind: str, office: Office | None, on: date) -> "MoneyRule | None":
        """The newest of the office, else of the house; None where the office has none and does not do it."""
        return self.of_offices(kind, [office and office.pk], on).get(office and office.pk)

    def of_offices(self, kind: str, offices: list[int | None], on: date) -> "dict[int | None, MoneyRule]":
        """The rule in force of each of these offices that has one. One query."""
        rows = self.on(on).filter(Q(office=None) | Q(office__in=[pk for pk in offices if pk]), kind=kind)
        newest: dict[int | None, MoneyRule] = {row.office_id: row for row in rows.order_by("since", "pk")}
        found = {pk: newest.get(pk) or newest.get(None) for pk in offices}
        return {pk: rule for pk, rule in found.items() if rule}


class MoneyRule(Versioned):
    """What an office does with small balances, late money and credits: data with a source, in force from a day to a day.

    Which figures count depends on the kind: see `words`. `office` null: all
    offices that have no rule of their own. The newest in force wins; a run keeps the rule as it stood.
    """

    class Kind(models.TextChoices):
        SMALL_BALANCE = "small_balance", lazy("Small balances written off")
        LATE_FEE = "late_fee", lazy("Late fee")
        INTEREST = "interest", lazy("Interest")
        PROMPT_PAY = "prompt_pay", lazy("Prompt-pay discount")
        RETURNED_CHEQUE = "returned_cheque", lazy("Returned check fee")
        CREDIT_CLIENT = "credit_client", lazy("Clients’ credits: clock")
        CREDIT_PUBLIC = "credit_public", lazy("Public payers’ credits: clock")
        CREDIT_PAYER = "credit_payer", lazy("Other payers’ credits: clock")

    RUNS = (Kind.SMALL_BALANCE, Kind.LATE_FEE, Kind.INTEREST)

    office = models.ForeignKey(Office, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    kind = models.CharField(max_length=16, choices=Kind.choices)
    since = models.DateField(lazy("in force from"))
    until = models.DateField(lazy("through"), null=True, blank=True)
    active = models.BooleanField(lazy("in use"), default=True)
    percent = models.DecimalField(max_digits=6, decimal_places=3, default=Decimal(0))
    least_cents = models.BigIntegerField(default=0)
    most_cents = models.BigIntegerField(default=0)
    below_cents = models.BigIntegerField(default=0)
    days = models.PositiveSmallIntegerField(default=0)
    every_days = models.PositiveSmallIntegerField(default=0)
    year_days = models.PositiveSmallIntegerField(default=365, choices=[(365, "365"), (360, "360")])
    biller_cents = models.BigIntegerField(null=True, blank=True, default=0)
    supervisor_cents = models.BigIntegerField(null=True, blank=True, default=0)
    source = models.CharField(
        max_length=160, blank=True, help_text=lazy("The rule of law, contract or policy behind it.")
    )
    source_url = models.URLField(blank=True)
    counsel = models.CharField(
        lazy("to be confirmed"), max_length=200, blank=True, help_text=lazy("What to ask counsel before it is used.")
    )

    objects = MoneyRuleQuerySet.as_manager()

    class Meta:
        ordering = ["kind", "office", "-since"]
        constraints = [
            models.UniqueConstraint(
                fields=["office", "kind", "since"], name="money_rule_once_a_day", nulls_distinct=False
            ),
            models.CheckConstraint(
                condition=Q(percent__gte=0, percent__lte=100, least_cents__gte=0, most_cents__gte=0, below_cents__gte=0)
                & (Q(biller_cents=None) | Q(biller_cents__gte=0))
                & (Q(supervisor_cents=None) | Q(supervisor_cents__gte=0)),
                name="money_rule_figures_can_be",
            ),
            models.CheckConstraint(
                condition=Q(until=None) | Q(until__gte=F("since")), name="money_rule_ends_after_it_begins"
            ),
        ]

    def __str__(self):
        return f"{self.get_kind_display()}, {self.office or _('all offices')}"

    @property
    def words(self) -> str:
        """What it says, in one sentence."""
        told = {
            "percent": f"{self.percent.normalize():f} %", "least": show(self.least_cents), "most": show(self.most_cents),
            "below": show(self.below_cents), "days": self.days, "cycle": self.every_days, "year": self.year_days,
        }  # fmt: skip
        return self._sentence % told

    @property
    def _sentence(self) -> str:
        match self.kind:
            case self.Kind.SMALL_BALANCE:
                return _("At most %(most)s, all of it older than %(days)d days")
            case self.Kind.LATE_FEE:
                return _(
                    "%(percent)s of what is more than %(days)d days overdue, at least %(least)s, at most %(most)s;"
                    " nothing below %(below)s; once in %(cycle)d days"
                )
            case self.Kind.INTEREST:
                return _(
                    "%(percent)s a year by days of %(year)d, on services overdue for more than %(days)d days,"
                    " not compounded; nothing below %(least)s"
                )
            case self.Kind.PROMPT_PAY:
                return _("%(percent)s off when paid within %(days)d days of the invoice")
            case self.Kind.RETURNED_CHEQUE:
                return _("%(least)s for a returned check")
        return _("Within %(days)d days")

    def as_it_stands(self) -> dict:
        """For a run to keep, as JSON; `MoneyRule(**kept)` is the rule again."""
        names = ["kind", "least_cents", "most_cents", "below_cents", "days", "every_days", "year_days", "source"]
        return {name: getattr(self, name) for name in names} | {"percent": str(self.percent)}

    @classmethod
    def as_it_stood(cls, kept: dict) -> "MoneyRule":
        return cls(**kept | {"percent": Decimal(kept["percent"])})

    def limit_of(self, user) -> int | None:
        """Cents of one run that this person may post alone; None is without limit."""
        return {Role.BILLER: self.biller_cents, Role.SUPERVISOR: self.supervisor_cents}.get(user.role, 0)
