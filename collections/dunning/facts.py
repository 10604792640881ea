"""The facts that contact rules ask for, read from the account as it stands now."""

from dataclasses import replace
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


def of_account(account: Account, message: Message | None, on: date) -> Facts:
    """Of an account and, when a message stands already, of the address it would go to. `on` is the client's day."""
    guarantor = Client.objects.filter(pk=account.guarantor_id).first()
    points = list(ContactPoint.objects.filter(client=account.guarantor_id))
    where, basis = _zones(guarantor, points)
    # A stop that names a later day of another zone is in force all the same: a day early is safe, a day late is not.
    flags = account.flags.filter(Q(until=None) | Q(until__gte=on)).values_list("kind", flat=True)
    holds = account.holds.on(on).filter(charge=None)
    return Facts(
        address=_address(message, points),
        flags=frozenset(flags),
        deceased=bool(guarantor and guarantor.deceased_on),
        pauses=tuple(Pause(hold.kind, hold.until) for hold in holds),
        zones=where,
        zone_basis=basis,
        organisation=bool(guarantor and guarantor.kind == Client.Kind.ORGANISATION),
    )


def _address(message: Message | None, points: list[ContactPoint]) -> Address:
    channel = message.channel if message else Message.Channel.PRINT
    if channel == Message.Channel.EMAIL:
        same = next((p for p in points if p.kind == ContactPoint.Kind.EMAIL and p.value.casefold() == message.to.casefold()), None)
        if same is None:
            return Address(channel, usable=False)
        return Address(channel, same.bad_since is None, same.consent_on is not None, same.opted_out_on is not None)
    postal = [p for p in points if p.kind == ContactPoint.Kind.POSTAL]
    return Address(channel, usable=any(p.usable for p in postal))


def _zones(guarantor: Client | None, points: list[ContactPoint]) -> tuple[tuple[str, ...], str]:
    if guarantor and guarantor.time_zone:
        return (guarantor.time_zone,), "the client's own zone"
    found = [zone for p in points if p.kind == ContactPoint.Kind.POSTAL and p.usable for zone in zones.of_state(p.region)]
    return tuple(dict.fromkeys(found)), "the state of the postal address" if found else "unknown"


def with_address(facts: Facts, address: Address) -> Facts:
    """The same facts for another address, before a message to it exists."""
    return replace(facts, address=address)
