"""What waits for a person in insurance (settings.DAY_SOURCES): coverages to verify, authorizations to see to."""

from datetime import date

from django.db.models import F, Q, Value
from django.db.models.fields import DateField
from django.db.models.functions import Cast, Coalesce
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from accounts.waiting import Waiting, columns, labelled, sentence
from billing_office.staff.access import may

from . import worklist
from .authorizations import SOON
from .models import Authorization

ACCOUNT = "client__account"


def _verifications(user, today: date):
    if not may(user, "verify_coverages"):
        return None
    rows = worklist.due(user, today, worklist.rule())
    why = sentence(_("Verify before the visit: %(payer)s, %(plan)s"), payer="plan__payer__name", plan="plan__name")
    return columns(rows, account=ACCOUNT, cents=F("stake"), link="pk", day=F("visit_on"), why=why)


def _authorizations(user, today: date):
    """Undecided, or ending soon."""
    if not may(user, "edit_coverages"):
        return None
    ending = Q(state__in=["approved", "partly"], valid_to__range=(today, today + SOON))
    rows = Authorization.objects.for_staff(user).filter(ending | Q(state__in=["needed", "requested", "appealed"]))
    day = Coalesce("valid_to", Cast(Value(today), DateField()))
    account = f"coverage__{ACCOUNT}"
    return columns(
        rows, account=account, cents=Value(0), link="pk", day=day, why=labelled(Authorization.State, "state")
    )


VERIFICATIONS = Waiting("verification", lazy("To verify"), _verifications, page="coverage")
AUTHORIZATIONS = Waiting("authorization", lazy("Authorizations"), _authorizations, page="authorization")
