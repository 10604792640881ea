"""The facts that contact rules ask for, read from the account or payer as it stands now."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

from django.db.models import Q
from django.utils.translation import gettext as _

from accounts import contact_log, sending
from accounts.models import Account, AccountFlag, Client, ContactPoint, Hold, Message, Payer
from accounts.models.contact_made import SPOKEN, TALKS, Way
from billing_office.lib import dates

from . import zones
from .models import ComplianceRule
from .rules import Address, Facts, Pause, Rule


def policy(on: date) -> tuple[Rule, ...]:
    """The rules in force on a day, as the pure judge takes them."""
    rows = ComplianceRule.objects.in_force(on)
    return tuple(Rule(r.rule_id, r.version, r.severity, r.sentence, r.way_round, r.citation, r.params) for r in rows)


def of_message(message: Message, on: date) -> Facts:
    """Of its addressee, and of the very address that the message would go to. `on` is the addressee's day."""
    if message.payer_id:
        return _of_payer(message.payer, message.channel, message.to, on)
    return _of_account(message.account, on, lambda points: _address_of(message.channel, message.to, points))


def of_channel(to: Account | Payer, channel: str, on: date) -> Facts:
    """Of an addressee, and of the best address it has for a channel (email, print, phone), before any message stands."""
    if isinstance(to, Payer):
        return _of_payer(to, channel, to.email, on)
    read = _of_account(to, on, lambda points: _best_address(channel, points))
    return replace(read, **_spoken(to, on)) if channel == "phone" else read


LOOK_BACK = timedelta(days=30)  # longer than any rule of frequency counts


def _spoken(account: Account, on: date) -> dict:
    """Our calls and all conversations of the last weeks. One query."""
    logged = contact_log.of_family(account).filter(at__gte=dates.office_time(on - LOOK_BACK))
    rows = list(logged.values_list("way", "outcome", "at"))
    return {
        "calls": tuple(at for way, outcome, at in rows if way == Way.CALL),
        "talks": tuple(at for way, outcome, at in rows if way in SPOKEN and outcome in TALKS),
    }


def _of_account(account: Account, on: date, address: Callable[[list[ContactPoint]], Address]) -> Facts:
    answers = account.answering.guarantor_id
    guarantor = Client.objects.filter(pk=answers).first()
    points = list(ContactPoint.objects.filter(client=answers))
    where, basis = _zones(guarantor, points)
    return Facts(
        address=address(points),
        deceased=bool(guarantor and guarantor.deceased_on),
        zones=where,
        zone_basis=basis,
        organisation=bool(guarantor and guarantor.kind == Client.Kind.ORGANISATION),
        **_stops(account, on),
    )


def _of_payer(payer: Payer, channel: str, to: str, on: date) -> Facts:
    """A payer's stops stand on its house account. An organisation has no hours; a person has a client's."""
    where = zones.of_state(_state(payer.city_line)) if payer.is_person else ()
    return Facts(
        address=_address_of_payer(payer, channel, to),
        zones=tuple(where),
        zone_basis=_("the state of the postal address") if where else _("unknown"),
        organisation=not payer.is_person,
        **_stops(payer.house_account, on),
    )


def _stops(account: Account, on: date) -> dict:
    # A stop that names a later day of another zone is in force all the same: a day early is safe, a day late is not.
    both = [account.pk, account.answering.pk]  # what stops the account that answers stops its duplicates too
    flags = AccountFlag.objects.filter(Q(until=None) | Q(until__gte=on), account__in=both).values_list(
        "kind", flat=True
    )
    holds = Hold.objects.on(on).filter(charge=None, account__in=both)
    return {"flags": frozenset(flags), "pauses": tuple(Pause(hold.kind, hold.until) for hold in holds)}


def _address_of_payer(payer: Payer, channel: str, to: str) -> Address:
    if channel == Message.Channel.EMAIL:
        same = bool(payer.email) and payer.email.casefold() == to.casefold()
        return Address(channel, same and not payer.email_bad_since, sending.may_be_mailed(payer))
    known = bool(payer.street and payer.city_line) if channel == Message.Channel.PRINT else bool(payer.phone)
    return Address(channel, known)


_STATE = re.compile(r",\s*([A-Za-z]{2})\b[^,]*$")


def _state(city_line: str) -> str:
    """
    >>> _state("Springfield, IL 62701")
    'IL'
    """
    found = _STATE.search(city_line)
    return found[1].upper() if found else ""


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
        return (guarantor.time_zone,), _("the client's own zone")
    found = [
        zone for p in points if p.kind == ContactPoint.Kind.POSTAL and p.usable for zone in zones.of_state(p.region)
    ]
    return tuple(dict.fromkeys(found)), _("the state of the postal address") if found else _("unknown")
