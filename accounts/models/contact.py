from django.conf import settings
from django.contrib.postgres.indexes import OpClass
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import models
from django.db.models import F, Func, Value
from django.db.models.functions import Lower, Reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from .client import Client
from .versioned import Versioned

# Of a phone number, however it was written.
FIGURES = Func(
    F("value"), Value(r"\D"), Value(""), Value("g"), function="regexp_replace", output_field=models.TextField()
)


class ContactPointQuerySet(models.QuerySet):
    def good(self):
        return self.filter(bad_since=None)

    def emails(self):
        return self.filter(kind=ContactPoint.Kind.EMAIL)


class ContactPoint(Versioned):
    """One way to reach a client, with what we know of it: verified, bad since when and why, consent, opt-out.

    Consent to unencrypted e-mail is the client's own, asked at registration with the warning; its day, wording and
    who asked are kept. Without it no document goes out as an attachment (reference rule EMAIL-CONSENT).
    """

    class Kind(models.TextChoices):
        EMAIL = "email", lazy("E-mail")
        PHONE = "phone", lazy("Phone")
        POSTAL = "postal", lazy("Post")

    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="contact_points")
    kind = models.CharField(max_length=6, choices=Kind.choices)
    value = models.CharField(max_length=254, blank=True, help_text=lazy("The e-mail address or phone number."))
    street = models.CharField(max_length=120, blank=True)
    city = models.CharField(max_length=80, blank=True)
    region = models.CharField("state", max_length=40, blank=True)
    postcode = models.CharField(max_length=16, blank=True)
    country = models.CharField(max_length=2, blank=True, default="US")
    preferred = models.BooleanField(default=False)
    verified_on = models.DateField(null=True, blank=True)
    source = models.CharField(max_length=80, blank=True, help_text=lazy("Where we have it from."))
    bad_since = models.DateField(null=True, blank=True)
    bad_reason = models.CharField(max_length=120, blank=True)
    consent_on = models.DateField(lazy("consent to e-mail given on"), null=True, blank=True)
    consent_wording = models.CharField(max_length=400, blank=True)
    consent_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    opted_out_on = models.DateField(null=True, blank=True)

    objects = ContactPointQuerySet.as_manager()

    class Meta:
        ordering = ["-preferred", "id"]
        indexes = [
            models.Index(OpClass(Lower("value"), "text_pattern_ops"), name="email_by_beginning", condition=models.Q(kind="email")),
            models.Index(OpClass(FIGURES, "text_pattern_ops"), name="phone_by_beginning", condition=models.Q(kind="phone")),
            models.Index(OpClass(Reverse(FIGURES), "text_pattern_ops"), name="phone_by_end", condition=models.Q(kind="phone")),
        ]  # fmt: skip
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind="postal") & ~models.Q(street="") & ~models.Q(city="")
                | models.Q(kind__in=["email", "phone"]) & ~models.Q(value=""),
                name="contact_point_is_complete",
            ),
            models.CheckConstraint(
                condition=models.Q(consent_on=None) | models.Q(kind="email"), name="contact_consent_is_for_email"
            ),
        ]

    def __str__(self):
        return ", ".join(self.lines) if self.kind == self.Kind.POSTAL else self.value

    def clean(self):
        if self.kind == self.Kind.EMAIL:
            try:
                validate_email(self.value)
            except ValidationError as error:
                raise ValidationError(
                    {"value": _("Enter one e-mail address, for example anna@example.org.")}
                ) from error

    @property
    def lines(self) -> list[str]:
        """A postal address as on an envelope."""
        city = " ".join(
            part for part in [f"{self.city}," if self.region else self.city, self.region, self.postcode] if part
        )
        return [line for line in [self.street, city, "" if self.country in ("", "US") else self.country] if line]

    @property
    def usable(self) -> bool:
        return self.bad_since is None and self.opted_out_on is None
