from django.conf import settings
from django.db import models
from django.db.models import Q

from billing_office.staff.models import Role

from .account import Account


class NoteQuerySet(models.QuerySet):
    def for_staff(self, user):
        return self.filter(account__in=Account.objects.for_staff(user))


class Note(models.Model):
    """What somebody wants the next reader of the account to know. Never edited: `corrects` names the note it replaces."""

    account_path = "account_id"

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="notes")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)
    text = models.CharField(max_length=2000)
    corrects = models.OneToOneField("self", on_delete=models.PROTECT, null=True, related_name="correction")

    objects = NoteQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]

    def __str__(self):
        return self.text[:60]


class MentionQuerySet(models.QuerySet):
    def waiting(self, user):
        return self.filter(user=user, read_at=None, note__account__in=Account.objects.for_staff(user))


class Mention(models.Model):
    """Somebody is asked to read a note. It waits in their day until they say that they did, or write on the account."""

    note = models.ForeignKey(Note, on_delete=models.PROTECT, related_name="mentions")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    read_at = models.DateTimeField(null=True)

    objects = MentionQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["user"], name="mention_waiting", condition=Q(read_at=None))]
        constraints = [models.UniqueConstraint(fields=["note", "user"], name="mention_once_a_note")]

    def __str__(self):
        return f"@{self.user.username}"


class FollowUpQuerySet(models.QuerySet):
    def for_staff(self, user):
        return self.filter(account__in=Account.objects.for_staff(user))

    def waiting(self, user):
        """Of this person or of whoever holds their role, in their offices."""
        return self.for_staff(user).filter(Q(for_user=user) | Q(for_role=user.role), done_at=None)


class FollowUp(models.Model):
    """Something to be done on an account from a day on, by one person or by whoever has a role. Done once."""

    account_path = "account_id"

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="follow_ups")
    what = models.CharField(max_length=200)
    on = models.DateField("day")
    for_user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    for_role = models.CharField(max_length=12, choices=Role.choices, blank=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(auto_now_add=True)
    done_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    done_at = models.DateTimeField(null=True)

    objects = FollowUpQuerySet.as_manager()

    class Meta:
        ordering = ["on", "id"]
        indexes = [
            models.Index(fields=["for_user", "on"], name="follow_up_of_person", condition=Q(done_at=None)),
            models.Index(fields=["for_role", "on"], name="follow_up_of_role", condition=Q(done_at=None)),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(for_user=None) & ~Q(for_role="") | Q(for_user__isnull=False, for_role=""),
                name="follow_up_is_one_persons_or_one_roles",
            ),
            models.CheckConstraint(
                condition=Q(done_at=None, done_by=None) | Q(done_at__isnull=False, done_by__isnull=False),
                name="follow_up_is_done_by_somebody",
            ),
        ]

    def __str__(self):
        return self.what


class Snooze(models.Model):
    """One line of one person's day is left until a day: `kind` and `of` name it as the day's sources do."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=20)
    of = models.BigIntegerField()
    until = models.DateField()
    why = models.CharField(max_length=200)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-id"]
        constraints = [models.UniqueConstraint(fields=["user", "kind", "of"], name="snooze_once_a_line")]

    def __str__(self):
        return f"{self.kind} until {self.until}"
