from django.conf import settings
from django.db import models
from django.db.models import Q


class BulkRun(models.Model):
    """One act on many rows of a list, as one person asked for it: what became of each row stands on its lines."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    list = models.CharField(max_length=30)  # these two name the act in desk/bulk/acts.py
    act = models.CharField(max_length=30)
    form = models.UUIDField(unique=True)  # the number of the form it was sent with
    data = models.JSONField(default=dict)  # the fields of the act's form as they were sent
    made_at = models.DateTimeField(auto_now_add=True)
    done_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-id"]

    def __str__(self):
        return f"{self.list}, {self.act}"


class BulkLine(models.Model):
    """One row of a run. `done` is null until its turn came; `why` says why it was left out."""

    run = models.ForeignKey(BulkRun, on_delete=models.CASCADE, related_name="lines")
    row = models.BigIntegerField()  # the id of the row in its own table
    label = models.CharField(max_length=120)
    href = models.CharField(max_length=200, blank=True)
    done = models.BooleanField(null=True)
    why = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["run", "row"], name="bulk_line_once_a_row"),
            models.CheckConstraint(condition=~Q(done=False) | ~Q(why=""), name="bulk_line_left_out_says_why"),
        ]

    def __str__(self):
        return self.label
