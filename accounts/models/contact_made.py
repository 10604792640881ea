from dataclasses import dataclass

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from .account import Account
from .client import Client
from .contact import ContactPoint


class Way(models.TextChoices):
    CALL = "call", _("Call")
    CALL_IN = "call_in", _("Call received")
    VISIT = "visit", _("Visit")
    LETTER_IN = "letter_in", _("Letter received")
    MAIL_IN = "mail_in", _("E-mail received")


class Outcome(models.TextChoices):
    TALKED = "talked", _("Talked")
    MESSAGE = "message", _("Left message")
    NO_ANSWER = "no_answer", _("No answer")
    WRONG_NUMBER = "wrong_number", _("Wrong number")
    PROMISE = "promise", _("Promise to pay")
    DISPUTE = "dispute", _("Disputes it")
    STOP = "stop", _("Asked not to be called")


@dataclass(frozen=True)
class Spec:
    """What an outcome is chosen by (`letter`), and whether the client was spoken with (12 CFR 1006.14(b)(2)(ii)(B))."""

    letter: str
    talk: bool
    note: str = ""


OUTCOMES = {
    Outcome.TALKED: Spec("t", True),
    # Nothing but this may be left with a machine or with somebody else (12 CFR 1006.2(j), limited-content message).
    Outcome.MESSAGE: Spec(
        "m", False, _("Say only: our name, that you ask for a call back, the number, and hours. Never money, debt or services.")
    ),
    Outcome.NO_ANSWER: Spec("n", False),
    Outcome.WRONG_NUMBER: Spec("w", False, _("The number is marked bad: nobody calls it again.")),
    Outcome.PROMISE: Spec("p", True, _("Amount and day. It waits in your day if the money does not come.")),
    Outcome.DISPUTE: Spec("d", True, _("A dispute holds the account until somebody ends it.")),
    Outcome.STOP: Spec("s", True, _("The number is opted out at once.")),
}  # fmt: skip
TALKS = frozenset(outcome for outcome, spec in OUTCOMES.items() if spec.talk)
SPOKEN = frozenset({Way.CALL, Way.CALL_IN, Way.VISIT})  # a letter or mail is no conversation


class ContactMadeQuerySet(models.QuerySet):
    def for_staff(self, user):
        return self.filter(account__in=Account.objects.for_staff(user))


class ContactMade(models.Model):
    """A contact that a person wrote down: a call, a visit, a letter or mail that came, and what came of it. Append-only.

    What the office sends is in messages. `refused` names the contact rules that forbade the call when it was written
    down: the log tells what happened, whether it should have or not.
    """

    Way = Way
    Outcome = Outcome
    account_path = "account_id"

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="contacts_made")
    way = models.CharField(max_length=9, choices=Way.choices, default=Way.CALL)
    outcome = models.CharField(max_length=12, choices=Outcome.choices)
    client = models.ForeignKey(Client, on_delete=models.PROTECT, null=True, related_name="+", db_constraint=False)
    point = models.ForeignKey(ContactPoint, on_delete=models.PROTECT, null=True, related_name="+")
    to = models.CharField(max_length=254, blank=True, help_text=_("The number as it was called."))
    note = models.CharField(max_length=1000, blank=True)
    cents = models.BigIntegerField(null=True, help_text=_("What was promised."))
    promised_on = models.DateField(null=True)
    at = models.DateTimeField(help_text=_("When it took place."))
    written_at = models.DateTimeField(auto_now_add=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    refused = models.JSONField(default=list, help_text=_("Ids of the rules that forbade it."))

    objects = ContactMadeQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["account", "-at"], name="contact_made_by_account"),
            models.Index(fields=["promised_on"], name="contact_promised", condition=Q(outcome="promise")),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(way__in=Way.values, outcome__in=Outcome.values), name="contact_made_is_known"
            ),
            models.CheckConstraint(
                condition=Q(outcome="promise", cents__gt=0, promised_on__isnull=False)
                | ~Q(outcome="promise") & Q(cents=None, promised_on=None),
                name="contact_promise_is_of_money_and_day",
            ),
        ]

    def __str__(self):
        return f"{self.get_way_display()}: {self.get_outcome_display().lower()}"
