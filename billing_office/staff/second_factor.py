"""The second factor: an authenticator app's one-time codes (RFC 6238: SHA-1, 6 digits, 30 s), and ten recovery codes.

The codes are reckoned by `cryptography`; what is kept and what counts as used is ours, because a one-time code must
be used once even when it arrives twice at the same moment.
"""

import base64
import hmac
import secrets
from datetime import datetime

from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from django.db import transaction
from django.utils.crypto import salted_hmac

from billing_office.lib.sealing import NotOurs, seal, unseal

from .models import RecoveryCode, SecondFactor, User

ISSUER = "Billing office"
PURPOSE = "second factor"
STEP = 30  # seconds
DRIFT = 1  # steps that a telephone's clock may be off, either way
CODES = 10


def needed(user: User) -> bool:
    """Whether this person's sign-in asks for a second factor that they have."""
    return SecondFactor.objects.filter(user=user, confirmed_at__isnull=False).exists()


@transaction.atomic
def begin(user: User) -> str:
    """The secret of an app to be set up (base32, as apps take it): the one offered before, until it is confirmed."""
    User.objects.select_for_update(no_key=True).get(pk=user.pk)
    factor = SecondFactor.objects.filter(user=user).first()
    if factor and factor.confirmed_at:
        raise ValueError("They have one that counts; it is taken away first.")
    if factor:
        try:
            return unseal(factor.sealed_secret, PURPOSE)
        except NotOurs:
            factor.delete()
    secret = base64.b32encode(secrets.token_bytes(20)).decode()
    SecondFactor.objects.create(user=user, sealed_secret=seal(secret, PURPOSE))
    return secret


def address(user: User, secret: str) -> str:
    """The otpauth:// address that the QR code holds."""
    return _totp(secret).get_provisioning_uri(user.username, ISSUER)


@transaction.atomic
def confirm(user: User, code: str, now: datetime) -> list[str] | None:
    """The app's first code makes it count: every session ends, and the recovery codes are returned, this once.
    None when the code is wrong."""
    factor = SecondFactor.objects.select_for_update().filter(user=user, confirmed_at=None).first()
    if factor is None or not _spend(factor, code, now):
        return None
    factor.confirmed_at = now
    factor.save(update_fields=["confirmed_at"])
    user.end_sessions()
    return new_recovery_codes(user)


@transaction.atomic
def check(user: User, code: str, now: datetime) -> str:
    """Spend a code: "app" or "recovery code" says which it was; "" when it is wrong, or was used before."""
    factor = SecondFactor.objects.select_for_update().filter(user=user, confirmed_at__isnull=False).first()
    if factor is None:
        return ""
    if _spend(factor, code, now):
        return "app"
    unused = RecoveryCode.objects.filter(user=user, used_at=None, code_hash=_hash(user, code))
    return "recovery code" if unused.update(used_at=now) else ""


@transaction.atomic
def new_recovery_codes(user: User) -> list[str]:
    """Ten codes such as `k3vq-7mzn-x2pd-4trw`; those before are void. They can be shown only now."""
    codes = ["-".join(_four() for _ in range(4)) for _ in range(CODES)]
    RecoveryCode.objects.filter(user=user).delete()
    RecoveryCode.objects.bulk_create([RecoveryCode(user=user, code_hash=_hash(user, code)) for code in codes])
    return codes


@transaction.atomic
def remove(user: User) -> bool:
    """Take away the app and the codes, and end every session. False when there was none that counted."""
    had = needed(user)
    SecondFactor.objects.filter(user=user).delete()
    RecoveryCode.objects.filter(user=user).delete()
    user.end_sessions()
    return had


def _spend(factor: SecondFactor, code: str, now: datetime) -> bool:
    """Whether the code is of a step near now that is newer than any used; then it is used. The row is locked."""
    digits = "".join(code.split())
    if not (digits.isascii() and digits.isdigit() and len(digits) == 6):
        return False
    try:
        totp = _totp(unseal(factor.sealed_secret, PURPOSE))
    except NotOurs:  # the key of this installation was changed: recovery codes still work, and an admin can reset
        return False
    current = int(now.timestamp()) // STEP
    for step in range(current - DRIFT, current + DRIFT + 1):
        if step > factor.last_step and hmac.compare_digest(totp.generate(step * STEP), digits.encode()):
            factor.last_step = step
            factor.save(update_fields=["last_step"])
            return True
    return False


def _totp(secret: str) -> TOTP:
    return TOTP(base64.b32decode(secret), 6, SHA1(), STEP)  # noqa: S303  what RFC 6238 and every app use


def _four() -> str:
    return "".join(secrets.choice("abcdefghijkmnpqrstuvwxyz23456789") for _ in range(4))


def _hash(user: User, code: str) -> str:
    plain = "".join(code.lower().replace("-", "").split())
    return salted_hmac(f"recovery code {user.pk}", plain, algorithm="sha256").hexdigest()
