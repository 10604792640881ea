"""Payers: the list, a page, a new one with its house account, edits."""

from django.contrib import messages
from django.db.models import F, OuterRef, Subquery, Sum
from django.db.models.functions import Coalesce
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.utils.translation import gettext_noop as noop
from django.utils.translation import ngettext

from accounts.forms.payers import NewPayerForm, PayerForm
from accounts.models import Account, OpenItem, Payer
from accounts.once import once
from accounts.opening import open_payer
from billing_office.audit.acts import record
from billing_office.lib import dates
from billing_office.lib.sorting import sort_key
from billing_office.lib.tables import Column
from billing_office.lib.views import Records, answer_form


def _payers(user):
    """All payers, with what they owe on the accounts that this person may know of, and their unapplied money in the house."""
    mine = Account.objects.for_staff(user)
    owed = OpenItem.objects.filter(payer=OuterRef("pk"), account__in=mine, cents__gt=0).order_by()
    return Payer.objects.for_staff(user).annotate(
        open_cents=Coalesce(Subquery(owed.values("payer").annotate(sum=Sum("cents")).values("sum")), 0),
        unapplied_cents=Coalesce(F("house_account__balance__unapplied_cents"), 0),
    )


def _find(payers, text: str):
    for word in sort_key(text.replace("\x00", "")).split():
        payers = payers.filter(sort_key__contains=word)
    return payers


def _edited(user, payer: Payer, changed: list[str], created: bool):
    record(user, "payer_edited", payer, changed=changed)
    if "name" in changed:
        Account.objects.filter(payer=payer).update(name=payer.name, sort_key=payer.sort_key)


def _debtors(payer: Payer) -> str | None:
    return f"{reverse('accounts')}?payer={payer.pk}" if payer.open_cents else None


NAME, CLASS = Column("name", lazy("Payer")), Column("payer_class", lazy("Class"), value="get_payer_class_display")
BILLED = Column(
    "billed",
    lazy("Billed by"),
    value=lambda payer: (
        ngettext("Invoice, %(n)d day", "Invoice, %(n)d days", payer.terms_days) % {"n": payer.terms_days}
        if payer.billed_by_invoice
        else _("Claim")
    ),
)
STATE = Column("state", lazy("State"), value=lambda payer: None if payer.active else (_("Not offered"), ""), kind="tag")
MONEY = [
    Column("open", lazy("Owes"), value="open_cents", kind="nil_money", link=_debtors),
    Column("unapplied", lazy("Unapplied money"), value="unapplied_cents", kind="nil_money"),
]

PAYERS = Records(
    model=Payer,
    noun=noop("payer"),
    plural=noop("payers"),
    form=PayerForm,
    queryset=_payers,
    on_save=_edited,
    edit="edit_payers",
    order=("sort_key", "id"),
    find=_find,
    folder="accounts/payers",
    columns=[NAME, CLASS, Column("electronic_id", lazy("Electronic id"), kind="id", lo=True), *MONEY, STATE],
    facts=[
        CLASS, Column("electronic_id", lazy("Electronic id"), kind="id"), Column("contact", lazy("Billing contact")),
        Column("street", lazy("Street")), Column("city_line", lazy("City line")), Column("phone", lazy("Phone")),
        Column("email", lazy("Billing e-mail")), Column("bad", lazy("E-mail refused"), value="email_bad_since", kind="day"),
        Column("agreed", lazy("Agreed to e-mail"), value="email_agreed_on", kind="day"), BILLED, STATE,
    ],
)  # fmt: skip


def payer_new(request):
    form = NewPayerForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = {name: form.cleaned_data[name] for name in form.Meta.fields}
        detail = {"form": str(form.key)}
        with once(form.key, "payer_opened", request.user) as done:
            payer = (
                Payer.objects.get(pk=done.object_id)
                if done
                else open_payer(by=request.user, opened_on=dates.today(), detail=detail, **given)
            )
        messages.success(request, _("%(record)s added.") % {"record": payer})
        return redirect("payer", pk=payer.pk)
    return answer_form(
        request, "accounts/payers/form.html", {"form": form, "records": PAYERS, "back": PAYERS.list_href}
    )
