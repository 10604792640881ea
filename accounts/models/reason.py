from django.db import models
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from billing_office.lib.money import show
from billing_office.staff.models import Role

from .versioned import Versioned


class Reason(Versioned):
    """Why money is taken off, moved or an entry undone: words for it, and how much a role may do with it alone.

    A limit is in cents, for one act and for all of one day on one account together; empty is no limit, 0 always asks a
    second person. Roles without a limit here do not hold the right at all (staff/access.py).
    """

    class Kind(models.TextChoices):
        """Kinds of entries (journal.Kind) that a person gives a reason for."""

        CONTRACTUAL_WRITEOFF = "contractual_writeoff", lazy("Agreed discount")
        DISCOUNT = "discount", lazy("Discount")
        CHARITY = "charity", lazy("Assistance")
        SMALL_BALANCE_WRITEOFF = "small_balance_writeoff", lazy("Small balance")
        BAD_DEBT = "bad_debt", lazy("Bad debt")
        SETTLEMENT = "settlement", lazy("Settlement")
        TRANSFER_RESPONSIBILITY = "transfer_responsibility", lazy("Move to another party")
        REVERSAL = "reversal", lazy("Reversal")
        REFUND = "refund", lazy("Refund")

    kind = models.CharField(max_length=24, choices=Kind.choices)
    code = models.CharField(max_length=12, unique=True)
    words = models.CharField(max_length=60, help_text=lazy("Plain words; they stand on the entry."))
    needs_note = models.BooleanField(default=False, help_text=lazy("Whoever uses it says more in a note."))
    active = models.BooleanField(default=True)
    clerk_cents = models.BigIntegerField(null=True, blank=True, default=0)
    biller_cents = models.BigIntegerField(null=True, blank=True, default=0)
    supervisor_cents = models.BigIntegerField(null=True, blank=True, default=0)
    free_days = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text=lazy("Reversals: an older entry waits for a second person. Empty: any age.")
    )
    source = models.CharField(max_length=120, blank=True, help_text=lazy("The rule of law or policy behind it."))
    source_url = models.URLField(blank=True)

    class Meta:
        ordering = ["kind", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    kind__in=[
                        "contractual_writeoff", "discount", "charity", "small_balance_writeoff", "bad_debt", "settlement",
                        "transfer_responsibility", "reversal", "refund",
                    ]
                ),
                name="reason_kind_is_known",
            ),
            models.CheckConstraint(
                condition=(Q(clerk_cents=None) | Q(clerk_cents__gte=0))
                & (Q(biller_cents=None) | Q(biller_cents__gte=0))
                & (Q(supervisor_cents=None) | Q(supervisor_cents__gte=0)),
                name="reason_limits_are_not_negative",
            ),
        ]  # fmt: skip

    def __str__(self):
        return f"{self.get_kind_display()}: {self.words}"

    def limit_of(self, user) -> int | None:
        """Cents that this person may do alone; None is without limit."""
        limits = {
            Role.CLERK: self.clerk_cents,
            Role.BILLER: self.biller_cents,
            Role.SUPERVISOR: self.supervisor_cents,
        }
        return limits.get(user.role, 0)

    def limit_said(self, user) -> str:
        """`A biller’s limit for “Prompt payment” is 50.00`."""
        return _("A %(role)s’s limit for “%(reason)s” is %(amount)s") % {
            "role": user.get_role_display().lower(),
            "reason": self.words,
            "amount": show(self.limit_of(user) or 0),
        }
