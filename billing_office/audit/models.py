"""Acts, field history, and the seals over both. All append-only: the database refuses every change (migrations)."""

from django.conf import settings
from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models.fields.json import KeyTransform

from .words import words

READ = models.Q(verb__endswith="_read")


class ActQuerySet(models.QuerySet):
    def with_seal(self):
        """Each act with `seal`, the number of the seal that covers it; None while it waits for the minute job."""
        over = Seal.objects.filter(kind="acts", up_to__gte=models.OuterRef("pk"), from_id__lte=models.OuterRef("pk"))
        return self.annotate(seal=models.Subquery(over.order_by("up_to").values("number")[:1]))

    def of_form(self, key):
        """What was done with the form of this key (a uuid): few of many millions, by an index of their own."""
        return self.filter(detail__has_key="form", detail__form=str(key))


class Act(models.Model):
    """What somebody did, saw or was refused. Append-only; `at` is the database's clock, whatever the writer says.

    `account_id` and `object_id` are plain numbers, not foreign keys: acts lie below the apps whose objects they name,
    and must outlive them.
    """

    at = models.DateTimeField(auto_now_add=True)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    role = models.CharField(max_length=12)
    verb = models.CharField(max_length=40)
    object_kind = models.CharField(max_length=40, blank=True)
    object_id = models.BigIntegerField(null=True)
    account_id = models.BigIntegerField(null=True)
    changed = models.JSONField(default=list)  # names of changed fields, never their values
    reason = models.CharField(max_length=400, blank=True)
    detail = models.JSONField(default=dict)  # ids, counts and dates for the reader; no names, no notes
    request_id = models.CharField(max_length=36, blank=True)

    objects = ActQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["account_id", "-id"], name="act_by_account"),
            # For timelines, which leave out who looked: an account may be looked at a thousand times.
            models.Index(fields=["account_id", "-id"], name="act_but_reads_by_account", condition=~READ),
            models.Index(fields=["object_kind", "object_id"], name="act_by_object"),
            models.Index(fields=["verb", "-id"], name="act_by_verb"),
            models.Index(fields=["request_id"], name="act_by_request", condition=~models.Q(request_id="")),
            models.Index(
                KeyTransform("form", "detail"), name="act_by_form", condition=models.Q(detail__has_key="form")
            ),
            BrinIndex(fields=["at"], name="act_by_time", pages_per_range=16),
        ]
        constraints = [models.CheckConstraint(condition=~models.Q(verb=""), name="act_has_a_verb")]

    def __str__(self):
        return f"{self.verb} {self.object_kind} {self.object_id or ''}".strip()

    @property
    def words(self) -> str:
        return words(self.verb)


class Change(models.Model):
    """One row of a table before and after: which fields, from what to what. Written by the trigger of history.py alone.

    `actor_id` is who was signed in, null when nobody said so: a change by plain SQL, or by a command.
    """

    table_name = models.CharField(max_length=63)
    row_id = models.BigIntegerField()
    account_id = models.BigIntegerField(null=True)
    op = models.CharField(max_length=6)  # insert, update, delete
    changes = models.JSONField()  # {column: [before, after]}
    actor_id = models.BigIntegerField(null=True)
    request_id = models.CharField(max_length=36, blank=True)
    role_name = models.CharField(max_length=63)  # the database role that was logged in
    txid = models.BigIntegerField()
    at = models.DateTimeField()

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["account_id", "-id"], name="change_by_account"),
            models.Index(fields=["table_name", "row_id", "-id"], name="change_by_row"),
            models.Index(fields=["request_id"], name="change_by_request", condition=~models.Q(request_id="")),
        ]

    def __str__(self):
        return f"{self.op} {self.table_name} {self.row_id}"


class Seal(models.Model):
    """One batch of rows of one table under a hash, chained to the seal before it (seals.py). Append-only.

    `leaves` holds 40 bytes a row: its id (8, big-endian) and the SHA-256 of its columns (32), so that a changed row is
    found by its id. `columns` are those that were hashed: a column that comes later breaks no seal.
    """

    kind = models.CharField(max_length=20)
    number = models.PositiveBigIntegerField()
    from_id = models.BigIntegerField()
    up_to = models.BigIntegerField()
    count = models.PositiveIntegerField()
    columns = models.JSONField()
    leaves = models.BinaryField()
    prev_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)
    sealed_at = models.DateTimeField()

    class Meta:
        ordering = ["kind", "number"]
        indexes = [models.Index(fields=["kind", "up_to"], name="seal_by_reach")]
        constraints = [
            models.UniqueConstraint(fields=["kind", "number"], name="seal_number_once"),
            models.CheckConstraint(
                condition=models.Q(count__gte=1, up_to__gte=models.F("from_id")), name="seal_holds_rows"
            ),
        ]

    def __str__(self):
        return f"{self.kind} {self.number}"


class ChainHead(models.Model):
    """Where each chain of seals ends: without it, the last seals could be taken away and nothing would miss them."""

    kind = models.CharField(max_length=20, primary_key=True)
    number = models.PositiveBigIntegerField()
    hash = models.CharField(max_length=64)

    def __str__(self):
        return f"{self.kind} {self.number}"
