"""What `check --deploy` says of the two database roles: which of the ledger's guarantees this environment gives up."""

from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import Info, Tags, Warning, register  # noqa: A004

ONE_ROLE = Warning(
    "Migrations and the office use one database role, so the office owns its tables and could switch off the guards of the ledger "
    "and of the audit, and the field history. Keys and constraints hold, and `verify_audit` finds what was changed under a seal.",
    hint="Make a role that owns nothing, put it into DATABASE_URL, and the owner into DATABASE_OWNER_URL (for `migrate` only).",
    id="office.W001",
)
TRUSTED_SOCKET = Info(
    "The embedded PostgreSQL lets whoever reaches its socket log in as the owner: its roles guard against mistakes of the "
    "office, not against a program run by the same user.",
    hint="For real accounts name a PostgreSQL server of yours in DATABASE_URL and DATABASE_OWNER_URL.",
    id="office.I001",
)


@register(Tags.security, deploy=True)
def two_roles(app_configs, **kwargs):
    """Judged by the addresses alone: `check` asks no database. What counts is the role, not the rest of the address."""
    if not settings.DATABASE_URL:
        return [TRUSTED_SOCKET]
    owner = urlsplit(settings.DATABASE_OWNER_URL or settings.DATABASE_URL).username
    return [ONE_ROLE] if owner == urlsplit(settings.DATABASE_URL).username else []
