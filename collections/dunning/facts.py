"""The facts that contact rules ask for, read from the account as it stands now."""

from collections.abc import Callable
from datetime import date

from django.db.models import Q

from accounts.models import Account, Client, ContactPoint, Message

from . import zones
from .models import ComplianceRule
from .rules import Address, Facts, Pause, Rule


def policy(on: date) -> tuple[Rule, ...]:
    """The rules in force on a day, as the pure judge takes them."""
    rows = ComplianceRule.objects.in_force(on)
    return tuple(Rule(r.rule_id, r.version, r.severity, r.sentence, r.way_round, r.citation, r.params) for r in rows)


def of_message(account: Account, message: Message, on: date) -> Facts:
    """Of an account, and of the very address that the message would go to. `on` is the client's day."""
    return _read(account, on, lambda points: _address_of(message.channel, message.to, points))


def of_channel(account: Account, channel: str, on: date) -> Facts:
    """Of an account, and of the best address it has for a channel (email, print, phone), before any message stands."""
    return _read(account, on, lambda points: _best_address(channel, points))


def _read(account: Account, on: date, address: Callable[[list[ContactPoint]], Address]) -> Facts:
    guarantor = Client.objects.filter(pk=account.guarantor_id).first()
    points = list(ContactPoint.objects.filter(client=account.guarantor_id))
    where, basis = _zones(guarantor, points)
    # A stop that names a later day of another zone is in force all the same: a day early is safe, a day late is not.
    flags = account.flags.filter(Q(until=None) | Q(until__gte=on)).values_list("kind", flat=True)
    holds = account.holds.on(on).filter(charge=None)
    return Facts(
        address=address(points),
        flags=frozenset(flags),
        deceased=bool(guarantor and guarantor.deceased_on),
        pauses=tuple(Pause(hold.kind, hold.until) for hold in holds),
        zones=where,
        zone_basis=basis,
        organisation=bool(guarantor and guarantor.kind == Client.Kind.ORGANISATION),
    )


_KINDS = {"email": ContactPoint.Kind.EMAIL, "print": ContactPoint.Kind.POSTAL, "phone": ContactPoint.Kind.PHONE}


def _best_address(channel: str, points: list[ContactPoint]) -> Address:
    """The most permissive of the channel's addresses: what would be chosen if a message were written now."""
    known = [_told(channel, p) for p in points if p.kind == _KINDS[channel]]
    return max(known, key=lambda a: (a.usable and not a.opted_out, a.consented), default=Address(channel, usable=False))


def _address_of(channel: str, to: str, points: list[ContactPoint]) -> Address:
    """Of an e-mail the address itself, which may have turned bad since; a letter goes to any good postal address."""
    if channel != Message.Channel.EMAIL:
        return _best_address(channel, points)
    same = [p for p in points if p.kind == ContactPoint.Kind.EMAIL and p.value.casefold() == to.casefold()]
    return _told(channel, same[0]) if same else Address(channel, usable=False)


def _told(channel: str, point: ContactPoint) -> Address:
    return Address(channel, point.bad_since is None, point.consent_on is not None, point.opted_out_on is not None)


def _zones(guarantor: Client | None, points: list[ContactPoint]) -> tuple[tuple[str, ...], str]:
    if guarantor and guarantor.time_zone:
        return (guarantor.time_zone,), "the client's own zone"
    found = [
        zone for p in points if p.kind == ContactPoint.Kind.POSTAL and p.usable for zone in zones.of_state(p.region)
    ]
    return tuple(dict.fromkeys(found)), "the state of the postal address" if found else "unknown"
