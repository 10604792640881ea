"""Reasons for corrections as data: what may be said, how much of it alone, and what rule stands behind it."""

from accounts.forms.reasons import ReasonForm
from accounts.models import Reason
from billing_office.audit.acts import record
from billing_office.lib.money import show
from billing_office.lib.tables import Column
from billing_office.lib.views import Records


def _edited(user, reason: Reason, changed: list[str], created: bool):
    record(user, "reason_added" if created else "reason_edited", reason, changed=changed)


def _limit(name: str):
    def said(reason: Reason) -> str:
        cents = getattr(reason, name)
        return "no limit" if cents is None else show(cents) if cents else "asks"

    return said


LIST = [
    Column("words", "Reason"),
    Column("kind", "For", value="get_kind_display"),
    Column("code", "Code", kind="id"),
    Column("biller", "Biller alone", value=_limit("biller_cents")),
    Column("supervisor", "Supervisor alone", value=_limit("supervisor_cents")),
    Column("source", "Source", link=lambda reason: reason.source_url or None, lo=True),
    Column("state", "State", value=lambda reason: ("In use", "good") if reason.active else ("Off", ""), kind="tag"),
]

REASONS = Records(
    model=Reason,
    noun="reason",
    plural="reasons",
    form=ReasonForm,
    queryset=lambda user: Reason.objects.all(),
    on_save=_edited,
    edit="edit_reasons",
    order=("kind", "id"),
    columns=LIST,
    facts=[
        *LIST[:3],
        Column("note", "Needs a note", value=lambda reason: "yes" if reason.needs_note else "no"),
        Column("clerk", "Clerk alone", value=_limit("clerk_cents")),
        *LIST[3:5],
        Column("free_days", "Older than (days) asks", kind="int"),
        *LIST[5:],
    ],
)
