"""What stands around a list on screen: the lists saved for it, its columns, the acts on ticked rows. And how it opens for this
person when its address says nothing."""

from dataclasses import dataclass, replace
from functools import cached_property

from django.http import QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from billing_office.desk.bulk.acts import LISTS, Act, Listed
from billing_office.desk.models import SavedList
from billing_office.lib.tables import Chip, Column, Empty, Table, address
from billing_office.staff.access import may

from .arriving import saved_for

PASSING = ("as", "after", "before")  # of an address: what is no part of how the list looks


class Opening:
    """Middleware. A list asked for by its bare address opens as this person has it; one asked for otherwise has their columns."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_view(self, request, view, args, kwargs):
        if not getattr(view, "listed", False) or request.method != "GET" or request.GET.get("as"):
            return None
        request.listing = listing = Listing(request)
        if listing.mine is None:
            return None
        if not request.GET and not _stood_here(request):
            return redirect(listing.mine)
        if listing.mine.columns and "columns" not in request.GET:
            return redirect(address(request, columns=listing.mine.columns))
        return None


def _stood_here(request) -> bool:
    """Who is on the list and asks for its bare address wants all of it, and not what they came from."""
    return request.headers.get("Referer", "").split("?")[0] == request.build_absolute_uri(request.path)


@dataclass
class Listing:
    """A list page, while it is drawn."""

    request: object
    drawn: Table | None = None
    own: Table | None = None  # with all its columns
    chips_drawn: bool = False
    head_drawn: bool = False

    @property
    def route(self) -> str:
        return self.request.resolver_match.url_name

    @cached_property
    def _all(self) -> list[SavedList]:
        return saved_for(self.request.user, self.route)

    @property
    def mine(self) -> SavedList | None:
        """How it opens for this person."""
        return next((one for one in self._all if not one.name and one.user_id == self.request.user.pk), None)

    @property
    def chips(self) -> list[Chip]:
        now = looks(self.request.GET)
        named = [one for one in self._all if one.name]
        return [Chip(one.name, one.get_absolute_url(), looks(QueryDict(one.query)) == now, None) for one in named]

    def draw(self, table: Table) -> Table:
        """The table as this address wants it; boxes to tick where there is something to do with the ticked."""
        self.own = table
        table = table.chosen(self.request.GET.get("columns", ""))
        if self.acts and table.tick is None:
            table = replace(table, tick=self.listed.tick)
        if self.filtered and not table.rows:
            table = replace(table, empty=self._nothing(table.empty))
        self.drawn = table
        return table

    @property
    def filtered(self) -> bool:
        return any(value for name, value in self.request.GET.items() if name not in (*PASSING, "columns", "sort"))

    def _nothing(self, empty: Empty) -> Empty:
        href = f"{self.request.path}?columns={self.drawn_keys}"
        return replace(empty, href=href, label=_("Clear the filter"))

    @property
    def drawn_keys(self) -> str:
        return self.own.chosen(self.request.GET.get("columns", "")).keys

    # -- columns

    @property
    def choices(self) -> list[tuple[Column, int | None]]:
        """Every column with its place, shown ones first; None for one that is not shown."""
        shown = self.drawn.columns
        rest = [column for column in self.own.columns if column not in shown]
        return [(column, at) for at, column in enumerate(shown, 1)] + [(column, None) for column in rest]

    @property
    def unknown(self) -> str:
        return ", ".join(f"“{key}”" for key in self.drawn.unknown)

    @property
    def query(self) -> str:
        """What is saved: the address as it is, with the columns as they are."""
        given = self.request.GET.copy()
        given["columns"] = self.drawn.keys
        return clean(given.urlencode())

    # -- acts on ticked rows

    @property
    def listed(self) -> Listed | None:
        return LISTS.get(self.route)

    @cached_property
    def acts(self) -> list[tuple[Act, str]]:
        if self.listed is None:
            return []
        return [
            (act, reverse(f"bulk_{self.route}_{act.word}"))
            for act in self.listed.acts
            if may(self.request.user, act.may)
        ]


def clean(query: str) -> str:
    """An address's query without what pages through the list or takes it as a file; at most 1000 characters of it."""
    given = QueryDict(query.replace("\x00", "")[:1000], mutable=True)
    for name in PASSING:
        given.pop(name, None)
    return given.urlencode()[:1000]


def looks(given: QueryDict) -> dict:
    """What makes two addresses the same list. Columns do not: the same people are on it."""
    return {name: value for name, value in given.items() if value and name not in (*PASSING, "columns")}
