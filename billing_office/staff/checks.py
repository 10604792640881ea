"""What `check --deploy` says of signing in."""

from django.conf import settings
from django.core.checks import Info, Tags, Warning, register  # noqa: A004

NO_PROXY = Info(
    "TRUSTED_PROXIES is not set, so tries to sign in are counted by the address of the peer. Behind a proxy that is one address "
    "for everybody: strangers' wrong passwords make people wait who sign in from a new browser.",
    hint="Set TRUSTED_PROXIES to the number of your proxies that add to X-Forwarded-For, most often 1.",
    id="office.I011",
)
ONE_STEP = Warning(
    "SECOND_FACTOR_REQUIRED is off: a stolen password opens the office.",
    hint="Leave it out in production; each person is led through the set-up when they next sign in.",
    id="office.W011",
)


@register(Tags.security, deploy=True)
def signing_in(app_configs, **kwargs):
    found = [] if settings.TRUSTED_PROXIES else [NO_PROXY]
    return found if settings.SECOND_FACTOR_REQUIRED else [*found, ONE_STEP]
