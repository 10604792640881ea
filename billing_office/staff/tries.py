"""How often one may try. A wrong password costs a growing pause, and none of it can be used against a colleague.

Counted are the pair of name and address, the address, and, much later, the name alone. A browser in which that person
has signed in before (the known-device cookie, see OWASP "Slow Down Online Guessing Attacks with Device Cookies") is
counted by itself only: whoever fills the other counts from elsewhere, or from the same office's one address, does not
keep the rightful person out. django-axes was not taken: its lock of a name shuts the person out, and it keeps what was
typed as the name, where people type passwords.
"""

import ipaddress
import math
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.core import signing
from django.db import transaction
from django.utils.crypto import salted_hmac
from django.utils.translation import ngettext

from .models import TryCount, User

FORGOTTEN_AFTER = timedelta(hours=24)
DEVICE_DAYS = 180
DEVICE_PEOPLE = 12  # of a shared desk
SALT = "known device"


@dataclass(frozen=True)
class Limit:
    """So many failures are free; each further one costs a pause that doubles from `first` to `most` seconds."""

    by: str
    free: int
    first: int
    most: int

    def pause(self, failures: int) -> timedelta | None:
        if failures < self.free:
            return None
        return timedelta(seconds=min(self.most, self.first * 2 ** min(failures - self.free, 20)))


PAIR = Limit("pair", free=5, first=30, most=900)
ADDRESS = Limit("address", free=30, first=15, most=900)
NAME = Limit("name", free=100, first=5, most=60)  # slows guessing from a thousand addresses; never more than a minute
DEVICE = Limit("device", free=10, first=30, most=900)
CODE = Limit("code", free=5, first=30, most=900)


@dataclass(frozen=True)
class Counter:
    limit: Limit
    key: str


@dataclass(frozen=True)
class Paused(Exception):
    """Not tried: `until` is when one may try again, `by` which count says so."""

    until: datetime
    by: str

    def words(self, now: datetime) -> str:
        seconds = max(1, math.ceil((self.until - now).total_seconds()))
        if seconds <= 90:
            said = ngettext(
                "Too many tries. Wait %(n)d second, then try again. An admin of your office can set a new password.",
                "Too many tries. Wait %(n)d seconds, then try again. An admin of your office can set a new password.",
                seconds,
            )
            return said % {"n": seconds}
        minutes = math.ceil(seconds / 60)
        said = ngettext(
            "Too many tries. Wait %(n)d minute, then try again. An admin of your office can set a new password.",
            "Too many tries. Wait %(n)d minutes, then try again. An admin of your office can set a new password.",
            minutes,
        )
        return said % {"n": minutes}


def for_password(request, username: str, user: User | None) -> list[Counter]:
    """What a try with this name from this browser counts on. An unknown name counts like a known one."""
    nonce = _devices(request).get(str(user.pk)) if user else None
    if nonce:
        return [_counter(DEVICE, user.pk, nonce)]
    name, address = username.strip().casefold(), client_address(request)
    return [_counter(PAIR, name, address), _counter(ADDRESS, address), _counter(NAME, name)]


def for_code(request, user: User) -> list[Counter]:
    """A code, or a password given again: tried only by who knows the password or sits at the person's desk."""
    return [_counter(CODE, user.pk, _devices(request).get(str(user.pk), client_address(request)))]


@transaction.atomic
def begin(counters: Sequence[Counter], now: datetime) -> Limit | None:
    """Count the try as failed before it is made, so that a hundred at once are a hundred; `succeeded()` takes it back.

    Raises Paused, and then nothing was counted. Returns the limit whose pause begins with this try, should it fail.
    """
    counters = sorted(counters, key=lambda counter: counter.key)
    TryCount.objects.bulk_create(
        [TryCount(key=counter.key, failures=0, failed_at=now) for counter in counters], ignore_conflicts=True
    )
    keys = [counter.key for counter in counters]
    rows = {row.key: row for row in TryCount.objects.select_for_update().filter(key__in=keys).order_by("key")}
    waiting = [
        (rows[counter.key].paused_until, counter.limit.by)
        for counter in counters
        if rows[counter.key].paused_until and rows[counter.key].paused_until > now
    ]
    if waiting:
        raise Paused(*max(waiting))
    begun = None
    for counter in counters:
        row = rows[counter.key]
        row.failures = 1 if now - row.failed_at > FORGOTTEN_AFTER else row.failures + 1
        pause = counter.limit.pause(row.failures)
        row.failed_at, row.paused_until = now, now + pause if pause else None
        row.save()
        begun = counter.limit if pause else begun
    return begun


@transaction.atomic
def succeeded(counters: Sequence[Counter], now: datetime):
    """The try was right: its counts are gone. An address only takes this one try back: whoever has one password of
    their own would otherwise wipe what they failed with all others."""
    for counter in sorted(counters, key=lambda counter: counter.key):
        if counter.limit is not ADDRESS:
            TryCount.objects.filter(key=counter.key).delete()
        elif row := TryCount.objects.select_for_update().filter(key=counter.key).first():
            row.failures, row.paused_until = max(0, row.failures - 1), None
            row.save()
    stale = TryCount.objects.filter(failed_at__lt=now - FORGOTTEN_AFTER).order_by("failed_at")
    TryCount.objects.filter(key__in=list(stale.values_list("key", flat=True)[:200])).delete()


def client_address(request) -> str:
    """Where the request came from: the peer, or what the outermost of TRUSTED_PROXIES of ours wrote of its own peer.

    Everything further left in X-Forwarded-For was written by the caller. An IPv6 caller has a whole /64 to choose from.
    """
    told, trusted = request.META.get("REMOTE_ADDR", ""), settings.TRUSTED_PROXIES
    if trusted:
        hops = [hop.strip() for hop in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if hop.strip()]
        told = hops[-trusted] if len(hops) >= trusted else told
    try:
        address = ipaddress.ip_address(told)
    except ValueError:
        return "unknown"
    if address.version == 6:
        address = address.ipv4_mapped or ipaddress.ip_network((address, 64), strict=False).network_address
    return str(address)


def know_device(request, response, user: User):
    """After a full sign-in this browser is known for this person."""
    people = _devices(request)
    people[str(user.pk)] = people.pop(str(user.pk), None) or secrets.token_urlsafe(16)
    newest = dict(list(people.items())[-DEVICE_PEOPLE:])
    response.set_cookie(
        settings.DEVICE_COOKIE_NAME, signing.dumps(newest, salt=SALT), DEVICE_DAYS * 24 * 3600, httponly=True,
        samesite="Lax", secure=settings.SESSION_COOKIE_SECURE,
    )  # fmt: skip


def _devices(request) -> dict[str, str]:
    try:
        return signing.loads(
            request.COOKIES.get(settings.DEVICE_COOKIE_NAME, ""), salt=SALT, max_age=DEVICE_DAYS * 24 * 3600
        )
    except signing.BadSignature:
        return {}


def _counter(limit: Limit, *whose) -> Counter:
    return Counter(limit, salted_hmac(f"tries by {limit.by}", repr(whose), algorithm="sha256").hexdigest())
