"""Short texts that may be read back here alone: encrypted and authenticated (Fernet), with keys made from SECRET_KEY.

    token = seal("JBSWY3DPEHPK3PXP", "second factor")
    unseal(token, "second factor")

A token sealed for one purpose opens for no other. SECRET_KEY_FALLBACKS are read too, so a key can be changed.
"""

import base64

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings


class NotOurs(Exception):
    """Sealed with another key or for another purpose, or changed since."""


def seal(text: str, purpose: str) -> str:
    return _fernet(purpose).encrypt(text.encode()).decode()


def unseal(token: str, purpose: str) -> str:
    """The text. Raises NotOurs."""
    try:
        return _fernet(purpose).decrypt(token.encode()).decode()
    except InvalidToken as error:
        raise NotOurs(purpose) from error


def _fernet(purpose: str) -> MultiFernet:
    return MultiFernet(
        [Fernet(_key(secret, purpose)) for secret in [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]]
    )


def _key(secret: str, purpose: str) -> bytes:
    derived = HKDF(SHA256(), length=32, salt=None, info=f"office sealing: {purpose}".encode())
    return base64.urlsafe_b64encode(derived.derive(secret.encode()))
