"""What `check --deploy` says of the way to payers."""

from django.conf import settings
from django.core.checks import Error, Tags, register

from . import clearinghouse


@register(Tags.security, deploy=True)
def usable_clearinghouse(app_configs, **kwargs):
    """Without one, coverage is verified by phone or portal: that is no fault. One that cannot be used is."""
    if settings.CLEARINGHOUSE in ("", "sandbox"):
        return []
    try:
        clearinghouse.transport()
    except clearinghouse.Misconfigured as error:
        return [Error(str(error), id="office.E010")]
    return []
