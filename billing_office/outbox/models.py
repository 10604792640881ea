from django.db import models
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Job(models.Model):
    """One thing that must still run. PostgreSQL is the queue of record; what Celery carries is only a hint.

    `kind` names the handler (composition layer), `object_id` what it works on; no foreign keys upward. `fence` rises with
    each claim: a late worker's result with an old fence is refused. `as_of` is the moment a day run by hand stands for.
    """

    class State(models.TextChoices):
        QUEUED = "queued", _("Queued")
        WORKING = "working", _("Working")
        DONE = "done", _("Done")
        PARKED = "parked", _("Parked")

    kind = models.CharField(max_length=40)
    object_id = models.BigIntegerField()
    dedupe_key = models.CharField(max_length=120, unique=True)
    state = models.CharField(max_length=8, choices=State.choices, default=State.QUEUED)
    attempts = models.PositiveSmallIntegerField(default=0)
    lost = models.PositiveSmallIntegerField(
        default=0, help_text=_("How often the worker vanished while working on it.")
    )
    not_before = models.DateTimeField(default=timezone.now)
    lease_until = models.DateTimeField(null=True)
    fence = models.BigIntegerField(default=0)
    as_of = models.DateTimeField(null=True)
    last_error = models.CharField(max_length=400, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    done_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["id"]
        indexes = [
            models.Index(fields=["not_before"], name="job_waiting", condition=models.Q(state="queued")),
            models.Index(fields=["lease_until"], name="job_leased", condition=models.Q(state="working")),
            models.Index(fields=["kind", "object_id"], name="job_by_object"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=["queued", "working", "done", "parked"]), name="job_state_is_known"
            ),
            models.CheckConstraint(
                condition=models.Q(state="working", lease_until__isnull=False)
                | (~models.Q(state="working") & models.Q(lease_until__isnull=True)),
                name="job_working_has_a_lease",
            ),
        ]

    def __str__(self):
        return f"{self.kind} {self.object_id}"


class Run(models.Model):
    """One period of one periodic job: two clocks that tick at once make one run, a missed one is caught up."""

    job = models.CharField(max_length=60)
    period = models.CharField(max_length=40)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["job", "period"], name="run_once_a_period")]

    def __str__(self):
        return f"{self.job} {self.period}"


class Pause(models.Model):
    """Work of some kinds is held until a person says that it may go on: after a restore, mail that was sent might go again."""

    kinds = models.JSONField(default=list)
    why = models.CharField(max_length=200)
    since = models.DateTimeField(db_default=Now())
    lifted_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-id"]

    def __str__(self):
        return self.why
