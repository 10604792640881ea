"""Who works here: offices and staff. What a role may do is a table in access.py."""

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from billing_office.staff.profiles import WORDS, Profile, Words


class Office(models.Model):
    """A billing office (or the client of one): its name on paper, its terms, its clock. Every client account has one."""

    class Paper(models.TextChoices):
        LETTER = "letter", _("Letter")
        A4 = "a4", "A4"

    class PayOrder(models.TextChoices):
        """What money is laid on first where the payer does not say and as much is due: late fees are costs."""

        COSTS_INTEREST_PRINCIPAL = "costs interest principal", _("Costs, interest, principal")
        COSTS_PRINCIPAL_INTEREST = "costs principal interest", _("Costs, principal, interest")
        INTEREST_COSTS_PRINCIPAL = "interest costs principal", _("Interest, costs, principal")
        INTEREST_PRINCIPAL_COSTS = "interest principal costs", _("Interest, principal, costs")
        PRINCIPAL_INTEREST_COSTS = "principal interest costs", _("Principal, interest, costs")
        PRINCIPAL_COSTS_INTEREST = "principal costs interest", _("Principal, costs, interest")

    code = models.CharField(max_length=6, unique=True, help_text=_("Two to six letters; stands in document numbers."))
    name = models.CharField(max_length=80)
    profile = models.CharField(
        max_length=8, choices=Profile.choices, default=Profile.MEDICAL, db_default=Profile.MEDICAL,
        help_text=_("Decides the words on screens and papers, and whether insurance is asked for."),
    )  # fmt: skip
    street = models.CharField(max_length=120, blank=True)
    city_line = models.CharField(
        max_length=120, blank=True, help_text=_("City, state and postcode, as on an envelope.")
    )
    phone = models.CharField(max_length=40, blank=True)
    hours = models.CharField(max_length=80, blank=True, help_text=_("For example: Monday to Friday 8 am to 6 pm."))
    email = models.EmailField(blank=True)
    website = models.CharField(max_length=120, blank=True)
    pay_to = models.TextField(
        blank=True, help_text=_("Name and address for cheques, one line each; empty: the address above.")
    )
    help_text = models.TextField(
        blank=True,
        help_text=_("How a client gets help with paying; printed on every document that asks for money."),
    )
    paper = models.CharField(max_length=6, choices=Paper.choices, default=Paper.LETTER)
    time_zone = models.CharField(max_length=60, default="America/Chicago")
    terms_days = models.PositiveSmallIntegerField(default=30, help_text=_("Days from issue to due."))

    pay_order = models.CharField(
        max_length=24,
        choices=PayOrder.choices,
        default=PayOrder.COSTS_INTEREST_PRINCIPAL,
        db_default=PayOrder.COSTS_INTEREST_PRINCIPAL,
        help_text=(
            _(
                "What a payment settles first when the payer names nothing. Costs, interest, principal is the usual order;"
                " principal first keeps late fees from being charged because of late fees (compare 16 CFR 444.4)."
            )
        ),
    )

    class Meta:
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(condition=models.Q(terms_days__lte=365), name="office_terms_within_a_year"),
            models.CheckConstraint(condition=models.Q(profile__in=Profile.values), name="office_profile_is_known"),
        ]

    def __str__(self):
        return self.name

    @property
    def words(self) -> Words:
        return WORDS[Profile(self.profile)]


class Role(models.TextChoices):
    CLERK = "clerk", _("Clerk")
    BILLER = "biller", _("Biller")
    COLLECTOR = "collector", _("Collector")
    SUPERVISOR = "supervisor", _("Supervisor")
    AUDITOR = "auditor", _("Auditor")
    ADMIN = "admin", _("Admin")
    SERVICE = "service", _("Service")  # the office's own jobs; cannot sign in


class UserManager(BaseUserManager):
    def create_user(self, username, password=None, **fields):
        user = self.model(username=username, **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def people(self):
        return self.exclude(role=Role.SERVICE)

    def service(self, username="office") -> "User":
        """The account in whose name the office's own jobs act."""
        return self.get(username=username, role=Role.SERVICE)


class User(AbstractBaseUser):
    """A member of staff, or a service account. `role` alone decides what they may do, `offices` for which accounts."""

    username = models.CharField(max_length=60, unique=True)
    name = models.CharField(max_length=80)
    email = models.EmailField(blank=True)
    role = models.CharField(max_length=12, choices=Role.choices)
    offices = models.ManyToManyField(Office, blank=True, related_name="staff")
    is_active = models.BooleanField(default=True)
    sessions_ended = models.PositiveIntegerField(
        default=0, db_default=0, editable=False
    )  # how often all their sessions were ended

    objects = UserManager()

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS = ["name", "role"]

    class Meta:
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(condition=models.Q(role__in=Role.values), name="user_role_is_known"),
            models.CheckConstraint(
                condition=~models.Q(role=Role.SERVICE) | models.Q(password__startswith="!"),  # noqa: S106  the mark of an unusable one
                name="user_service_has_no_password",
            ),
        ]

    def __str__(self):
        return self.name

    @property
    def short_name(self) -> str:
        return short_name(self.name)

    def end_sessions(self):
        """Every browser in which they are signed in is out with its next request."""
        User.objects.filter(pk=self.pk).update(sessions_ended=models.F("sessions_ended") + 1)
        self.refresh_from_db(fields=["sessions_ended"])

    def _get_session_auth_hash(self, secret=None):
        """Django compares this with each session's own at every request, so a session ends with what it was made of:
        the password, and the count of times that all sessions were ended."""
        made_of = f"{self.sessions_ended} {self.password}"
        return salted_hmac("staff.User.session", made_of, secret=secret, algorithm="sha256").hexdigest()


def short_name(name: str) -> str:
    """`Maria Reyes` → `M. Reyes`, as the timeline and the top bar show it."""
    first, _, last = name.rpartition(" ")
    return f"{first[0]}. {last}" if first else name
