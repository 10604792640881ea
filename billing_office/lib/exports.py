"""Lists whole, with the columns and in the order that are on screen: CSV for machines, XLSX for people, a plain page for
the printer. No text that someone typed can run as a formula in either file."""

import csv
import datetime
import re
import tempfile
from dataclasses import replace
from decimal import Decimal
from itertools import islice

from django.db.models import QuerySet
from django.http import FileResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

from . import dates, money

# A spreadsheet takes such a text for a formula, also behind spaces or a quote, and whoever wrote it into a name field
# would have it run on a clerk's machine.
_FORMULA = re.compile(r"[\s\"'\x00]*[=+\-@\t\r\x00\uFF1D\uFF0B\uFF0D\uFF20]")
SHEET_ROWS = 1_000_000  # an XLSX sheet ends a little above
PRINT_ROWS = 2_000  # some forty sheets of paper; who needs more wants a file
FILES = ("csv", "xlsx", "print")  # what `?as=` may ask for


def export(request, table, name: str) -> HttpResponseBase | None:
    """The lib.tables.Table whole, as `?as=` asks (FILES) and with the columns of `?columns=`; None where it asks for none
    of them, so that the view shows its page."""
    table = table.chosen(request.GET.get("columns", ""))
    match request.GET.get("as"):
        case "csv":
            return csv_response(table, name)
        case "xlsx":
            return xlsx_response(table, name)
        case "print":
            return print_page(request, table, name)
    return None


def print_page(request, table, name: str):
    """All rows on one plain page, up to PRINT_ROWS; the page says when there are more."""
    rows = list(islice(_all(table.rows), PRINT_ROWS + 1))
    shown = replace(table, rows=rows[:PRINT_ROWS], href=None, tick=None, sort="", page=None)
    said = [(word, text) for word, text in request.GET.items() if text and word not in _NO_FILTERS]
    title = _(name.replace("-", " ").capitalize())  # as the list's own page is titled, which marks the words
    context = {"table": shown, "title": title, "said": said, "now": dates.now()}
    return render(request, "print.html", context | {"most": PRINT_ROWS if len(rows) > PRINT_ROWS else 0})


_NO_FILTERS = {"as", "columns", "sort", "after", "before"}


def csv_response(table, name: str) -> StreamingHttpResponse:
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
    yield [_defused(str(column.head)) for column in table.columns]
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


def xlsx_response(table, name: str) -> FileResponse:
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
    sheet.append([_text_cell(sheet, str(column.head)) for column in table.columns])
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
