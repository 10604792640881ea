"""Periods: what is closed, and closing the next month."""

from datetime import date

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts import ledger, periods
from accounts.models import Period
from billing_office.lib import dates


def period_list(request):
    closed = Period.objects.select_related("closed_by")
    return render(request, "desk/periods.html", {"closed": closed, "next": periods.next_to_close(dates.today())})


@require_POST
def period_close(request):
    """Close the month that the page offered; it names its last day, so that an old page closes nothing else."""
    try:
        last_day = date.fromisoformat(request.POST.get("last_day", ""))
    except ValueError as error:
        raise Http404(_("No such period.")) from error
    try:
        period = periods.close(last_day, today=dates.today(), by=request.user)
    except ledger.Refused as refusal:
        messages.error(request, _("Nothing was closed. %(refusal)s") % {"refusal": refusal})
    else:
        messages.success(request, _("%(period)s is closed: no entry is dated into it any more.") % {"period": period})
    return redirect("periods")
