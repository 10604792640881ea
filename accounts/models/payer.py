from django.db import models

from billing_office.lib.sorting import sort_key

from .versioned import Versioned


class PayerQuerySet(models.QuerySet):
    def for_staff(self, user):
        """Payers are known to the whole house; what they owe is scoped by the accounts it touches."""
        return self


class Payer(Versioned):
    """Any party besides the client who may owe: an insurer, a government agency, an employer, a person, another entity."""

    class Class(models.TextChoices):
        INSURER = "insurer", "Insurer"
        GOVERNMENT = "government", "Government agency"
        EMPLOYER = "employer", "Employer"
        PERSON = "person", "Person (second guarantor)"
        OTHER = "other", "Other entity"

    name = models.CharField(max_length=120)
    sort_key = models.CharField(max_length=160, editable=False)
    payer_class = models.CharField("class", max_length=12, choices=Class.choices, default=Class.INSURER)
    electronic_id = models.CharField(max_length=40, blank=True, help_text="The id that claims are addressed to.")
    street = models.CharField(max_length=120, blank=True)
    city_line = models.CharField("city, state, postcode", max_length=120, blank=True)
    phone = models.CharField(max_length=40, blank=True)
    email = models.EmailField("billing e-mail", blank=True)
    active = models.BooleanField(default=True)

    objects = PayerQuerySet.as_manager()

    class Meta:
        ordering = ["sort_key", "id"]
        indexes = [models.Index(fields=["sort_key", "id"], name="payer_by_name")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(payer_class__in=["insurer", "government", "employer", "person", "other"]),
                name="payer_class_is_known",
            )
        ]

    def __str__(self):
        return self.name

    def save(self, *args, **kwargs):
        self.sort_key = sort_key(self.name)
        super().save(*args, **kwargs)
