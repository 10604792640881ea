"""My day: what waits for a person, by kind, money and age; each line with one key to do it, and the next by itself.

Eight queries at the most, session and user included, however much waits.
"""

from datetime import date, timedelta

from django.contrib import messages
from django.db.models import Count, Q
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from accounts import listing
from accounts.models import Account, Message, Snooze
from billing_office.audit.acts import record
from billing_office.lib import dates
from billing_office.lib.fields import DayField, LineField, OfficeForm
from billing_office.lib.tables import chips
from billing_office.lib.views import answer_form
from billing_office.staff.access import may
from billing_office.staff.models import User

from .day import ORDERS, Day, Line

SHOWN = 60
MANY = 1000  # past due: above it they are not counted to the last
SORTS = [("", lazy("Weight")), ("money", lazy("Most money")), ("day", lazy("Longest wait"))]


def home(request):
    """The day from its beginning: what `day_next` went past before comes again."""
    user, today = request.user, dates.today()
    if request.session.get(SEEN):
        del request.session[SEEN]
    whose = _whose(request) if "of" in request.GET else user
    day = Day(whose, today, None if whose == user else user)
    counts = day.counts()
    kind = request.GET.get("kind") if request.GET.get("kind") in counts else ""
    order = request.GET.get("sort") if request.GET.get("sort") in ORDERS else ""
    lines = day.lines(kind=kind, order=order, limit=SHOWN) if counts else []
    total = sum(count for count, _cents in counts.values())
    kinds = [(key, source.label, counts[key][0]) for key, source in day.sources.items() if key in counts]
    return render(request, "desk/my_day/home.html", {
        "today": today,
        "whose": whose,
        "own": whose == user,
        "colleagues": _colleagues(user) if may(user, "read_days") else [],
        "lines": lines,
        "left": (counts[kind][0] if kind else total) - len(lines),
        "cents": sum(cents for _count, cents in counts.values()),
        "chips": chips(request, "kind", [("", _("All"), total), *kinds]),
        "sorts": chips(request, "sort", SORTS),
        "tiles": _tiles(user, today) if whose == user else [],
        "reads_accounts": may(user, "read_accounts"),
    })  # fmt: skip


def _whose(request) -> User:
    """A colleague of this supervisor's offices. 404 for anybody else."""
    pk = request.GET["of"]
    if not may(request.user, "read_days") or not (pk.isascii() and pk.isdigit()):
        raise Http404(_("No such day."))
    found = _colleagues(request.user).filter(pk=int(pk)).first() if len(pk) < 12 else None
    if found is None:
        raise Http404(_("No such day."))
    return found


def _colleagues(user: User):
    return User.objects.people().filter(is_active=True, offices__in=user.offices.all()).exclude(pk=user.pk).distinct()


def _tiles(user: User, today: date) -> list[dict]:
    """Work that comes in numbers rather than one by one: each leads to its list. Two queries."""
    tiles = []
    if may(user, "read_messages"):
        mine = Message.objects.for_staff(user)
        sums = mine.aggregate(
            printed=Count("pk", filter=Q(pk__in=mine.to_print().values("pk"))),
            waiting=Count("pk", filter=Q(pk__in=mine.waiting().values("pk"))),
        )
        waiting = f"{reverse('messages')}?state=queued"
        tiles = [
            _tile(_("To print"), sums["printed"], reverse("print_list"), _("no working e-mail or no consent")),
            _tile(_("Waiting to be sent"), sums["waiting"], waiting, _("the mailroom sends them")),
        ]
    if may(user, "read_accounts"):
        late = listing.count_past_due(Account.objects.for_staff(user), today, MANY + 1)
        many = _("over %(n)s") % {"n": f"{MANY:,}"}
        href = f"{reverse('accounts')}?show=overdue"
        tiles.append(_tile(_("Past due"), many if late > MANY else late, href, _("accounts whose client is late")))
    return tiles


def _tile(label: str, count: int | str, href: str, note: str) -> dict:
    return {"label": label, "count": count, "href": href, "note": note}


# -- one after the other -------------------------------------------------------------------------------------------------

SEEN = "day_seen"  # in the session: keys of lines that were opened since the person last looked at their day
KEPT = 200


def day_next(request):
    """Open the next line that was not opened yet; after the last one the day says that it is done."""
    seen = request.session.get(SEEN, [])
    following = Day(request.user, dates.today()).lines(limit=1, skip=seen)
    if not following:
        messages.success(request, _("That was all that waits for you.") if seen else _("Nothing waits for you."))
        return redirect("home")
    request.session[SEEN] = [*seen, following[0].key][-KEPT:]
    return redirect(following[0].href)


class LaterForm(OfficeForm):
    title = lazy("It was not put off.")
    until = DayField(label=lazy("Until"))
    why = LineField(label=lazy("Reason"), max_length=200)

    def clean_until(self):
        day = self.cleaned_data["until"]
        if day <= dates.today():
            self.add_error("until", _("Choose a later day."))
        return day


def day_later(request, kind, of):
    """Leave a line until a day, with the reason: it is gone for this person only, and comes again by itself."""
    line = _line(request, kind, of)
    form = LaterForm(request.POST or None, initial={"until": dates.today() + timedelta(days=1)})
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        row, _made = Snooze.objects.update_or_create(user=request.user, kind=kind, of=of, defaults=given)
        detail = {"kind": kind, "until": given["until"].isoformat()}
        record(request.user, "day_line_put_off", row, account_id=line.account, reason=given["why"], detail=detail)
        messages.success(request, _("Put off until %(day)s.") % {"day": dates.short(given["until"], dates.today())})
        return redirect("day_next" if request.session.get(SEEN) else "home")
    return answer_form(request, "desk/my_day/later.html", {"form": form, "line": line})


def _line(request, kind: str, of: int) -> Line:
    day = Day(request.user, dates.today())
    found = day.lines(kind=kind, of=of, limit=1) if kind in day.sources and of < 2**63 else []
    if not found:
        raise Http404(_("It waits for you no more."))
    return found[0]
