from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from .account import Account
from .dated import DatedQuerySet


class AccountFlag(models.Model):
    """A fact about an account that stops or changes contact, from a day to a day (both included)."""

    class Kind(models.TextChoices):
        RETURNED_MAIL = "returned_mail", _("Returned mail")
        ATTORNEY = "attorney", _("Represented by an attorney")
        BANKRUPTCY = "bankruptcy", _("Bankruptcy")
        CEASE = "cease", _("Asked us to stop contact")
        DECEASED = "deceased", _("Deceased")
        DO_NOT_CONTACT = "do_not_contact", _("Do not contact")
        RETURNED_CHEQUE = "returned_cheque", _("A check came back")

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="flags")
    kind = models.CharField(max_length=16, choices=Kind.choices)
    since = models.DateField()
    until = models.DateField(null=True, blank=True)
    reason = models.CharField(max_length=200)
    set_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    set_at = models.DateTimeField(auto_now_add=True)

    objects = DatedQuerySet.as_manager()

    class Meta:
        ordering = ["-since", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(until=None) | Q(until__gte=models.F("since")), name="flag_ends_after_it_begins"
            )
        ]

    def __str__(self):
        return self.get_kind_display()
