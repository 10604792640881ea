from django.conf import settings
from django.db import models
from django.db.models import Q
from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _

from billing_office.staff.models import Office


class SavedListQuerySet(models.QuerySet):
    def for_staff(self, user):
        """One's own, and what is shared in one's offices."""
        return self.filter(Q(user=user) | Q(office__in=user.offices.all()))


class SavedList(models.Model):
    """A list as somebody likes it: filter, order and columns, which is all that its address says.

    It is an address and no more: whoever opens it sees what their own rights and offices show. The one without a name is
    how the list opens for this person when the address says nothing.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    route = models.CharField(max_length=60)  # the name of the list's URL
    name = models.CharField(max_length=40, blank=True)
    query = models.CharField(max_length=1000, blank=True)  # without what pages through it or takes it as a file
    office = models.ForeignKey(
        Office, on_delete=models.CASCADE, null=True, blank=True, related_name="+"
    )  # shared there

    objects = SavedListQuerySet.as_manager()

    class Meta:
        ordering = ["name", "id"]
        constraints = [
            models.UniqueConstraint(fields=["user", "route", "name"], name="saved_list_one_a_name"),
            models.CheckConstraint(condition=~Q(name="") | Q(office=None), name="saved_list_unnamed_is_ones_own"),
        ]

    def __str__(self):
        return self.name or _("How the list opens")

    def get_absolute_url(self):
        return f"{reverse(self.route)}?{self.query}" if self.query else reverse(self.route)

    @property
    def columns(self) -> str:
        return QueryDict(self.query).get("columns", "")
