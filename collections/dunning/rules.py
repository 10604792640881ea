"""May we? Pure: no database, no clock, no settings. Facts and the policy's rules in, a verdict with every reason out.

Rules are rows (models.ComplianceRule) with their source; this module knows how each id is judged. Fails closed: a fact that
is missing, a rule id nobody can judge, an unknown action refuse.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from django.utils.translation import gettext_lazy as _


class Action(StrEnum):
    INVOICE = "invoice"
    RECEIPT = "receipt"
    NOTICE = "notice"
    REMINDER = "reminder"
    CALL = "call"
    LETTER = "letter"


SERVICE = frozenset({Action.INVOICE, Action.RECEIPT, Action.NOTICE})  # bound by address, opt-in and stops; not by hours
CONTACT = frozenset({Action.REMINDER, Action.CALL, Action.LETTER})  # bound by all rules


@dataclass(frozen=True)
class Address:
    """Where it would go: `channel` email, print or phone. `usable`: known, not bad; `consented`: to unencrypted e-mail."""

    channel: str
    usable: bool
    consented: bool = False
    opted_out: bool = False


@dataclass(frozen=True)
class Pause:
    """A hold of the whole account; `until` None has no end."""

    kind: str
    until: date | None


@dataclass(frozen=True)
class Facts:
    """A snapshot of the addressee. `flags` are kinds in force; `zones` every zone the client may be in (empty: unknown)."""

    address: Address
    flags: frozenset[str] = frozenset()
    deceased: bool = False
    pauses: tuple[Pause, ...] = ()
    zones: tuple[str, ...] = ()
    zone_basis: str = ""
    organisation: bool = False
    calls: tuple[datetime, ...] = ()  # ours, as far back as a rule looks; asked for where a call is
    talks: tuple[datetime, ...] = ()  # conversations, whoever began them


@dataclass(frozen=True)
class Rule:
    id: str
    version: int
    severity: str
    sentence: str
    way_round: str
    citation: str
    params: dict = field(default_factory=dict)


@dataclass(frozen=True)
class Reason:
    """Why not: the rule as it stood, and from when on it would allow (None: a person must act first)."""

    rule: Rule
    earliest: datetime | None = None


@dataclass(frozen=True)
class Verdict:
    allow: bool
    reasons: tuple[Reason, ...] = ()
    earliest: datetime | None = None
    asked: tuple[str, ...] = ()

    @property
    def words(self) -> str:
        return " ".join(f"{reason.rule.sentence} {reason.rule.way_round}" for reason in self.reasons)


NO_POLICY = Rule(
    "POLICY", 0, "block", _("No contact rules are in force."), _("An administrator must load them."), _("house policy")
)


def may(action: Action, facts: Facts, now: datetime, policy: tuple[Rule, ...]) -> Verdict:
    """Whether `action` is allowed at `now` (aware). Every rule that refuses is named, not only the first.

    `earliest` is given when time alone will allow it.
    """
    if not policy:
        return Verdict(False, (Reason(NO_POLICY),))
    refused = [reason for rule in policy for reason in _judge(rule, action, facts, now)]
    earliest = None
    if refused and all(reason.earliest for reason in refused):
        earliest = _first_allowed(action, facts, max(reason.earliest for reason in refused), policy)
    asked = tuple(f"{rule.id} v{rule.version}" for rule in policy)
    return Verdict(not refused, tuple(refused), earliest, asked)


def _first_allowed(action, facts, at, policy) -> datetime | None:
    """Rules wait for different hours; step from one's opening to the next's until all agree, a week at most."""
    for _step in range(8):
        again = [reason for rule in policy for reason in _judge(rule, action, facts, at)]
        if not again:
            return at
        if not all(reason.earliest for reason in again):
            return None
        at = max(reason.earliest for reason in again)
    return None


def _judge(rule: Rule, action: Action, facts: Facts, now: datetime) -> list[Reason]:
    judge = JUDGES.get(rule.id)
    if judge is None or action not in SERVICE | CONTACT:
        return [Reason(rule)]
    answer = judge(rule, action, facts, now)
    return [] if answer is ALLOWED else [Reason(rule, answer)]


ALLOWED = object()
Answer = object | datetime | None  # ALLOWED; refused until a moment; refused until a person acts


def _address(rule, action, facts, now) -> Answer:
    return ALLOWED if facts.address.usable else None


def _consent(rule, action, facts, now) -> Answer:
    return ALLOWED if facts.address.channel != "email" or facts.address.consented else None


def _opt_out(rule, action, facts, now) -> Answer:
    return None if facts.address.opted_out else ALLOWED


def _deceased(rule, action, facts, now) -> Answer:
    return None if facts.deceased or "deceased" in facts.flags else ALLOWED


def _stop(*flags: str) -> Callable:
    def judge(rule, action, facts, now) -> Answer:
        return None if facts.flags.intersection(flags) else ALLOWED

    return judge


def _pause(rule, action, facts, now) -> Answer:
    """Refused through the last day of a hold, wherever the client may be; a hold without an end needs a person."""
    if action in SERVICE:
        return ALLOWED
    if any(pause.until is None for pause in facts.pauses):
        return None
    zones = [ZoneInfo(zone) for zone in facts.zones] or [UTC]
    over = [datetime.combine(p.until + timedelta(days=1), time(0), zone) for p in facts.pauses for zone in zones]
    waits = [moment for moment in over if moment > now]
    return max(waits) if waits else ALLOWED


def _hours(rule, action, facts, now) -> Answer:
    if action in SERVICE or facts.organisation or facts.address.channel == "print":
        return ALLOWED
    if not facts.zones:
        return None
    opens, closes = (time.fromisoformat(rule.params[name]) for name in ("from", "until"))
    waits = [moment for zone in facts.zones if (moment := _next_open(now, ZoneInfo(zone), opens, closes))]
    return max(waits) if waits else ALLOWED


def _next_open(now: datetime, zone: ZoneInfo, opens: time, closes: time) -> datetime | None:
    """None while it is between the two hours there, both included to the minute; else when it next opens."""
    there = now.astimezone(zone)
    clock = there.time().replace(second=0, microsecond=0)
    if opens <= clock <= closes:
        return None
    day = there.date() if clock < opens else there.date() + timedelta(days=1)
    return datetime.combine(day, opens, zone)


def _frequency(rule, action, facts, now) -> Answer:
    """So many calls in so many consecutive days, the present one counted as a day; the next is refused."""
    if action != Action.CALL or facts.organisation:
        return ALLOWED
    days, zone = rule.params["days"], _clock_of(facts)
    first = now.astimezone(zone).date() - timedelta(days=days - 1)
    counted = sorted(at.astimezone(zone).date() for at in facts.calls if at.astimezone(zone).date() >= first)
    if len(counted) < rule.params["calls"]:
        return ALLOWED
    return _midnight(counted[-rule.params["calls"]] + timedelta(days=days), zone)


def _after_talk(rule, action, facts, now) -> Answer:
    """The day of a conversation is the first of so many without a call."""
    if action != Action.CALL or facts.organisation or not facts.talks:
        return ALLOWED
    zone = _clock_of(facts)
    free = max(at.astimezone(zone).date() for at in facts.talks) + timedelta(days=rule.params["days"])
    return ALLOWED if now.astimezone(zone).date() >= free else _midnight(free, zone)


def _clock_of(facts: Facts) -> ZoneInfo:
    return ZoneInfo(facts.zones[0] if facts.zones else "UTC")


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(0), zone)


JUDGES: dict[str, Callable[[Rule, Action, Facts, datetime], Answer]] = {
    "ADDRESS": _address,
    "EMAIL-CONSENT": _consent,
    "OPT-OUT": _opt_out,
    "DECEASED": _deceased,
    "ATTORNEY": _stop("attorney"),
    "BANKRUPTCY": _stop("bankruptcy"),
    "CEASE": _stop("cease", "do_not_contact"),
    "PAUSE": _pause,
    "HOURS": _hours,
    "CALL-7IN7": _frequency,
    "CALL-AFTER-TALK": _after_talk,
}
