"""OFFICE_HOME: the one folder with all that this office keeps on a machine: databases, received mail, logs, its key."""

import os
import secrets
from pathlib import Path

from billing_office import BASE_DIR

from .trouble import Trouble

HOME = Path(os.environ.get("OFFICE_HOME") or BASE_DIR / "var").resolve()
RUN = HOME / "run"
LOGS = HOME / "logs"
POSTGRES = HOME / "postgres"
REDIS = HOME / "redis"
MAIL = HOME / "mail"
FONTS = HOME / "fonts"


def make():
    """Make the folders. Only their owner may enter: they hold people's accounts."""
    try:
        HOME.mkdir(parents=True, exist_ok=True, mode=0o700)
        for folder in (RUN, LOGS, REDIS, MAIL):
            folder.mkdir(exist_ok=True, mode=0o700)
    except OSError as error:
        raise Trouble(f"Cannot keep data in {HOME}: {error.strerror}. Set OFFICE_HOME to a folder of yours.") from error


def production() -> bool:
    return os.environ.get("PRODUCTION", "").lower() in ("1", "true", "yes", "on")


def set_environment():
    """What every process of this office must agree on. In production the key is given, not found."""
    os.environ["OFFICE_HOME"] = str(HOME)
    if not os.environ.get("SECRET_KEY") and not production():
        os.environ["SECRET_KEY"] = secret_key()


def secret_key() -> str:
    """The key that signs sessions and links: made once, then kept, so that a restart signs nobody out."""
    path = HOME / "secret_key"
    if not path.exists() or not path.read_text():
        draft = path.with_suffix(f".{os.getpid()}")
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(50))
        draft.replace(path)
    return path.read_text()


def log_end(name: str, lines: int = 1) -> str:
    """The last lines of a log that say something, for a message that must name the cause."""
    path = LOGS / f"{name}.log"
    text = path.read_text(errors="replace").strip().splitlines() if path.exists() else []
    return "\n".join(text[-lines:])
