"""What advice is made of, as the office's data: cheaper ways, duties, holidays."""

from billing_office.audit.acts import record
from billing_office.lib.tables import Column
from billing_office.lib.views import Records

from ..forms.advice import CheaperWayForm, DutyForm, HolidayForm
from ..models import CheaperWay, Duty, Holiday


def _edited(noun: str):
    def on_save(user, row, changed, created):
        record(user, f"{noun}_{'added' if created else 'edited'}", row, changed=changed)

    return on_save


def _own_offices(form, user):
    form.fields["office"].queryset = user.offices.order_by("name")


def _whose(row) -> str:
    return str(getattr(row, "plan", None) or row.payer or "Every payer")


CHEAPER_WAYS = Records(
    model=CheaperWay,
    noun="cheaper way",
    plural="cheaper ways",
    form=CheaperWayForm,
    queryset=lambda user: CheaperWay.objects.select_related("payer", "plan__payer"),
    on_save=_edited("cheaper_way"),
    edit="edit_payers",
    order=("code", "id"),
    columns=[
        Column("code", "In place of", kind="id"),
        Column("to", "Take", value=lambda row: f"{row.to_code} {row.to_modifier}".strip(), kind="id"),
        Column("kind", "Kind", value="get_kind_display"),
        Column("words", "As it is told", wrap=True),
        Column("condition", "If", wrap=True),
        Column("whose", "Payer or plan", value=_whose),
        Column("since", "From", kind="day", lo=True),
        Column("until", "Through", kind="day", lo=True),
        Column("source", "Source", lo=True, wrap=True),
    ],
)
DUTIES = Records(
    model=Duty,
    noun="duty",
    plural="duties",
    form=DutyForm,
    queryset=lambda user: Duty.objects.select_related("payer", "office"),
    narrow=_own_offices,
    on_save=_edited("duty"),
    edit="edit_rules",
    order=("place", "id"),
    columns=[
        Column("words", "As it is told", wrap=True),
        Column("applies", "When", value="get_applies_display"),
        Column("office", "Office", value=lambda row: str(row.office or "All")),
        Column("whose", "Payer", value=_whose),
        Column("since", "From", kind="day", lo=True),
        Column("until", "Through", kind="day", lo=True),
        Column("source", "Source", lo=True, wrap=True),
    ],
)
HOLIDAYS = Records(
    model=Holiday,
    noun="holiday",
    plural="holidays",
    form=HolidayForm,
    queryset=lambda user: Holiday.objects.all(),
    on_save=_edited("holiday"),
    edit="edit_rules",
    order=("on", "id"),
    columns=[Column("words", "Name"), Column("on", "Day", kind="day")],
)
