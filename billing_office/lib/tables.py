"""Lists, declared once: the same columns draw the table on screen and write the CSV and the XLSX.

    COLUMNS = [
        Column("number", "Account", kind="id"),
        Column("open", "Open", value="open_cents", kind="money", sort="open"),
    ]
    ORDERS = {"name": ("sort_key", "id"), "open": ("open_cents", "id")}
    if file := export(Table(COLUMNS, found), "accounts", request.GET.get("as", "")):  # the whole list, as csv or xlsx
        return file
    sort, order = ordering(request.GET.get("sort", ""), ORDERS, "name")
    page = keyset(found, order, request.GET.get("after"), request.GET.get("before"))
    table = Table(COLUMNS, page.rows, caption="Accounts", href=lambda a: a.get_absolute_url(), sort=sort, page=page)

and the template: {% include "_table.html" %}
"""

import csv
import datetime
import re
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property, reduce
from typing import Any, NamedTuple

from django.core import signing
from django.db.models import Q, QuerySet
from django.http import FileResponse, StreamingHttpResponse
from django.utils.http import content_disposition_header
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

from . import dates, money

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
        return self.value(row) if callable(self.value) else _attribute(row, self.value or self.key)

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

    title: str = "Nothing here"
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
    page: "Page | None" = None
    empty: Empty = field(default_factory=Empty)

    @property
    def ticks(self) -> bool:
        """Templates ask this: they would call `tick` if they asked for it."""
        return self.tick is not None

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


def _attribute(row, path: str):
    for name in path.split("."):
        row = row.get(name) if isinstance(row, dict) else getattr(row, name, None)
        if callable(row):
            row = row()
        if row is None:
            return None
    return row


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


def ordering(asked: str, orders: dict[str, tuple[str, ...]], default: str) -> tuple[str, tuple[str, ...]]:
    """The ?sort= word in force and its order for `keyset`. `orders` names an ascending order for each column's `sort`
    word; "-word" turns it. What nobody declared is the default.

    >>> ordering("-open", {"open": ("open_cents", "id"), "name": ("sort_key", "id")}, "name")
    ('-open', ('-open_cents', '-id'))
    """
    sort = asked if asked.removeprefix("-") in orders else default
    order = orders[sort.removeprefix("-")]
    return sort, tuple(_turned(name) for name in order) if sort.startswith("-") else order


# -- keyset pages: as quick on the last page as on the first, and no row twice or missed -------------------------------


class Page(NamedTuple):
    rows: list
    next: str = ""  # token for ?after=
    previous: str = ""  # token for ?before=


def keyset(
    queryset: QuerySet, order=("sort_key", "id"), after: str | None = None, before: str | None = None, size=50
) -> Page:
    """One page of `queryset` in `order`: the rows after, or before, the row that the token names.

    `order` names fields ("-" descends, "__" leads on) that are never null; the last one must be unique. Tokens are
    signed for this model and order: a forged or foreign one gives the first page.
    """
    salt = f"{queryset.model._meta.label} {' '.join(order)}"
    mark = _read_token(before or after, salt, len(order))
    back = bool(before) and mark is not None
    way = tuple(_turned(name) for name in order) if back else tuple(order)
    found = queryset.order_by(*way)
    if mark is not None:
        found = found.filter(_beyond(way, mark))
    rows = list(found[: size + 1])
    more, rows = len(rows) > size, rows[:size]
    if back:
        rows.reverse()
    if not rows:
        return Page([])
    last, first = _token(rows[-1], order, salt), _token(rows[0], order, salt)
    return Page(rows, next=last if more or back else "", previous=first if (more if back else mark is not None) else "")


def _turned(name: str) -> str:
    return name[1:] if name.startswith("-") else f"-{name}"


def _beyond(way, mark) -> Q:
    """Rows that come after `mark`: a later first key, or the same and a later second one, and so on. The bound on the
    first key alone repeats what the alternatives imply, because an index can use it."""
    steps, same = [], Q()
    for name, value in zip(way, mark, strict=True):
        bare = name.removeprefix("-")
        steps.append(same & Q(**{f"{bare}__{'lt' if name.startswith('-') else 'gt'}": value}))
        same &= Q(**{bare: value})
    first = way[0].removeprefix("-")
    return Q(**{f"{first}__{'lte' if way[0].startswith('-') else 'gte'}": mark[0]}) & reduce(Q.__or__, steps)


def _token(row, order, salt) -> str:
    values = [_attribute(row, name.removeprefix("-").replace("__", ".")) for name in order]
    plain = [value if isinstance(value, int | str) else str(value) for value in values]
    return signing.dumps(plain, salt=salt)


def _read_token(token, salt, length) -> list | None:
    try:
        mark = signing.loads(token, salt=salt) if token else None
    except signing.BadSignature:
        return None
    return mark if mark is not None and len(mark) == length else None


# -- files ------------------------------------------------------------------------------------------------------------

# A spreadsheet takes such a text for a formula, also behind spaces or a quote, and whoever wrote it into a name field
# would have it run on a clerk's machine.
_FORMULA = re.compile(r"[\s\"'\x00]*[=+\-@\t\r\x00\uFF1D\uFF0B\uFF0D\uFF20]")
SHEET_ROWS = 1_000_000  # an XLSX sheet ends a little above


def export(table: Table, name: str, kind: str):
    """The list as a file, `kind` csv or xlsx; None for any other kind, so that the view shows its page."""
    write = {"csv": csv_response, "xlsx": xlsx_response}.get(kind)
    return write(table, name) if write else None


def csv_response(table: Table, name: str) -> StreamingHttpResponse:
    """RFC 4180, UTF-8, streamed. Amounts are plain (-1234.50), days 2026-11-23, texts like formulas defused by '."""
    writer = csv.writer(_Echo())
    response = StreamingHttpResponse(
        (writer.writerow(line) for line in _csv_lines(table)), content_type="text/csv; charset=utf-8"
    )
    response["Content-Disposition"] = content_disposition_header(True, f"{name}.csv")
    return response


class _Echo:
    """A file that gives back each line instead of keeping it."""

    def write(self, line):
        return line


def _csv_lines(table):
    yield [_defused(column.head) for column in table.columns]
    for row in _all(table.rows):
        yield [_csv_text(column, column.of(row)) for column in table.columns]


def _csv_text(column, value):
    value = _bare(column, value)
    if value is None:
        return ""
    if isinstance(value, Decimal | int | float) and not isinstance(value, bool):
        return str(value)
    if isinstance(value, datetime.date):
        return value.isoformat()
    return _defused(str(value))


def _defused(text: str) -> str:
    return f"'{text}" if _FORMULA.match(text) else text


def xlsx_response(table: Table, name: str) -> FileResponse:
    """Amounts, days and counts are typed cells; every text is a string cell, whatever it begins with."""
    book = Workbook(write_only=True)
    sheet = None
    for at, row in enumerate(_all(table.rows)):
        if at % SHEET_ROWS == 0:
            sheet = _sheet(book, table, name, at // SHEET_ROWS)
        sheet.append([_xlsx_cell(sheet, column, column.of(row)) for column in table.columns])
    if sheet is None:
        _sheet(book, table, name, 0)
    file = tempfile.TemporaryFile()  # noqa: SIM115  the response closes it
    book.save(file)
    file.seek(0)
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    return FileResponse(file, as_attachment=True, filename=f"{name}.xlsx", content_type=kind)


def _sheet(book, table, name, at):
    sheet = book.create_sheet(re.sub(r"[\[\]:*?/\\]", " ", name)[:24] + (f" {at + 1}" if at else ""))
    sheet.freeze_panes = "A2"
    sheet.append([_text_cell(sheet, column.head) for column in table.columns])
    return sheet


def _xlsx_cell(sheet, column, value):
    value = _bare(column, value)
    if value is None:
        return None
    if isinstance(value, datetime.datetime):
        value = value.replace(tzinfo=None)  # XLSX knows no zones; it is the office's clock
    if isinstance(value, str):
        return _text_cell(sheet, value)
    cell = WriteOnlyCell(sheet, value)
    if isinstance(value, Decimal):
        cell.number_format = "#,##0.00"
    elif isinstance(value, datetime.datetime):
        cell.number_format = "yyyy-mm-dd hh:mm"
    elif isinstance(value, datetime.date):
        cell.number_format = "yyyy-mm-dd"
    return cell


def _text_cell(sheet, text):
    cell = WriteOnlyCell(sheet, ILLEGAL_CHARACTERS_RE.sub("", text))
    cell.data_type = "s"
    cell.quotePrefix = bool(_FORMULA.match(text))  # so that editing the cell does not turn it into the formula either
    return cell


def _bare(column, value):
    """What a file holds of a cell: a decimal amount for cents, the word of a tag, the text of a link, office time."""
    if value is None:
        return None
    match column.kind:
        case "money" | "nil_money":
            return Decimal(money.plain(value))
        case "tag" | "link":
            return str(value[0])
        case "moment":
            return value.astimezone(dates.office_zone()).replace(microsecond=0)
        case "int" | "age" | "day":
            return value
        case _:
            return str(value)


def _all(rows):
    """Every row, fetched in portions when they come from the database."""
    return rows.iterator(chunk_size=2000) if isinstance(rows, QuerySet) else rows
