"""Lists of fees: our usual ones and each contract's; what stands in them on a day, and loading them."""

from django.db.models import Q
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.utils.translation import gettext_noop as noop

from billing_office.audit.acts import record
from billing_office.lib import dates
from billing_office.lib.tables import Column, Empty, Table, export, keyset
from billing_office.lib.views import Records, answer_form

from ..codes import loading
from ..codes.rows import is_code, normal
from ..forms.codes import FeeLoadForm, ScheduleForm
from ..models import Fee, FeeSchedule, System

FEES = [
    Column("value", lazy("Code"), kind="id"),
    Column("modifier", lazy("Modifier"), kind="id"),
    Column("cents", lazy("Fee"), kind="money"),
    Column("since", lazy("From"), kind="day"),
    Column("until", lazy("Until"), kind="day"),
]


def _edited(user, row, changed, created):
    record(user, f"fee_schedule_{'added' if created else 'edited'}", row, changed=changed)


SCHEDULES = Records(
    model=FeeSchedule,
    noun=noop("fee schedule"),
    plural=noop("fee schedules"),
    form=ScheduleForm,
    queryset=lambda user: FeeSchedule.objects.select_related("contract__payer"),
    on_save=_edited,
    edit="edit_payers",
    order=("name", "id"),
    columns=[
        Column("name", lazy("List")),
        Column(
            "contract", lazy("Agreed in"), value=lambda row: str(row.contract) if row.contract else _("our usual fees")
        ),
    ],
)


def fee_schedule(request, pk):
    """The fees of one list that hold today or will, by code."""
    row = get_object_or_404(FeeSchedule.objects.select_related("contract__payer"), pk=pk)
    text, today = request.GET.get("q", "").strip()[:40], dates.today()
    found = Fee.objects.filter(Q(until=None) | Q(until__gte=today), schedule=row)
    if text:
        found = found.filter(value__startswith=normal(text)) if is_code(normal(text)) else found.none()
    order = ("value", "modifier", "since", "id")
    if file := export(request, Table(FEES, found.order_by(*order)), "fees"):
        return file
    page = keyset(found, order, request.GET.get("after"), request.GET.get("before"))
    empty = Empty(_("No fees"), _("No code begins like this.") if text else _("Load a list, and its fees stand here."))
    context = {
        "schedule": row,
        "records": SCHEDULES,
        "text": text,
        "table": Table(FEES, page.rows, caption=_("Fees"), page=page, empty=empty),
    }
    return render(request, "insurance/fee_schedule.html", context)


def fee_load_new(request, pk):
    row = get_object_or_404(FeeSchedule, pk=pk)
    form = FeeLoadForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        load = loading.begin(
            System.CPT, given["file"].name, form.content, on=given["effective_on"], complete=given["complete"],
            named=form.named, by=request.user, schedule=row,
        )  # fmt: skip
        return redirect("code_load", pk=load.pk)
    return answer_form(request, "insurance/code_load_new.html", {"form": form, "schedule": row})
