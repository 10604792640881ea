"""What a payer will allow for a service on a day, and how we know: the contract says it, else what it allowed before, else a
part of our usual fee. The answer always names which.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from statistics import median_low

from django.db import connection
from django.db.models import Q
from django.utils.translation import gettext as _

from billing_office.lib import dates, money

from .codes.rows import normal
from .models import Contract, Fee, PayerProfile, Plan

REMEMBERED = timedelta(days=2 * 365)  # how far back an answer still says something: house policy
ANSWERS = 25  # the newest that are read


class Source(StrEnum):
    CONTRACT = "contract"
    LEARNED = "learned"
    PERCENT = "percent"
    USUAL = "usual"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Price:
    """`cents` a unit, None when nothing is known; `note` says in a sentence where it comes from."""

    cents: int | None
    source: Source
    note: str


@dataclass(frozen=True)
class Learned:
    """What a payer allowed for a code, a unit, in cents: the newest answer and the middle of all that were read."""

    newest: int
    middle: int
    count: int
    on: date


def usual(code: str, on: date, modifier: str = "") -> int | None:
    """Our own fee."""
    return _fee(Q(schedule__contract=None), code, on, modifier)


def usual_of(codes: list[str], on: date, units: Decimal = Decimal(1)) -> dict[str, int]:
    """Our own fees for so many units of several codes, by code as it is kept; one query. Codes without a fee are left out."""
    running = Fee.objects.filter(Q(until=None) | Q(until__gte=on), schedule__contract=None, since__lte=on, modifier="")
    return {
        code: money.rounded(cents * units)
        for code, cents in running.filter(value__in=codes).values_list("value", "cents")
    }


def allowed(plan: Plan, code: str, on: date, modifier: str = "") -> Price:
    """What the plan will allow for one unit of a code on that day."""
    for contract in _contracts(plan, on):
        if (cents := _fee(Q(schedule__contract=contract), code, on, modifier)) is not None:
            return Price(
                cents,
                Source.CONTRACT,
                _("Agreed in %(contract)s: $%(amount)s.") % {"contract": contract.name, "amount": money.show(cents)},
            )
    if learned := learn(plan.payer_id, code, on):
        note = _(
            "%(payer)s allowed $%(amount)s on %(day)s, the last of %(count)d answers; the middle of them"
            " is $%(middle)s."
        ) % {
            "payer": plan.payer,
            "amount": money.show(learned.newest),
            "day": dates.short(learned.on),
            "count": learned.count,
            "middle": money.show(learned.middle),
        }
        return Price(learned.newest, Source.LEARNED, note)
    own = usual(code, on, modifier)
    if own is None:
        return Price(None, Source.UNKNOWN, _("No contract, no earlier answer and no fee of ours says what it costs."))
    percent = PayerProfile.objects.filter(payer=plan.payer_id).values_list("expected_percent", flat=True).first()
    if percent is None:
        return Price(
            own,
            Source.USUAL,
            _("Nothing is known of %(payer)s; our usual fee $%(amount)s stands.")
            % {"payer": plan.payer, "amount": money.show(own)},
        )
    cents = money.rounded(own * percent / 100)
    note = _("%(payer)s is expected to allow %(percent)s %% of our usual fee $%(amount)s.") % {
        "payer": plan.payer,
        "percent": f"{percent.normalize():f}",
        "amount": money.show(own),
    }
    return Price(cents, Source.PERCENT, note)


def _contracts(plan: Plan, on: date) -> list[Contract]:
    """The plan's own contract in force, then the one for all plans of its payer."""
    running = Contract.objects.filter(Q(until=None) | Q(until__gte=on), payer=plan.payer_id, since__lte=on)
    return sorted(running.filter(Q(plan=plan) | Q(plan=None)), key=lambda contract: contract.plan_id is None)


def _fee(which: Q, code: str, on: date, modifier: str) -> int | None:
    """With the modifier if the list has one for it, else the plain fee."""
    fees = Fee.objects.filter(which, Q(until=None) | Q(until__gte=on), value=normal(code), since__lte=on)
    found = dict(fees.filter(modifier__in={modifier, ""}).values_list("modifier", "cents"))
    return found.get(modifier, found.get(""))


# What a payer allowed: billed less its agreed discount, of charges that it has paid on and owes nothing more of. Entries
# that were undone count no longer: they and their reversals cancel out.
_ANSWERS = """
    SELECT c.cents - sum(p.cents) FILTER (WHERE p.book = 'contractual'), c.units, max(y.received_on)
      FROM accounts_charge c
      JOIN accounts_posting p ON p.charge_id = c.id
      LEFT JOIN accounts_payment y ON y.id = p.payment_id AND y.payer_id = %(payer)s
     WHERE upper(replace(c.code, '.', '')) = %(code)s AND c.kind = 'service' AND c.service_on BETWEEN %(first)s AND %(on)s
       AND EXISTS (SELECT 1 FROM accounts_openitem i WHERE i.charge_id = c.id AND i.payer_id = %(payer)s AND i.cents = 0)
     GROUP BY c.id
    HAVING sum(p.cents) FILTER (WHERE p.book = 'contractual') >= 0 AND max(y.received_on) <= %(on)s
       AND -sum(p.cents) FILTER (WHERE p.book = 'receivable' AND y.id IS NOT NULL) > 0
     ORDER BY max(y.received_on) DESC, c.id DESC LIMIT %(most)s
"""


def learn(payer: int, code: str, on: date) -> Learned | None:
    """What this payer allowed for the code before, from its payments and agreed discounts; None when it never answered."""
    asked = {"payer": payer, "code": normal(code), "first": on - REMEMBERED, "on": on, "most": ANSWERS}
    with connection.cursor() as cursor:
        cursor.execute(_ANSWERS, asked)
        answers = [(money.rounded(cents / units), day) for cents, units, day in cursor.fetchall()]
    if not answers:
        return None
    return Learned(answers[0][0], median_low(cents for cents, _ in answers), len(answers), answers[0][1])
