"""Plans and contracts of payers, and how a payer is reached for verification and claims."""

from django.contrib import messages
from django.db import transaction
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.utils.translation import gettext_noop as noop

from accounts.models import Payer
from billing_office.audit.acts import record
from billing_office.lib.sorting import sort_key
from billing_office.lib.tables import Column
from billing_office.lib.views import Records, answer_form

from ..forms.coverages import ContractForm, PlanForm, ProfileForm
from ..models import Contract, PayerProfile, Plan


def _edited(user, row, changed, created):
    record(user, f"{row._meta.model_name}_{'added' if created else 'edited'}", row, changed=changed)


def _find(rows, text: str):
    for word in sort_key(text.replace("\x00", "")).split():
        rows = rows.filter(payer__sort_key__contains=word) | rows.filter(name__icontains=word)
    return rows


PLANS = Records(
    model=Plan,
    noun=noop("plan"),
    plural=noop("plans"),
    form=PlanForm,
    queryset=lambda user: Plan.objects.select_related("payer"),
    on_save=_edited,
    edit="edit_payers",
    order=("payer__sort_key", "name", "id"),
    find=_find,
    columns=[
        Column("payer", lazy("Payer"), value="payer.name"),
        Column("name", lazy("Plan")),
        Column("kind", lazy("Kind"), value="get_kind_display"),
        Column("rule", lazy("After others"), value="get_rule_display", lo=True),
        Column(
            "verified",
            lazy("Verified"),
            value=lambda plan: None if plan.verified else (_("left out"), "warn"),
            kind="tag",
        ),
        Column("state", lazy("State"), value=lambda plan: None if plan.active else (_("Not offered"), ""), kind="tag"),
    ],
)
CONTRACTS = Records(
    model=Contract,
    noun=noop("contract"),
    plural=noop("contracts"),
    form=ContractForm,
    queryset=lambda user: Contract.objects.select_related("payer", "plan"),
    on_save=_edited,
    edit="edit_payers",
    order=("payer__sort_key", "-since", "id"),
    find=_find,
    columns=[
        Column("payer", lazy("Payer"), value="payer.name"),
        Column("name", lazy("Contract")),
        Column("plan", lazy("Plan"), value=lambda contract: contract.plan.name if contract.plan else _("all")),
        Column("since", lazy("From"), kind="day"),
        Column("until", lazy("Until"), kind="day"),
    ],
)


def profile_edit(request, pk):
    with transaction.atomic():
        payer = get_object_or_404(Payer.objects.for_staff(request.user).select_for_update(no_key=True), pk=pk)
        row = PayerProfile.objects.filter(payer=payer).first() or PayerProfile(payer=payer)
        form = ProfileForm(request.POST or None, instance=row)
        if request.method == "POST" and form.is_valid():
            form.save()
            record(request.user, "payer_profile_edited", row, changed=form.changed)
            messages.success(request, _("How %(payer)s is reached is saved.") % {"payer": payer})
            return redirect("payer", pk=pk)
    return answer_form(request, "insurance/profile.html", {"form": form, "payer": payer})
