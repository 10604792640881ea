from django.db import models
from django.utils.translation import gettext_lazy as _

from billing_office.lib.sorting import sort_key

from .account import Account
from .versioned import Versioned

# What stands between the words of a name, and what is left out of them: o'brien is found by obrien.
JOINED, DROPPED = "-", "'’.,"


class Client(Versioned):
    """A person or organisation on an account: served, or only answering for it as guarantor. No social security number is kept."""

    class Kind(models.TextChoices):
        PERSON = "person", _("Person")
        ORGANISATION = "organisation", _("Organisation")

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="clients")
    kind = models.CharField(max_length=12, choices=Kind.choices, default=Kind.PERSON)
    first_name = models.CharField(max_length=80, blank=True)
    last_name = models.CharField(_("last name, or the organisation's"), max_length=80)
    sort_key = models.CharField(max_length=200, editable=False)
    served = models.BooleanField(_("receives services"), default=True)
    relation = models.CharField(_("relation to the guarantor"), max_length=40, blank=True)
    birth_date = models.DateField(null=True, blank=True)
    deceased_on = models.DateField(null=True, blank=True)
    language = models.CharField(max_length=35, default="en")
    time_zone = models.CharField(
        max_length=60,
        blank=True,
        help_text=_("Where the client lives, for contact hours; empty: taken from the address."),
    )

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["id", "account"], name="client_of_account"),
            models.CheckConstraint(
                condition=models.Q(deceased_on=None)
                | models.Q(birth_date=None)
                | models.Q(deceased_on__gte=models.F("birth_date")),
                name="client_dies_after_birth",
            ),
        ]

    def __str__(self):
        return self.name

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()

    def save(self, *args, **kwargs):
        self.sort_key = sort_key(self.last_name, self.first_name)
        super().save(*args, **kwargs)
