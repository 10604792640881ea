from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from accounts.models import Account, Payer

from .code import System
from .coverage import Coverage
from .plan import Plan


class AuthorizationRule(models.Model):
    """When a payer, or one of its plans, wants to be asked before a service. Dated data: what holds is what the payer said last.

    The narrowest rule wins: the plan's before the payer's before everybody's; a single code before a span; a named place
    before any. `needed` may be off: an exception from a wider rule.
    """

    payer = models.ForeignKey(Payer, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    system = models.CharField(max_length=8, choices=System.choices, default=System.CPT)
    first = models.CharField(lazy("code"), max_length=20)
    last = models.CharField(
        lazy("to code"), max_length=20, blank=True, help_text=lazy("For a span of codes; empty: this one.")
    )
    place = models.CharField(lazy("place of service"), max_length=20, blank=True, help_text=lazy("Empty: anywhere."))
    above_units = models.PositiveSmallIntegerField(
        lazy("from how many units"), default=0, help_text=lazy("Needed above this many in a year; 0: from the first.")
    )
    needed = models.BooleanField(default=True)
    since = models.DateField()
    until = models.DateField(null=True, blank=True)
    source = models.CharField(max_length=200, help_text=lazy("Where the payer says so; who heard it."))
    lock_version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        ordering = ["first", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(until=None) | Q(until__gte=F("since")), name="authorization_rule_ends_after_it_begins"),
            models.CheckConstraint(condition=Q(last="") | Q(last__gte=F("first")), name="authorization_rule_spans_upwards"),
            models.CheckConstraint(condition=Q(payer=None) | Q(plan=None), name="authorization_rule_of_payer_or_plan"),
        ]  # fmt: skip

    def __str__(self):
        whose = self.plan or self.payer or _("Every payer")
        codes = f"{self.first}–{self.last}" if self.last else self.first
        return f"{whose}: {codes}"


class AuthorizationQuerySet(models.QuerySet):
    def for_staff(self, user):
        return self.filter(coverage__client__account__in=Account.objects.for_staff(user))

    def usable(self, on):
        """Granted, whole or in part, for services of that day; both ends count."""
        granted = [Authorization.State.APPROVED, Authorization.State.PARTLY]
        return self.filter(state__in=granted, valid_from__lte=on, valid_to__gte=on)

    def waiting(self):
        """Not decided: somebody has to ask, or to ask again."""
        return self.filter(
            state__in=[Authorization.State.NEEDED, Authorization.State.REQUESTED, Authorization.State.APPEALED]
        )


class Authorization(models.Model):
    """A payer's leave for services of one client under one coverage. Units used are counted from charges, never typed."""

    class State(models.TextChoices):
        NEEDED = "needed", lazy("Needed")
        REQUESTED = "requested", lazy("Requested")
        APPROVED = "approved", lazy("Approved")
        PARTLY = "partly", lazy("Partly approved")
        DENIED = "denied", lazy("Denied")
        APPEALED = "appealed", lazy("Appealed")

    account_path = "coverage__client__account_id"

    coverage = models.ForeignKey(Coverage, on_delete=models.PROTECT, related_name="authorizations")
    state = models.CharField(max_length=10, choices=State.choices, default=State.NEEDED)
    number = models.CharField(max_length=40, blank=True, help_text=lazy("The payer’s number, once it grants."))
    reference = models.CharField(max_length=80, blank=True, help_text=lazy("Of the call or request."))
    asked_on = models.DateField(null=True, blank=True)
    valid_from = models.DateField(null=True, blank=True)
    valid_to = models.DateField(null=True, blank=True, help_text=lazy("The last day, which counts."))
    note = models.CharField(max_length=400, blank=True)
    made_at = models.DateTimeField(auto_now_add=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", editable=False)
    lock_version = models.PositiveIntegerField(default=1, editable=False)

    objects = AuthorizationQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["needed", "requested", "approved", "partly", "denied", "appealed"]),
                name="authorization_state_is_known",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["approved", "partly"])
                | (~Q(number="") & Q(valid_from__isnull=False) & Q(valid_to__isnull=False)),
                name="authorization_granted_has_number_and_days",
            ),
            models.CheckConstraint(
                condition=Q(valid_from=None) | Q(valid_to=None) | Q(valid_to__gte=F("valid_from")),
                name="authorization_ends_after_it_begins",
            ),
        ]

    def __str__(self):
        return (
            _("Authorization %(number)s") % {"number": self.number}
            if self.number
            else _("Authorization (%(state)s)") % {"state": self.get_state_display().lower()}
        )


class AuthorizationLine(models.Model):
    """What is authorized: a code or a span of codes, and how many units."""

    authorization = models.ForeignKey(Authorization, on_delete=models.CASCADE, related_name="lines")
    system = models.CharField(max_length=8, choices=System.choices, default=System.CPT)
    first = models.CharField(max_length=20)
    last = models.CharField(max_length=20, blank=True)
    units = models.DecimalField(max_digits=9, decimal_places=2)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(condition=Q(units__gt=0), name="authorization_line_has_units"),
            models.CheckConstraint(
                condition=Q(last="") | Q(last__gte=F("first")), name="authorization_line_spans_upwards"
            ),
        ]

    def __str__(self):
        return f"{self.first}–{self.last}" if self.last else self.first
