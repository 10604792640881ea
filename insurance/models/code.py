from django.conf import settings
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.contrib.postgres.search import SearchVector, SearchVectorField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Blob

from .fee import FeeSchedule


class System(models.TextChoices):
    """Code systems. The descriptions of CPT are licensed: the office loads its own file, none comes with the product."""

    ICD10 = "icd10", "ICD-10-CM"
    HCPCS = "hcpcs", _("HCPCS Level II")
    CPT = "cpt", "CPT"
    MODIFIER = "modifier", _("Modifiers")
    PLACE = "place", _("Places of service")
    LOCAL = "local", _("Our own")


class CodeQuerySet(models.QuerySet):
    def valid(self, on):
        """Codes that may be used for a service of that day; the last day counts."""
        return self.filter(Q(until=None) | Q(until__gte=on), since__lte=on)


class Code(models.Model):
    """One code with its meaning for a span of days, both included. A changed meaning is a new row from its day on.

    `official` are the source's words; `plain` and `also` are the office's: what a client understands, and what a clerk may
    type to find it.
    """

    system = models.CharField(max_length=8, choices=System.choices)
    value = models.CharField(max_length=20)
    official = models.CharField(max_length=2000)
    plain = models.CharField(max_length=120, blank=True, help_text=_("What a client understands; stands on the bill."))
    also = models.CharField(max_length=200, blank=True, help_text=_("Other words by which it is found."))
    since = models.DateField()
    until = models.DateField(null=True, blank=True)
    lock_version = models.PositiveIntegerField(default=1, editable=False)
    search = models.GeneratedField(
        expression=SearchVector("value", "official", "plain", "also", config="english"),
        output_field=SearchVectorField(),
        db_persist=True,
    )

    objects = CodeQuerySet.as_manager()

    class Meta:
        ordering = ["system", "value", "since"]
        indexes = [
            GinIndex(fields=["search"], name="code_by_word"),
            models.Index(OpClass("value", name="text_pattern_ops"), name="code_by_number"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["system", "value", "since"], name="code_once_a_day"),
            models.CheckConstraint(condition=Q(until=None) | Q(until__gte=models.F("since")), name="code_ends_after_it_begins"),
            models.CheckConstraint(condition=Q(system__in=System.values), name="code_system_is_known"),
            models.CheckConstraint(condition=~Q(value="") & ~Q(official=""), name="code_is_complete"),
        ]  # fmt: skip

    def __str__(self):
        return f"{self.shown} {self.words}"

    @property
    def words(self) -> str:
        return self.plain or self.official

    @property
    def shown(self) -> str:
        """As it is written: a diagnosis with its dot."""
        dotted = self.system == System.ICD10 and len(self.value) > 3
        return f"{self.value[:3]}.{self.value[3:]}" if dotted else self.value


class CodeLoad(models.Model):
    """One loading of a code system, or of a list of fees: from its file or package, looked at first, all or nothing."""

    class State(models.TextChoices):
        READING = "reading", _("Being read")
        READY = "ready", _("To be looked at")
        LOADING = "loading", _("Being loaded")
        DONE = "done", _("Loaded")
        FAILED = "failed", _("Not loaded")

    system = models.CharField(max_length=8, choices=System.choices)
    name = models.CharField(max_length=120)
    schedule = models.ForeignKey(FeeSchedule, on_delete=models.PROTECT, null=True, related_name="loads")
    blob = models.ForeignKey(Blob, on_delete=models.PROTECT, null=True, related_name="+")
    columns = models.JSONField(default=dict)
    effective_on = models.DateField()
    complete = models.BooleanField(
        default=False, help_text=_("The source is the whole list: what it leaves out has ended.")
    )
    state = models.CharField(max_length=8, choices=State.choices, default=State.READING)
    found = models.JSONField(default=dict)  # counts, examples and findings, as loading.py writes them
    made_at = models.DateTimeField(auto_now_add=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    done_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["reading", "ready", "loading", "done", "failed"]),
                name="code_load_state_is_known",
            )
        ]

    def __str__(self):
        return f"{self.schedule or self.get_system_display()}: {self.name}"

    @property
    def waits(self) -> bool:
        return self.state in (self.State.READING, self.State.LOADING)
