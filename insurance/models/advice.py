from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from accounts.models import Account, Client, Document, Payer
from billing_office.staff.models import Office

from .estimate import Estimate
from .plan import Plan


class DatedQuerySet(models.QuerySet):
    def on(self, day):
        """In force on that day; both ends count."""
        return self.filter(Q(until=None) | Q(until__gte=day), since__lte=day)


class CheaperWay(models.Model):
    """What may take the place of a service and often costs less: in another setting, by another code, as a generic.

    Dated data that the office edits, for all, for a payer or for one of its plans. What it saves is computed, never typed.
    """

    class Kind(models.TextChoices):
        SETTING = "setting", lazy("Another setting")
        CODE = "code", lazy("Another service")
        GENERIC = "generic", lazy("Generic")

    kind = models.CharField(max_length=8, choices=Kind.choices)
    payer = models.ForeignKey(Payer, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    code = models.CharField(lazy("in place of code"), max_length=20)
    to_code = models.CharField(lazy("code"), max_length=20)
    to_modifier = models.CharField(
        lazy("modifier"), max_length=5, blank=True, help_text=lazy("For example of the setting.")
    )
    words = models.CharField(max_length=160, help_text=lazy("As the client is told: At the surgery center."))
    condition = models.CharField(
        max_length=200, blank=True, help_text=lazy("What must hold, and who decides: if your physician agrees.")
    )
    since = models.DateField()
    until = models.DateField(null=True, blank=True)
    source = models.CharField(max_length=200, help_text=lazy("Who says that it may take its place."))
    lock_version = models.PositiveIntegerField(default=1, editable=False)

    objects = DatedQuerySet.as_manager()

    class Meta:
        ordering = ["code", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=["setting", "code", "generic"]), name="cheaper_way_kind_is_known"),
            models.CheckConstraint(condition=Q(until=None) | Q(until__gte=F("since")), name="cheaper_way_ends_after_it_begins"),
            models.CheckConstraint(condition=Q(payer=None) | Q(plan=None), name="cheaper_way_of_payer_or_plan"),
            models.CheckConstraint(condition=~Q(to_code=F("code"), to_modifier=""), name="cheaper_way_leads_elsewhere"),
        ]  # fmt: skip

    def __str__(self):
        return f"{self.code}: {self.words}"


class Duty(models.Model):
    """What a client is told to do before a service, as data of the office, a payer or all; from a day to a day."""

    class When(models.TextChoices):
        ALWAYS = "always", lazy("Always")
        INSURED = "insured", lazy("Insured on the day")
        SELF_PAY = "self_pay", lazy("Not insured on the day")
        PUBLIC = "public", lazy("Insured by a public program")
        OUT_OF_NETWORK = "outside", lazy("Out of network")
        AUTHORIZATION = "leave", lazy("Authorization is missing")

    office = models.ForeignKey(
        Office, on_delete=models.PROTECT, null=True, blank=True, related_name="+", help_text=lazy("Empty: all offices.")
    )
    payer = models.ForeignKey(
        Payer, on_delete=models.PROTECT, null=True, blank=True, related_name="+", help_text=lazy("Empty: whoever pays.")
    )
    applies = models.CharField(lazy("when"), max_length=8, choices=When.choices, default=When.ALWAYS)
    words = models.CharField(max_length=300, help_text=lazy("As it is said to the client."))
    place = models.PositiveSmallIntegerField(lazy("place on the list"), default=50)
    since = models.DateField()
    until = models.DateField(null=True, blank=True)
    source = models.CharField(max_length=200, help_text=lazy("The rule of law, contract or policy behind it."))
    lock_version = models.PositiveIntegerField(default=1, editable=False)

    objects = DatedQuerySet.as_manager()

    class Meta:
        ordering = ["place", "id"]
        verbose_name_plural = "duties"
        constraints = [
            models.CheckConstraint(
                condition=Q(applies__in=["always", "insured", "self_pay", "public", "outside", "leave"]), name="duty_is_of_a_known_case"
            ),
            models.CheckConstraint(condition=Q(until=None) | Q(until__gte=F("since")), name="duty_ends_after_it_begins"),
        ]  # fmt: skip

    def __str__(self):
        return self.words


class AdviceQuerySet(models.QuerySet):
    def for_staff(self, user):
        return self.filter(client__account__in=Account.objects.for_staff(user))


class Advice(models.Model):
    """What a client was told before a service, and who acknowledged it: kept as it was told, never changed (migration 0009).

    `told` holds every duty with whether it was told; `kept` what was known and offered: coverage, authorization, cheaper ways.
    """

    class To(models.TextChoices):
        CLIENT = "client", lazy("The client")
        REPRESENTATIVE = "other", lazy("Who speaks for the client")

    class Way(models.TextChoices):
        PHONE = "phone", lazy("By phone")
        IN_PERSON = "person", lazy("In person")

    account_path = "client__account_id"

    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="advices")
    estimate = models.ForeignKey(Estimate, on_delete=models.PROTECT, related_name="advices")
    number = models.CharField(max_length=30, unique=True)
    told = models.JSONField()
    kept = models.JSONField()
    told_to = models.CharField(max_length=120)
    standing = models.CharField(max_length=6, choices=To.choices)
    way = models.CharField(max_length=6, choices=Way.choices)
    acknowledged_at = models.DateTimeField()
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    document = models.OneToOneField(Document, on_delete=models.PROTECT, related_name="advice")

    objects = AdviceQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(condition=Q(standing__in=["client", "other"]), name="advice_standing_is_known"),
            models.CheckConstraint(condition=Q(way__in=["phone", "person"]), name="advice_way_is_known"),
            models.CheckConstraint(condition=~Q(told_to=""), name="advice_names_whom"),
        ]

    def __str__(self):
        return _("Advice %(number)s") % {"number": self.number}
