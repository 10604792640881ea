"""Coverages of a client: on the account page, one by one, their cards."""

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from accounts.models import Account, Blob, Client
from accounts.views.pages import back_to, form_page, within
from billing_office.audit.acts import record
from billing_office.lib import dates

from .. import coverage as coverages
from .. import worklist
from ..coverage import Taken
from ..forms.coverages import CardForm, CoverageForm, NewCoverageForm, WithdrawForm
from ..models import Coverage, Visit
from .verification import picture

SIDES = {"front": "card_front", "back": "card_back"}


def coverages_of(request, pk):
    """The piece of the account page: who insures this client today, what ended, what comes."""
    clients = Client.objects.filter(account__in=Account.objects.for_staff(request.user))
    client = get_object_or_404(clients, pk=pk)
    found = Coverage.objects.standing().filter(client=client).select_related("plan__payer").order_by("rank", "-since")
    today, rule = dates.today(), worklist.rule()
    found = list(worklist.told(found, today, rule))
    insured = [(row, _state(row, today), worklist.standing(row, today, rule)) for row in found]
    visits = Visit.objects.expected().filter(client=client, on__gte=today)
    context = {"client": client, "lines": insured, "visits": visits}
    return render(request, "insurance/_coverages.html", context)


def _state(row: Coverage, today) -> tuple[str, str]:
    if row.withdrawn_on:
        return _("withdrawn"), "bad"
    if row.since > today:
        return _("from %(day)s") % {"day": dates.short(row.since, today)}, "info"
    if row.until and row.until < today:
        return _("ended %(day)s") % {"day": dates.short(row.until, today)}, ""
    return _("in force"), "good"


def coverage(request, pk):
    row = get_object_or_404(_of(request), pk=pk)
    return render(
        request,
        "insurance/coverage.html",
        {"coverage": row, "account": row.client.account, "state": _state(row, dates.today()), "verified": picture(row)},
    )


def _of(request):
    return Coverage.objects.for_staff(request.user).select_related(
        "client__account", "plan__payer__profile", "added_by"
    )


def coverage_new(request, pk):
    client = get_object_or_404(within(request, Client.objects.select_related("account")), pk=pk)
    form = NewCoverageForm(request.POST or None, instance=Coverage(client=client))
    valid = form.is_bound and form.is_valid()
    if form.is_bound and (row := coverages.added(form.cleaned_data.get("once"), request.user)):
        return redirect("coverage", pk=row.pk)
    if valid:
        try:
            row = coverages.add(form.save(commit=False), form=form.key, by=request.user)
        except Taken as taken:
            form.add_error("since", str(taken))
        else:
            messages.success(request, _("%(coverage)s of %(client)s added.") % {"coverage": row, "client": client.name})
            return redirect("coverage", pk=row.pk)
    return form_page(
        request, client.account, form, _("How %(client)s is insured") % {"client": client.name}, _("Add coverage")
    )


def coverage_edit(request, pk):
    with transaction.atomic():
        row = get_object_or_404(
            within(request, Coverage.objects.select_related("client__account"), "client__account"), pk=pk
        )
        form = CoverageForm(request.POST or None, instance=row)
        if request.method == "POST" and form.is_valid():
            try:
                if form.changed:
                    coverages.change(form.save(commit=False), form.changed, by=request.user)
            except Taken as taken:
                form.add_error("since", str(taken))
            else:
                if form.changed:
                    messages.success(request, _("%(coverage)s saved.") % {"coverage": row})
                else:
                    messages.info(request, _("Nothing was changed."))
                return redirect("coverage", pk=row.pk)
    return form_page(request, row.client.account, form, _("Edit %(coverage)s") % {"coverage": row}, _("Save coverage"))


def coverage_withdraw(request, pk):
    row = get_object_or_404(_of(request), pk=pk)
    form = WithdrawForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        coverages.withdraw(row, form.cleaned_data["why"], on=dates.today(), by=request.user)
        messages.success(request, _("%(coverage)s is withdrawn.") % {"coverage": row})
        return back_to(row.client.account)
    return form_page(request, row.client.account, form, _("Withdraw %(coverage)s") % {"coverage": row}, _("Withdraw"))


# -- cards ---------------------------------------------------------------------------------------------------------------


def card_new(request, pk):
    with transaction.atomic():
        row = get_object_or_404(
            within(request, Coverage.objects.select_related("client__account"), "client__account"), pk=pk
        )
        form = CardForm(request.POST or None, request.FILES or None)
        if request.method == "POST" and form.is_valid():
            column = SIDES[form.cleaned_data["side"]]
            setattr(row, f"{column}_id", Blob.keep(form.cleaned_data["file"], form.media_type))
            row.lock_version += 1
            row.save(update_fields=[column, "lock_version"])
            record(request.user, "card_attached", row, account_id=row.client.account_id, changed=[column])
            messages.success(request, _("The card is attached."))
            return redirect("coverage", pk=pk)
    return form_page(
        request,
        row.client.account,
        form,
        _("Card of %(coverage)s") % {"coverage": row},
        _("Attach"),
        "insurance/card_new.html",
    )


def card(request, pk, side):
    """The bytes as they came, to look at or keep: never run, and of a kind that was told from them."""
    row = get_object_or_404(Coverage.objects.for_staff(request.user).select_related("card_front", "card_back"), pk=pk)
    blob = getattr(row, SIDES.get(side, ""), None)
    if blob is None:
        raise Http404(_("No such card."))
    response = HttpResponse(bytes(blob.content), content_type=blob.media_type)
    response["Content-Disposition"] = content_disposition_header(True, f"card-{side}")
    response["X-Content-Type-Options"] = "nosniff"
    return response
