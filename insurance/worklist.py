"""Which coverages are to be verified, and why: two clocks, the visit that comes, and what is at stake."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Case, F, IntegerField, OuterRef, Q, QuerySet, Subquery, Sum, Value, When
from django.db.models.functions import Coalesce, ExtractMonth, ExtractYear
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.utils.translation import ngettext

from billing_office.lib import dates, money

from .models import Coverage, Verification, VerificationRule, Visit

State = Verification.State
FAILED = (State.NOT_FOUND, State.NEEDS_INFO, State.PAYER_DOWN)


def rule() -> VerificationRule:
    return VerificationRule.objects.get()


def due(user, today: date, by: VerificationRule) -> QuerySet[Coverage]:
    """Coverages of visits near enough that somebody must look at, with the facts of `told`. Plans left out are left out."""
    window = (today - timedelta(by.past_days), today + timedelta(by.visit_days))
    coming = Visit.objects.expected().filter(on__range=window)
    found = Coverage.objects.standing().for_staff(user).filter(client__in=coming.values("client"), plan__verified=True)
    return told(found, today, by).filter(visit_on__isnull=False).filter(_wanting(today, by))


def told(found: QuerySet[Coverage], today: date, by: VerificationRule) -> QuerySet[Coverage]:
    """Each coverage with its next visit in the rule's days (`visit_on`, `visit_what`, `stake` in cents), both clocks
    (`enrolled_on`, `enrolled_for`, `benefits_on`) and its newest check (`last_state`, `last_on`, `last_said`)."""
    visits = Visit.objects.expected().filter(
        client=OuterRef("client"), on__gte=OuterRef("since"), on__lte=Coalesce(OuterRef("until"), Value(dates.LAST)),
        on__range=(today - timedelta(by.past_days), today + timedelta(by.visit_days)),
    )  # fmt: skip
    first = visits.order_by("on", "pk")
    checks = Verification.objects.filter(coverage=OuterRef("pk")).order_by("-pk")
    enrolled = checks.filter(enrolment=True)
    shared = Verification.objects.filter(
        benefits=True, coverage__plan=OuterRef("plan"), coverage__group_number=OuterRef("group_number")
    ).order_by("-checked_on")
    return found.annotate(
        visit_on=Subquery(first.values("on")[:1]),
        visit_what=Subquery(first.values("what")[:1]),
        stake=Coalesce(Subquery(visits.order_by().values("client").annotate(sum=Sum("cents")).values("sum")), 0),
        enrolled_on=Subquery(enrolled.values("checked_on")[:1]),
        enrolled_for=Subquery(enrolled.values("service_on")[:1]),
        benefits_on=Subquery(shared.values("checked_on")[:1]),
        last_state=Coalesce(Subquery(checks.values("state")[:1]), Value("")),
        last_on=Subquery(checks.values("checked_on")[:1]),
        last_said=Subquery(checks.values("said")[:1]),
    ).annotate(
        visit_year=_year("visit_on"), enrolled_year=_year("enrolled_for")
    )  # fmt: skip


def _year(day: str):
    """The calendar year in which the benefit year of that day began, as verification.benefit_year."""
    begun_before = Case(When(plan__year_begins__gt=ExtractMonth(day), then=1), default=0, output_field=IntegerField())
    return ExtractYear(day) - begun_before


def _wanting(today: date, by: VerificationRule) -> Q:
    never = Q(enrolled_on=None) | Q(benefits_on=None)
    stale = Q(enrolled_on__lt=today - timedelta(by.enrolment_days)) | Q(
        benefits_on__lt=today - timedelta(by.benefit_days)
    )
    unclear = Q(last_state__in=[*FAILED, State.WAITING, State.INACTIVE])
    rolled = ~Q(visit_year=F("enrolled_year"))
    large = Q(stake__gte=by.large_cents, enrolled_on__lt=today - timedelta(by.visit_days))
    return never | stale | unclear | rolled | large


@dataclass(frozen=True)
class Standing:
    """Where a coverage's verification stands: a word with its tone, why it is to be looked at ("" when nothing is to be
    done), and what was said by the payer last."""

    tag: tuple[str, str]
    why: str = ""
    said: tuple[str, ...] = ()


_TAGS = {
    State.WAITING: (lazy("answer awaited"), "info"),
    State.ACTIVE: (lazy("active"), "good"),
    State.INACTIVE: (lazy("inactive"), "bad"),
    State.NOT_FOUND: (lazy("not found"), "bad"),
    State.NEEDS_INFO: (lazy("needs info"), "warn"),
    State.PAYER_DOWN: (lazy("payer down"), "warn"),
}


def standing(row: Coverage, today: date, by: VerificationRule) -> Standing:
    """Of a row of `told`. What is most pressing decides."""
    said = tuple(row.last_said or ())
    if not row.last_state:
        return Standing((_("new"), "bad"), _("Never verified"))
    if row.last_state not in (State.ACTIVE, State.INACTIVE):
        return Standing(_TAGS[row.last_state], _first(said) or _unsaid(row, today), said)
    if row.last_state == State.INACTIVE:
        return Standing(_TAGS[State.INACTIVE], _first(said) or _("The plan is not in force"), said)
    if row.visit_on and row.enrolled_on and row.visit_year != row.enrolled_year:
        return Standing((_("expired"), "warn"), _("A new benefit year begins before the visit"), said)
    enrolled = (today - row.enrolled_on).days if row.enrolled_on else None
    benefits = (today - row.benefits_on).days if row.benefits_on else None
    if enrolled is None or enrolled > by.enrolment_days:
        return Standing((_("expired"), "warn"), _enrolment(enrolled), said)
    if benefits is None or benefits > by.benefit_days:
        return Standing((_("expired"), "warn"), _benefits(benefits), said)
    if row.visit_on and row.stake >= by.large_cents and enrolled > by.visit_days:
        return Standing(
            (_("large bill"), "warn"),
            _("%(amount)s is at stake, verified %(days)d days ago")
            % {"amount": money.show(row.stake), "days": enrolled},
            said,
        )
    return Standing(_TAGS[State.ACTIVE], "", said)


def _first(said: tuple[str, ...]) -> str:
    """What happened, without its remedy: a list has room for one sentence."""
    return said[0].partition(". ")[0].rstrip(".") if said else ""


def _unsaid(row: Coverage, today: date) -> str:
    return (
        _("Asked, not answered yet")
        if row.last_state == State.WAITING
        else _("Tried %(day)s") % {"day": dates.short(row.last_on, today)}
    )


def _enrolment(age: int | None) -> str:
    if age is None:
        return _("Enrolment never verified")
    return ngettext("Enrolment verified %(n)d day ago", "Enrolment verified %(n)d days ago", age) % {"n": age}


def _benefits(age: int | None) -> str:
    if age is None:
        return _("Benefits never verified")
    return ngettext("Benefits verified %(n)d day ago", "Benefits verified %(n)d days ago", age) % {"n": age}
