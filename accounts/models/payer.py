from django.db import models
from django.utils.translation import gettext_lazy as _

from billing_office.lib.sorting import sort_key

from .versioned import Versioned


class PayerQuerySet(models.QuerySet):
    def for_staff(self, user):
        """Payers are known to the whole house; what they owe is scoped by the accounts it touches."""
        return self


class Payer(Versioned):
    """Any party besides the client who may owe: an insurer, a government agency, an employer, a person, another entity."""

    class Class(models.TextChoices):
        INSURER = "insurer", _("Insurer")
        GOVERNMENT = "government", _("Government agency")
        EMPLOYER = "employer", _("Employer")
        PERSON = "person", _("Person (second guarantor)")
        OTHER = "other", _("Other entity")

    name = models.CharField(max_length=120)
    sort_key = models.CharField(max_length=160, editable=False)
    payer_class = models.CharField(_("class"), max_length=12, choices=Class.choices, default=Class.INSURER)
    electronic_id = models.CharField(max_length=40, blank=True, help_text=_("The id that claims are addressed to."))
    street = models.CharField(max_length=120, blank=True)
    city_line = models.CharField(_("city, state, postcode"), max_length=120, blank=True)
    phone = models.CharField(max_length=40, blank=True)
    email = models.EmailField(_("billing e-mail"), blank=True)
    email_bad_since = models.DateField(null=True, editable=False, help_text=_("A mail server refused the address."))
    email_agreed_on = models.DateField(
        _("agreed to e-mail on"),
        null=True,
        blank=True,
        help_text=_("A person must have agreed; else the bill is printed."),
    )
    contact = models.CharField(
        _("billing contact"),
        max_length=120,
        blank=True,
        db_default="",
        help_text=_("Person or desk that bills are for."),
    )
    billed_by_invoice = models.BooleanField(
        _("billed by invoice"),
        default=False,
        db_default=False,
        help_text=_("Not by claim: it gets one invoice over its clients."),
    )
    terms_days = models.PositiveSmallIntegerField(
        _("days to pay"), default=30, db_default=30, help_text=_("From the invoice to its due date.")
    )
    names_services = models.BooleanField(
        _("invoices name services"),
        default=True,
        db_default=True,
        help_text=_("Else they say only that it was a service."),
    )
    active = models.BooleanField(default=True)

    objects = PayerQuerySet.as_manager()

    class Meta:
        ordering = ["sort_key", "id"]
        indexes = [models.Index(fields=["sort_key", "id"], name="payer_by_name")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(payer_class__in=["insurer", "government", "employer", "person", "other"]),
                name="payer_class_is_known",
            ),
            models.CheckConstraint(condition=models.Q(terms_days__lte=365), name="payer_terms_within_a_year"),
        ]

    def __str__(self):
        return self.name

    @property
    def is_person(self) -> bool:
        """A second guarantor: contact rules protect them as they do a client."""
        return self.payer_class == self.Class.PERSON

    def save(self, *args, **kwargs):
        self.sort_key = sort_key(self.name)
        super().save(*args, **kwargs)
