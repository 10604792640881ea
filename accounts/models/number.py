from django.db import connection, models

from billing_office.staff.models import Office


class NumberSeries(models.Model):
    """The last number given of one kind of document in one office (office null: in the house)."""

    office = models.ForeignKey(Office, on_delete=models.PROTECT, null=True, related_name="+")
    kind = models.CharField(max_length=20)
    last = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["office", "kind"], name="number_series_once", nulls_distinct=False)
        ]

    def __str__(self):
        return f"{self.kind}: {self.last}"


def take(kind: str, office: Office | None = None, count: int = 1) -> range:
    """The next `count` numbers, without a gap: taken last in a transaction, given back when it rolls back."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO accounts_numberseries (office_id, kind, last) VALUES (%s, %s, %s)"
            " ON CONFLICT (office_id, kind) DO UPDATE SET last = accounts_numberseries.last + excluded.last RETURNING last",
            [office and office.pk, kind, count],
        )
        last = cursor.fetchone()[0]
    return range(last - count + 1, last + 1)
