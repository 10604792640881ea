"""The whole timeline of an account: chips, words, earlier; what is on screen as a file or on paper."""

from django.core import signing
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from accounts import timeline
from accounts.models import Account
from billing_office.audit import acts
from billing_office.lib.tables import FILES, Column, Table, address, export
from billing_office.staff.access import may

from . import happenings

SHOWN, WHOLE = 100, 20_000  # lines of a page, of a file
SALT = "desk.timeline"
COLUMNS = [
    Column("at", lazy("When"), kind="moment"),
    Column("title", lazy("What"), wrap=True),
    Column("detail", lazy("More"), wrap=True),
    Column("cents", lazy("Amount"), kind="nil_money"),
    Column("who", lazy("Who")),
]


def account_timeline(request, pk):
    account = get_object_or_404(Account.objects.for_staff(request.user), pk=pk)
    services, shows = may(request.user, "read_services"), happenings.shows(request.user)
    show = request.GET.get("show", "") if request.GET.get("show") in dict(shows) else ""
    text = " ".join(request.GET.get("q", "")[:200].split())
    asked = {"kinds": happenings.kinds(request.user, show), "text": text, "services": services}
    if request.GET.get("as") in FILES:
        rows = [happenings.told(item, services=services) for item in timeline.timeline(account, limit=WHOLE, **asked)]
        detail = {"as": request.GET["as"], "show": show}
        acts.record(request.user, "timeline_exported", account, account_id=account.pk, detail=detail)
        return export(
            request,
            Table(COLUMNS, rows, caption=_("Timeline of %(account)s") % {"account": account}),
            f"{account.number} timeline",
        )
    mark = _mark(request.GET.get("before", ""))
    found = timeline.timeline(account, limit=SHOWN + 1, before=mark, **asked)
    more, found = len(found) > SHOWN, found[:SHOWN]
    return render(request, "desk/timeline.html", {
        "account": account,
        "timeline": [happenings.told(item, services=services) for item in found],
        "shows": shows,
        "show": show,
        "text": text,
        "earlier": more,
        "earlier_href": address(request, before=_token(found[-1].mark)) if more else "",
        "newest_href": address(request, before=None) if mark else "",
    })  # fmt: skip


def _token(mark: timeline.Mark) -> str:
    return signing.dumps(timeline.written(mark), salt=SALT)


def _mark(token: str) -> timeline.Mark | None:
    """A forged token, or none, is the newest page."""
    try:
        return timeline.read(signing.loads(token, salt=SALT))
    except signing.BadSignature:
        return None
