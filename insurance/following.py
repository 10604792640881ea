"""What goes over with a client when two accounts become one (accounts/merging): name and rows, for settings.CLIENT_FOLLOWERS.
The names are keys, and translated where they are shown."""

from django.utils.translation import gettext_noop as noop

from accounts.models import Client

from .models import Coverage, Visit


def coverages(old: Client, new: Client | None) -> tuple[str, list[Coverage]]:
    """Of each rank those of days that are still free there: the database lets one stand at each rank on a day."""
    there = list(Coverage.objects.standing().filter(client=new)) if new else []
    rows = Coverage.objects.standing().filter(client=old)
    return noop("coverages"), [row for row in rows if not any(_meet(row, other) for other in there)]


def _meet(one: Coverage, other: Coverage) -> bool:
    ends_first = one.until and one.until < other.since
    begins_last = other.until and other.until < one.since
    return one.rank == other.rank and not ends_first and not begins_last


def visits(old: Client, new: Client | None) -> tuple[str, list[Visit]]:
    return noop("planned visits"), list(Visit.objects.expected().filter(client=old))


def same_member() -> tuple[str, int, str]:
    """For settings.CLIENT_TWINS: who holds or held the same member number at the same payer."""
    return noop("Same member number"), 50, MEMBER


MEMBER = """
    SELECT v.client_id, p.payer_id || ' ' || upper(replace(v.member_number, ' ', ''))
      FROM insurance_coverage v JOIN insurance_plan p ON p.id = v.plan_id
     WHERE v.member_number <> '' AND v.withdrawn_on IS NULL AND v.relation = 'self'
"""
