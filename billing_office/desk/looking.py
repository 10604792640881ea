"""From which day a board is looked at: today, or a past day as the books stand now, or, for auditors, as they were known."""

from dataclasses import dataclass
from datetime import date, datetime
from urllib.parse import urlencode

from django.contrib import messages
from django.utils.translation import gettext as _

from accounts.past import AsOf
from billing_office.lib import dates
from billing_office.staff.access import may


@dataclass(frozen=True)
class Look:
    """`seen` is None for today's books. `query` keeps the day on every link of the board."""

    on: date
    seen: AsOf | None = None

    @property
    def query(self) -> str:
        if self.seen is None:
            return ""
        known = (
            {"known": self.seen.known_at.astimezone(dates.office_zone()).strftime("%Y-%m-%dT%H:%M")}
            if self.known
            else {}
        )
        return "?" + urlencode({"on": self.on.isoformat()} | known)

    @property
    def known(self) -> datetime | None:
        return self.seen.known_at if self.seen else None

    def file(self, kind: str) -> str:
        """The query that asks for the same rows as a file."""
        return f"{self.query}&as={kind}" if self.query else f"?as={kind}"


def look(request) -> Look:
    """What `?on=` and `?known=` ask for. A day that is none, or lies ahead, is said and today is shown."""
    today = dates.today()
    on, known = _day(request, today), _moment(request)
    return Look(today) if on == today and known is None else Look(on, AsOf(on, known))


def _day(request, today: date) -> date:
    text = request.GET.get("on", "")
    try:
        day = date.fromisoformat(text) if text else today
    except ValueError:
        messages.warning(request, _("That is no day; today is shown. Write it as 2026-11-23."))
        return today
    if not dates.FIRST <= day <= today:
        messages.warning(request, _("The board shows days up to today; today is shown."))
        return today
    return day


def _moment(request) -> datetime | None:
    text = request.GET.get("known", "")
    if not text or not may(request.user, "read_audit"):
        return None
    try:
        return datetime.fromisoformat(text).replace(tzinfo=dates.office_zone())
    except ValueError:
        messages.warning(request, _("That is no moment; the books are shown as they stand now."))
        return None
