from django.db import models
from django.db.models.expressions import RawSQL
from django.utils.translation import gettext_lazy as _

from billing_office.staff.access import may
from billing_office.staff.models import Office, Role

from .payer import Payer
from .versioned import Versioned


def scope(user, path="") -> models.Q:
    """What AccountQuerySet.for_staff asks, of the account that `path` leads to ("client__account__")."""
    clients = models.Q(**{f"{path}kind": Account.Kind.CLIENT})
    if user.role == Role.SERVICE:
        return clients
    if not may(user, "read_accounts"):
        return models.Q(pk__in=[])
    theirs = user.offices.through.objects.filter(user=user).values("office")
    return clients & models.Q(**{f"{path}office__in": theirs})


PART_OF = """
    WITH RECURSIVE part AS (
        SELECT %s::bigint AS id UNION SELECT a.id FROM accounts_account a JOIN part p ON a.merged_into_id = p.id
    )
    SELECT id FROM part
"""


class AccountQuerySet(models.QuerySet):
    def for_staff(self, user):
        """The client accounts that this user may know of: the one place where objects are scoped by office.

        House accounts belong to no office and are nobody's to browse. A service account acts for the whole house.
        """
        return self.filter(scope(user))

    def live(self):
        """Not merged into another and not closed."""
        return self.filter(merged_into=None, closed_on=None)

    def part_of(self, account: "Account"):
        """The account itself and all that became part of it, through however many merges."""
        return self.filter(pk__in=RawSQL(PART_OF, [account.pk]))  # noqa: S611  no part is given


class Account(Versioned):
    """What is billed. A client account has an office, a guarantor and clients; a house account holds a payer's money."""

    class Kind(models.TextChoices):
        CLIENT = "client", _("Client")
        HOUSE = "house", _("House")

    class FinancialClass(models.TextChoices):
        COMMERCIAL = "commercial", _("Commercial insurance")
        PUBLIC = "public", _("Public scheme")
        SELF_PAY = "self_pay", _("Self-pay")
        WORKERS_COMP = "workers_comp", _("Workers’ compensation")
        EMPLOYER = "employer", _("Employer")
        ASSISTANCE = "assistance", _("Assistance")

    kind = models.CharField(max_length=6, choices=Kind.choices, default=Kind.CLIENT)
    number = models.CharField(max_length=20, unique=True)
    name = models.CharField(max_length=160, help_text=_("Who answers for the account; follows the guarantor."))
    sort_key = models.CharField(max_length=200, editable=False)
    office = models.ForeignKey(Office, on_delete=models.PROTECT, null=True, related_name="accounts")
    payer = models.OneToOneField(Payer, on_delete=models.PROTECT, null=True, related_name="house_account")
    guarantor = models.ForeignKey(
        "Client", on_delete=models.PROTECT, null=True, related_name="guarantees", db_constraint=False
    )
    financial_class = models.CharField(max_length=12, choices=FinancialClass.choices, default=FinancialClass.SELF_PAY)
    opened_on = models.DateField()
    closed_on = models.DateField(null=True, blank=True)
    closed_why = models.CharField(max_length=200, blank=True, db_default="", editable=False)
    fees_agreed_on = models.DateField(
        _("agreed to fees on"),
        null=True,
        blank=True,
        help_text=_("When they agreed to late fees and interest; without it there are none."),
    )
    merged_into = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="merged")

    objects = AccountQuerySet.as_manager()

    class Meta:
        ordering = ["sort_key", "id"]
        indexes = [
            models.Index(fields=["sort_key", "id"], name="account_by_name"),
            models.Index(fields=["office", "sort_key", "id"], name="account_by_office"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind="client", office__isnull=False, payer__isnull=True)
                | models.Q(kind="house", office__isnull=True),
                name="account_client_has_office_house_has_none",
            ),
            models.CheckConstraint(
                condition=models.Q(merged_into=None) | ~models.Q(merged_into=models.F("id")),
                name="account_is_not_merged_into_itself",
            ),
        ]

    def __str__(self):
        return f"{self.name} {self.number}"

    @property
    def answering(self) -> "Account":
        """The account whose people and stops count for what is owed here: the survivor, where this one was merged."""
        account = self
        while account.merged_into_id:
            account = account.merged_into
        return account
