from datetime import date

from django.db import models
from django.db.models import Q


class DatedQuerySet(models.QuerySet):
    """Rows that hold from a day (`since`) to a day (`until`, none: no end), both included."""

    def on(self, day: date):
        return self.filter(Q(until=None) | Q(until__gte=day), since__lte=day)
