"""What advice is made of, as the office's data: cheaper ways, duties, holidays."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.utils.translation import gettext_noop as noop

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
    return str(getattr(row, "plan", None) or row.payer or _("Every payer"))


CHEAPER_WAYS = Records(
    model=CheaperWay,
    noun=noop("cheaper way"),
    plural=noop("cheaper ways"),
    form=CheaperWayForm,
    queryset=lambda user: CheaperWay.objects.select_related("payer", "plan__payer"),
    on_save=_edited("cheaper_way"),
    edit="edit_payers",
    order=("code", "id"),
    columns=[
        Column("code", lazy("In place of"), kind="id"),
        Column("to", lazy("Take"), value=lambda row: f"{row.to_code} {row.to_modifier}".strip(), kind="id"),
        Column("kind", lazy("Kind"), value="get_kind_display"),
        Column("words", lazy("As it is told"), wrap=True),
        Column("condition", lazy("If"), wrap=True),
        Column("whose", lazy("Payer or plan"), value=_whose),
        Column("since", lazy("From"), kind="day", lo=True),
        Column("until", lazy("Through"), kind="day", lo=True),
        Column("source", lazy("Source"), lo=True, wrap=True),
    ],
)
DUTIES = Records(
    model=Duty,
    noun=noop("duty"),
    plural=noop("duties"),
    form=DutyForm,
    queryset=lambda user: Duty.objects.select_related("payer", "office"),
    narrow=_own_offices,
    on_save=_edited("duty"),
    edit="edit_rules",
    order=("place", "id"),
    columns=[
        Column("words", lazy("As it is told"), wrap=True),
        Column("applies", lazy("When"), value="get_applies_display"),
        Column("office", lazy("Office"), value=lambda row: str(row.office or _("All"))),
        Column("whose", lazy("Payer"), value=_whose),
        Column("since", lazy("From"), kind="day", lo=True),
        Column("until", lazy("Through"), kind="day", lo=True),
        Column("source", lazy("Source"), lo=True, wrap=True),
    ],
)
HOLIDAYS = Records(
    model=Holiday,
    noun=noop("holiday"),
    plural=noop("holidays"),
    form=HolidayForm,
    queryset=lambda user: Holiday.objects.all(),
    on_save=_edited("holiday"),
    edit="edit_rules",
    order=("on", "id"),
    columns=[Column("words", lazy("Name")), Column("on", lazy("Day"), kind="day")],
)
