"""Reasons for corrections as data: what may be said, how much of it alone, and what rule stands behind it."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.utils.translation import gettext_noop as noop

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
        return _("no limit") if cents is None else show(cents) if cents else _("asks")

    return said


LIST = [
    Column("words", lazy("Reason")),
    Column("kind", lazy("For"), value="get_kind_display"),
    Column("code", lazy("Code"), kind="id"),
    Column("biller", lazy("Biller alone"), value=_limit("biller_cents")),
    Column("supervisor", lazy("Supervisor alone"), value=_limit("supervisor_cents")),
    Column("source", lazy("Source"), link=lambda reason: reason.source_url or None, lo=True, wrap=True),
    Column(
        "state",
        lazy("State"),
        value=lambda reason: (_("In use"), "good") if reason.active else (_("Off"), ""),
        kind="tag",
    ),
]

REASONS = Records(
    model=Reason,
    noun=noop("reason"),
    plural=noop("reasons"),
    form=ReasonForm,
    queryset=lambda user: Reason.objects.all(),
    on_save=_edited,
    edit="edit_reasons",
    order=("kind", "id"),
    columns=LIST,
    facts=[
        *LIST[:3],
        Column("note", lazy("Needs a note"), value=lambda reason: _("yes") if reason.needs_note else _("no")),
        Column("clerk", lazy("Clerk alone"), value=_limit("clerk_cents")),
        *LIST[3:5],
        Column("free_days", lazy("Older than (days) asks"), kind="int"),
        *LIST[5:],
    ],
)
