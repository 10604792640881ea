"""Good-faith estimates: those that are due, one that a client asks for, a bill above its estimate let go."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from accounts.models import Client
from accounts.once import once
from accounts.views.pages import form_page, within
from billing_office.audit.acts import record
from billing_office.lib import dates
from billing_office.lib.tables import Column, Empty, Table, export

from ..forms.advice import GoodFaithRequestForm, LetGoForm
from ..good_faith import comparing
from ..good_faith.waiting import Waiting, waiting
from ..models import GoodFaithRequest
from .authorizations import day_asked


def good_faith(request):
    """Those that are due, the most pressing first; each leads to where it is made."""
    rows = waiting(request.user, dates.today())
    if file := export(request, Table(LIST, rows), "good-faith estimates"):
        record(request.user, "good_faith_exported")
        return file
    empty = Empty(_("None is due"), _("Nobody without insurance waits for an estimate."))
    table = Table(LIST, rows, caption=_("Good-faith estimates"), href=_href, empty=empty)
    return render(request, "insurance/good_faith.html", {"table": table})


def _href(row: Waiting) -> str:
    return f"{reverse('advise', args=[row.client.account_id])}?client={row.client.pk}&service_on={row.service_on}"


LIST = [
    Column("client", lazy("Client"), value="client.name"),
    Column("service_on", lazy("Planned for"), kind="day"),
    Column("what", lazy("What for"), wrap=True),
    Column("scheduled_on", lazy("Scheduled"), kind="day", lo=True),
    Column("asked_on", lazy("Asked"), kind="day", lo=True),
    Column("due_on", lazy("Due"), kind="day"),
    Column("state", lazy("Time left"), kind="tag"),
]


def good_faith_new(request, pk):
    client = _client(request, pk)
    form = GoodFaithRequestForm(request.POST or None, client=client, initial={"service_on": day_asked(request.GET)})
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        with once(form.key, "good_faith_asked", request.user) as done:
            if not done:
                row = GoodFaithRequest.objects.create(
                    client=client, service_on=given["service_on"], what=given["what"], asked_on=given["asked_on"],
                    made_by=request.user,
                )  # fmt: skip
                detail = {"form": str(form.key), "on": str(row.asked_on), "service_on": str(row.service_on)}
                record(request.user, "good_faith_asked", row, account_id=client.account_id, detail=detail)
        messages.success(request, _("It is on the list of estimates that are due."))
        return redirect("good_faith")
    return form_page(
        request,
        client.account,
        form,
        _("%(client)s asks for a good-faith estimate") % {"client": client.name},
        _("Record it"),
    )


def good_faith_let_go(request, pk):
    """What was told, what is billed, and why it may go out all the same."""
    client, day = _client(request, pk), day_asked(request.GET)
    found = comparing.stops([(client.pk, day)])
    form = LetGoForm(request.POST or None, initial={"shown": found[0].billed if found else 0})
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            comparing.let_go(client, day, given["reason"], shown=given["shown"], form=form.key, by=request.user)
        except comparing.Reviewed as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The bill may go out now."))
            return redirect("invoice_new", pk=client.account_id)
    context = {"why": " ".join(one.sentence for one in found) or _("Nothing stops a bill of this client and day.")}
    return form_page(request, client.account, form, _("Let a bill above its estimate go"), _("Let it go"), **context)


def _client(request, pk) -> Client:
    return get_object_or_404(within(request, Client.objects.select_related("account__office")), pk=pk)
