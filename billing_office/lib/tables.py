"""Lists, declared once: the same columns draw the table on screen and write the CSV and the XLSX.

    COLUMNS = [
        Column("number", "Account", kind="id"),
        Column("open", "Open", value="open_cents", kind="money", sort="open"),
    ]
    ORDERS = {"name": ("sort_key", "id"), "open": ("open_cents", "id")}
    sort, order = ordering(request.GET.get("sort", ""), ORDERS, "name")
    if file := export(request, Table(COLUMNS, found.order_by(*order)), "accounts"):  # ?as=csv, xlsx or print: the whole list
        return file
    page = keyset(found, order, request.GET.get("after"), request.GET.get("before"))
    table = Table(COLUMNS, page.rows, caption="Accounts", href=lambda a: a.get_absolute_url(), sort=sort, page=page)

and the template: {% include "_table.html" %}
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, NamedTuple

from django.utils.translation import gettext_lazy as _

from .exports import FILES, csv_response, export, xlsx_response
from .paging import Page, attribute, keyset, ordering

# Exports and paging stand in modules of their own; a list takes all it needs from here.
__all__ = [
    "FILES", "Cell", "Chip", "Column", "Empty", "Page", "Table", "address", "chips", "csv_response", "export", "keyset", "ordering",
    "xlsx_response",
]  # fmt: skip

KINDS = {"text", "id", "link", "money", "nil_money", "int", "age", "day", "moment", "tag"}
FIGURES = {"money", "nil_money", "int"}


@dataclass(frozen=True)
class Column:
    """One column.

    `value` is a function of the row, or the name of an attribute (dots lead on; a method is called); by default `key`.
    `kind` says what it gives: text; id (a number in mono); money or nil_money (cents; the second shows 0 as a dash);
    int; age (days); day; moment (aware datetime); tag ((word, tone) or None); link ((text, address)).
    `link` is a function of the row to the address the value leads to. `lo` columns go first when room is short.
    `sort` is the word after `?sort=` that orders by this column; the view decides which words it knows.
    """

    key: str
    head: str
    value: Callable[[Any], Any] | str = ""
    kind: str = "text"
    link: Callable[[Any], str | None] | None = None
    lo: bool = False
    wrap: bool = False
    sort: str = ""

    def __post_init__(self):
        if self.kind not in KINDS:
            raise ValueError(f"{self.key}: no such kind of column as {self.kind!r}")

    def of(self, row):
        return self.value(row) if callable(self.value) else attribute(row, self.value or self.key)

    @property
    def head_css(self) -> str:
        return " ".join(name for name, wanted in [("num", self.kind in FIGURES), ("lo", self.lo)] if wanted)

    @property
    def css(self) -> str:
        names = [(self.head_css, True), ("id", self.kind == "id"), ("wrap", self.wrap)]
        return " ".join(name for name, wanted in names if name and wanted)


class Cell(NamedTuple):
    column: Column
    value: Any
    href: str | None


class Head(NamedTuple):
    column: Column
    sorted: str  # "ascending", "descending" or "" for the header's aria-sort
    next_sort: str  # what `?sort=` becomes when the head is pressed


class Row(NamedTuple):
    href: str | None
    css: str
    cells: list[Cell]
    tick: str | None  # the value of the row's box, where rows can be selected


@dataclass
class Empty:
    """What stands where no row is: good news, or the way on."""

    title: str = _("Nothing here")
    sentence: str = ""
    href: str = ""
    label: str = ""


@dataclass
class Table:
    """Rows with their columns. `href(row)` is where the row leads (its first cell is the link), `state(row)` one of
    good, warn, bad, note, mute or "" for its edge, `tick(row)` the value of its box, `totals` a last line:
    {column key: value}."""

    columns: list[Column]
    rows: Iterable
    caption: str = ""
    href: Callable[[Any], str | None] | None = None
    state: Callable[[Any], str] | None = None
    tick: Callable[[Any], str] | None = None
    totals: dict[str, Any] = field(default_factory=dict)
    sort: str = ""
    page: Page | None = None
    empty: Empty = field(default_factory=Empty)
    unknown: list[str] = field(default_factory=list)  # columns that were asked for and that it does not have

    def chosen(self, words: str) -> "Table":
        """The same with the columns named in `words` ("number,open"), in that order; with its own where none is named.

        Names that it does not have, or this person may not see, are in `unknown`.
        """
        if not words:
            return self
        own, asked = {column.key: column for column in self.columns}, list(dict.fromkeys(words.split(",")[:60]))
        columns = [own[key] for key in asked if key in own]
        return replace(self, columns=columns or self.columns, unknown=[key[:40] for key in asked if key not in own])

    @property
    def keys(self) -> str:
        """What `?columns=` says for what is shown."""
        return ",".join(column.key for column in self.columns)

    @property
    def ticks(self) -> bool:
        """Templates ask this: they would call `tick` if they asked for it."""
        return self.tick is not None

    @property
    def linked(self) -> bool:
        """Whether the keyboard finds a link in it; without one, the table itself must take the focus to be scrolled."""
        return self.href is not None

    @cached_property
    def heads(self) -> list[Head]:
        return [self._head(column) for column in self.columns]

    def _head(self, column):
        if column.sort and self.sort == column.sort:
            return Head(column, "ascending", f"-{column.sort}")
        if column.sort and self.sort == f"-{column.sort}":
            return Head(column, "descending", column.sort)
        return Head(column, "", f"-{column.sort}" if column.kind in FIGURES | {"age"} else column.sort)

    @cached_property
    def drawn(self) -> list[Row]:
        return [self._row(row) for row in self.rows]

    def _row(self, row):
        href = self.href(row) if self.href else None
        cells = [self._cell(column, row, href if not at else None) for at, column in enumerate(self.columns)]
        state = self.state(row) if self.state else ""
        return Row(href, f"is-{state}" if state else "", cells, self.tick(row) if self.tick else None)

    def _cell(self, column, row, href):
        value = column.of(row)
        if column.kind == "link":
            value, href = value or (None, None)
        return Cell(column, value, column.link(row) if column.link else href)

    @cached_property
    def total_cells(self) -> list[Cell]:
        return [Cell(column, self.totals.get(column.key), None) for column in self.columns] if self.totals else []


# -- the state of a list is its address --------------------------------------------------------------------------------


def address(request, **changes) -> str:
    """This page's address with some parameters replaced; None or "" takes one away."""
    given = request.GET.copy()
    for key, value in changes.items():
        given.pop(key, None)
        if value not in (None, ""):
            given[key] = value
    return f"{request.path}?{given.urlencode()}" if given else request.path


class Chip(NamedTuple):
    label: str
    href: str
    current: bool
    count: int | None


def chips(request, name: str, choices: Iterable[tuple]) -> list[Chip]:
    """Filters as links for `_chips.html`. `choices` are (value, label) or (value, label, count); "" is no filter."""
    given = request.GET.get(name, "")
    return [
        Chip(
            label,
            address(request, **{name: value, "after": None, "before": None}),
            given == value,
            count[0] if count else None,
        )
        for value, label, *count in choices
    ]
