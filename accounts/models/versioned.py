from django.db import models


class Versioned(models.Model):
    """Rows that people edit by form: each save raises `lock_version`, so that a form filled in before it is refused."""

    lock_version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        abstract = True
