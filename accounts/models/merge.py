"""Two accounts that are one: what a merge did, and which pairs somebody looked at and found to be two."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from .account import Account


class MergeQuerySet(models.QuerySet):
    def for_staff(self, user):
        mine = Account.objects.for_staff(user)
        return self.filter(duplicate__in=mine, survivor__in=mine)

    def standing(self):
        return self.filter(undone_at=None)


class Merge(models.Model):
    """A duplicate that became part of another account. No posting moved: `duplicate.merged_into` says it, this says what else.

    `moved` lists ids by what they are (`clients`, `contacts`, `flags`, …), so that the merge can be undone.
    """

    duplicate = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="merges")
    survivor = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    why = models.CharField(max_length=200)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)
    moved = models.JSONField()
    undone_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    undone_at = models.DateTimeField(null=True)

    objects = MergeQuerySet.as_manager()
    account_path = "survivor_id"  # whose record it is (audit)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(condition=~Q(duplicate=F("survivor")), name="merge_is_of_two"),
            models.UniqueConstraint(
                fields=["duplicate"], condition=Q(undone_at=None), name="merge_of_a_duplicate_stands_once"
            ),
        ]

    def __str__(self):
        return f"{self.duplicate.number} into {self.survivor.number}"


class KeptApart(models.Model):
    """Two accounts that look alike and are not the same: said by somebody who looked, with the reason."""

    first = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    second = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    why = models.CharField(max_length=200)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(condition=Q(first__lt=F("second")), name="kept_apart_lower_first"),
            models.UniqueConstraint(fields=["first", "second"], name="kept_apart_once"),
        ]

    def __str__(self):
        return f"{self.first_id} is not {self.second_id}"
