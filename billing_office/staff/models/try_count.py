from django.db import models


class TryCount(models.Model):
    """How often somebody failed to sign in, by a key that tells who or from where only to those who know it already.

    Kept in PostgreSQL: all web processes count together, and wiping Redis forgives nobody.
    """

    key = models.CharField(max_length=64, primary_key=True)  # a keyed hash: people type passwords into the name's field
    failures = models.PositiveIntegerField()
    failed_at = models.DateTimeField()
    paused_until = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["failed_at"], name="try_count_by_age")]

    def __str__(self):
        return f"{self.failures} since {self.failed_at:%F %T}"
