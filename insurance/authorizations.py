"""Prior authorization: is it needed, is there one, how much of it is left. Units used are counted from posted charges.

Whether it is needed is said by the office's dated rules; where none does, by the payer's own answer (271, EB11).

Which authorization a charge uses is derived from its client, code and day: nobody attaches it, and it is right for a
charge that is entered late or corrected.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.db import connection, transaction
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Account, Client
from billing_office.audit import acts
from billing_office.lib import dates

from . import verification
from .benefits import OUT
from .codes.rows import is_code, normal
from .coverage import coverage_on
from .edi import words
from .edi.x271 import WHOLE_PLAN
from .estimates import kinds
from .models import Authorization, AuthorizationLine, AuthorizationRule, Benefit, Coverage

SOON = timedelta(days=30)  # an end as near as this is worked on: house policy
NEARLY = Decimal("0.8")  # as is this part of the units used


@dataclass(frozen=True)
class Left:
    """What of a line was used by posted charges within its days."""

    line: AuthorizationLine
    used: Decimal

    @property
    def units(self) -> Decimal:
        return self.line.units - self.used

    @property
    def percent(self) -> int:
        return min(100, int(self.used * 100 / self.line.units))

    @property
    def nearly(self) -> bool:
        return self.used >= self.line.units * NEARLY


# A charge that was voided has no revenue left and used nothing.
_USED = """
    SELECT l.id, coalesce(sum(c.units), 0)
      FROM insurance_authorizationline l
      JOIN insurance_authorization a ON a.id = l.authorization_id
      JOIN insurance_coverage v ON v.id = a.coverage_id
      LEFT JOIN accounts_charge c ON c.client_id = v.client_id AND c.kind = 'service'
           AND c.service_on BETWEEN a.valid_from AND a.valid_to
           AND upper(replace(c.code, '.', '')) BETWEEN l.first AND CASE l.last WHEN '' THEN l.first ELSE l.last END
           AND EXISTS (SELECT 1 FROM accounts_posting p WHERE p.charge_id = c.id AND p.book = 'revenue' HAVING sum(p.cents) <> 0)
     WHERE l.authorization_id = ANY(%s) GROUP BY l.id
"""


def left(authorizations: Iterable[Authorization]) -> dict[int, list[Left]]:
    """Per authorization, what is left of its lines. Two queries, however many."""
    ids = [one.pk for one in authorizations]
    with connection.cursor() as cursor:
        cursor.execute(_USED, [ids])
        used = dict(cursor.fetchall())
    found: dict[int, list[Left]] = {pk: [] for pk in ids}
    for line in AuthorizationLine.objects.filter(authorization__in=ids).order_by("id"):
        found[line.authorization_id].append(Left(line, used.get(line.pk, Decimal(0))))
    return found


def covers(line: AuthorizationLine | AuthorizationRule, code: str) -> bool:
    return line.first <= normal(code) <= (line.last or line.first)


# -- is it needed --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Answer:
    """What a clerk is told of one service: `needed` (None: nobody has said) and who says so (`source`, a sentence), the
    authorization that covers it, the request that the payer has not decided yet (`asked`)."""

    coverage: Coverage | None
    needed: bool | None = None
    source: str = ""
    authorization: Authorization | None = None
    left: Left | None = None
    units: Decimal = Decimal(1)
    asked: Authorization | None = None

    @property
    def missing(self) -> bool:
        return bool(self.needed) and self.authorization is None

    @property
    def short(self) -> bool:
        """It exists, but not for so many units."""
        return self.left is not None and self.left.units < self.units


def ask(client: Client, code: str, on: date, *, units=Decimal(1), place="", counted=Decimal(0)) -> Answer:
    """Is this service to be authorized by the client's first payer, and is it? `counted`: units already on charges of the day's
    entry that are asked about, so that a posted charge does not stand in its own way."""
    coverages = coverage_on(client, on)
    if not coverages or not is_code(normal(code)):
        return Answer(coverages[0] if coverages else None, units=units)
    coverage = coverages[0]
    granted = list(Authorization.objects.usable(on).filter(coverage=coverage).order_by("valid_to", "id"))
    fits = [
        (one, what) for one in granted for what in left(granted)[one.pk] if covers(what.line, code)
    ] if granted else []  # fmt: skip
    best = next(((one, what) for one, what in fits if what.units + counted >= units), fits[0] if fits else (None, None))
    needed, source = _needed(coverage, code, on, units, place)
    asked = undecided(coverage, code) if needed and best[0] is None else None
    return Answer(coverage, needed, source, best[0], best[1], units, asked)


def _needed(coverage: Coverage, code: str, on: date, units: Decimal, place: str) -> tuple[bool | None, str]:
    """A rule that somebody wrote down decides; without one, what the payer told with its benefits."""
    if rule := rule_for(coverage, code, on, place):
        return rule.needed and (rule.above_units == 0 or units > rule.above_units), rule.source
    found = verification.known(coverage, on)
    row = told(found.rows, code) if found else None
    if row is None:
        return None, ""
    needed, service = row.authorization == "Y", _service(row, code)
    said = (
        _("%(payer)s said on %(day)s: authorization is needed for %(service)s.")
        if needed
        else _("%(payer)s said on %(day)s: authorization is not needed for %(service)s.")
    )
    day = dates.long(found.check.checked_on)
    return needed, said % {"payer": coverage.plan.payer.name, "day": day, "service": service}


def told(rows: Iterable[Benefit], code: str) -> Benefit | None:
    """The row nearest to the code that says whether leave is needed: its own code before its kind of service, the narrower
    kind before the wider. Rows of one nearness that differ: needed, since asking in vain costs less than a denied claim.
    What holds out of network only is left out."""
    found = [
        (near, row.authorization == "N", row.pk, row)
        for row in rows
        if row.authorization in ("Y", "N") and row.in_network != OUT and (near := _nearness(row, code)) is not None
    ]
    return min(found, default=(None,), key=lambda one: one[:3])[-1]


def _nearness(row: Benefit, code: str) -> int | None:
    if row.procedure:
        return 0 if normal(row.procedure) == normal(code) else None
    types = row.service_types or [WHOLE_PLAN]
    return next((at for at, each in enumerate(kinds.of_code(code), start=1) if each in types), None)


def _service(row: Benefit, code: str) -> str:
    if row.procedure:
        return _("code %(code)s") % {"code": row.procedure}
    types = row.service_types or [WHOLE_PLAN]
    kind = next(each for each in kinds.of_code(code) if each in types)
    if kind == WHOLE_PLAN:
        return _("all that the plan covers")
    return words.SERVICE.get(kind, _("service %(code)s") % {"code": kind})


def rule_for(coverage: Coverage, code: str, on: date, place: str = "") -> AuthorizationRule | None:
    """The narrowest rule in force for a code: plan before payer before all, one code before a span, a place before any."""
    value, plan = normal(code), coverage.plan
    rules = AuthorizationRule.objects.filter(
        Q(plan=plan) | Q(payer=plan.payer_id) | Q(plan=None, payer=None), Q(until=None) | Q(until__gte=on),
        Q(place="") | Q(place=place), Q(last="", first=value) | Q(first__lte=value, last__gte=value), since__lte=on,
    )  # fmt: skip
    return max(rules, key=_narrowness, default=None)


def _narrowness(rule: AuthorizationRule):
    return (2 if rule.plan_id else 1 if rule.payer_id else 0), rule.last == "", rule.place != "", rule.since, rule.pk


# -- asking --------------------------------------------------------------------------------------------------------------


def undecided(coverage: Coverage, code: str) -> Authorization | None:
    """The request for this code that waits for the payer, if there is one."""
    waiting = AuthorizationLine.objects.filter(
        authorization__in=Authorization.objects.waiting().filter(coverage=coverage)
    )
    line = waiting.select_related("authorization").order_by("-pk")
    return next((one.authorization for one in line if covers(one, code)), None)


def request(coverage: Coverage, code: str, units: Decimal, on: date, *, by) -> Authorization:
    """Put it on the worklist that the payer is to be asked, with what says so. Waiting already: that one is given back."""
    with transaction.atomic():
        Account.objects.select_for_update(no_key=True).get(pk=coverage.client.account_id)
        if there := undecided(coverage, code):
            return there
        _asked, source = _needed(coverage, code, on, units, "")
        note = (_("For %(day)s. %(source)s") % {"day": dates.long(on), "source": source}).strip()[:400]
        row = Authorization.objects.create(coverage=coverage, note=note, made_by=by)
        row.lines.create(first=normal(code), units=units)
        detail = {"code": normal(code), "units": str(units), "service_on": str(on)}
        acts.record(by, "authorization_added", row, account_id=coverage.client.account_id, detail=detail)
    return row


# -- the worklist --------------------------------------------------------------------------------------------------------


def to_work_on(found, today: date):
    """Those that somebody must do something about: undecided, ending soon, or nearly used up."""
    running = list(found.usable(today))
    spent = [pk for pk, lines in left(running).items() if any(what.nearly for what in lines)]
    ending = Q(state__in=["approved", "partly"], valid_to__gte=today, valid_to__lte=today + SOON)
    return found.filter(Q(pk__in=spent) | ending | Q(state__in=["needed", "requested", "appealed"]))


def _ends_in(days: int) -> str:
    return ngettext("Ends in %(n)d day", "Ends in %(n)d days", days) % {"n": days}


def state_of(authorization: Authorization, lines: list[Left], today: date) -> tuple[str, str]:
    """The word to show: expired and used up are derived, the rest is what the payer said."""
    if authorization.state in ("approved", "partly"):
        if authorization.valid_to < today:
            return _("Expired"), ""
        if lines and all(what.units <= 0 for what in lines):
            return _("Used up"), "bad"
        if authorization.valid_to <= today + SOON:
            return _ends_in((authorization.valid_to - today).days), "warn"
        if any(what.nearly for what in lines):
            return _("Nearly used up"), "warn"
    tones = {"approved": "good", "partly": "good", "denied": "bad", "needed": "warn"}
    return authorization.get_state_display(), tones.get(authorization.state, "info")
