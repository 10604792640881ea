from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Account, Blob, Client

from .plan import Plan, days


class CoverageQuerySet(models.QuerySet):
    def for_staff(self, user):
        return self.filter(client__account__in=Account.objects.for_staff(user))

    def standing(self):
        """Without those recorded in error."""
        return self.filter(withdrawn_on=None)

    def of_member(self, text: str):
        """With this member number, written with or without spaces."""
        bare = "".join(text.split())
        return self.filter(member_number__in={text, bare, bare.upper()})

    def on(self, day):
        """In force on that day; the last day counts."""
        return self.standing().filter(Q(until=None) | Q(until__gte=day), since__lte=day)


class Coverage(models.Model):
    """A client's policy with a payer's plan, for a span of days, both included; on each day one at each rank.

    A coverage that was never true is withdrawn, not deleted: what was billed by it must stay explained.
    """

    class Rank(models.IntegerChoices):
        PRIMARY = 1, _("Primary")
        SECONDARY = 2, _("Secondary")
        TERTIARY = 3, _("Tertiary")

    class Relation(models.TextChoices):
        SELF = "self", _("Self")
        SPOUSE = "spouse", _("Spouse")
        CHILD = "child", _("Child")
        OTHER = "other", _("Other")

    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="coverages")
    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="coverages")
    rank = models.PositiveSmallIntegerField(choices=Rank.choices, default=Rank.PRIMARY)
    since = models.DateField(_("from"))
    until = models.DateField(null=True, blank=True, help_text=_("The last day; empty: until further notice."))
    member_number = models.CharField(max_length=40, blank=True)
    group_number = models.CharField(max_length=40, blank=True)
    relation = models.CharField(
        _("client is the holder’s"), max_length=8, choices=Relation.choices, default=Relation.SELF
    )
    holder_first = models.CharField(_("holder’s first name"), max_length=80, blank=True)
    holder_last = models.CharField(_("holder’s last name"), max_length=80, blank=True)
    holder_birth = models.DateField(_("holder born on"), null=True, blank=True)
    source = models.CharField(max_length=120, blank=True, help_text=_("Card, phone call, payer’s answer…"))
    card_front = models.ForeignKey(
        Blob, on_delete=models.PROTECT, null=True, blank=True, editable=False, related_name="+"
    )
    card_back = models.ForeignKey(
        Blob, on_delete=models.PROTECT, null=True, blank=True, editable=False, related_name="+"
    )
    withdrawn_on = models.DateField(null=True, editable=False)
    withdrawn_why = models.CharField(max_length=200, blank=True, editable=False)
    added_at = models.DateTimeField(auto_now_add=True)
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", editable=False)
    lock_version = models.PositiveIntegerField(default=1, editable=False)

    objects = CoverageQuerySet.as_manager()

    class Meta:
        ordering = ["client", "rank", "-since", "id"]
        indexes = [
            models.Index(fields=["member_number"], name="coverage_by_member", condition=~Q(member_number="")),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(until=None) | Q(until__gte=F("since")), name="coverage_ends_after_it_begins"),
            models.CheckConstraint(condition=Q(rank__in=[1, 2, 3]), name="coverage_rank_is_known"),
            models.CheckConstraint(condition=Q(relation__in=["self", "spouse", "child", "other"]), name="coverage_relation_is_known"),
            models.CheckConstraint(
                condition=Q(relation="self") | (~Q(holder_last="") & Q(holder_birth__isnull=False)), name="coverage_names_its_holder"
            ),
            ExclusionConstraint(
                name="coverage_one_of_a_rank_a_day",
                expressions=[("client", RangeOperators.EQUAL), ("rank", RangeOperators.EQUAL), (days(), RangeOperators.OVERLAPS)],
                condition=Q(withdrawn_on=None),
            ),
        ]  # fmt: skip

    def __str__(self):
        return f"{self.plan} ({self.get_rank_display().lower()})"
