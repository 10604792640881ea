"""Tables that people send: CSV and XLSX, whose first line names the columns. Everything comes out as text."""

import csv
import io
import zipfile
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from itertools import islice

from django.utils.translation import gettext as _
from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

_DAYS = ("%Y-%m-%d", "%m/%d/%Y", "%Y%m%d")
_UNPACKED = 50_000_000  # bytes: what a workbook may grow to; its texts are read whole before the first row
_LAST_ROW = 1_048_576  # of any spreadsheet; one that names a later row would be counted up to forever
MOST_COLUMNS = 100


class NoTable(ValueError):
    """The file is no table; the message says why."""


def heads(content: bytes) -> list[str]:
    """The names of the columns. Raises NoTable when there are none."""
    first = next(records(content), None)
    named = [head.strip() for head in first[1][:MOST_COLUMNS]] if first else []
    if not any(named):
        raise NoTable(_("The file is empty, or its first line does not name the columns."))
    return named


def guess(named: list[str], signs: Mapping[str, tuple[str, ...]]) -> dict[str, str]:
    """Which column is which, by words in its name, as a first proposal."""
    found = {}
    for wanted, words in signs.items():
        fits = (head for head in named if any(word in head.lower() for word in words) and head not in found.values())
        if match := next(fits, None):
            found[wanted] = match
    return found


def lines(content: bytes, named: Mapping[str, str]) -> Iterator[tuple[int, dict[str, str]]]:
    """Each line that says something: its number, and what stands in the columns that `named` maps. Raises NoTable."""
    head = heads(content)
    at = {wanted: head.index(name) for wanted, name in named.items() if name in head}
    for number, cells in islice(records(content), 1, None):
        if any(cell.strip() for cell in cells):
            yield number, {wanted: cells[place].strip() if place < len(cells) else "" for wanted, place in at.items()}


def day(text: str) -> date | None:
    """A day as people and spreadsheets write it; None for nothing. Raises ValueError with words for other texts."""
    if not text:
        return None
    for form in _DAYS:
        try:
            found = datetime.strptime(text, form).date()  # noqa: DTZ007  a day, no moment
        except ValueError:
            continue
        if 1900 <= found.year < 2200:
            return found
    raise ValueError(_("“%(text)s” is no day between 1900 and 2199; write it as 2026-11-24.") % {"text": text[:20]})


def records(content: bytes) -> Iterator[tuple[int, list[str]]]:
    """(line, cells), the first line being 1. Raises NoTable."""
    return _workbook(content) if content.startswith(b"PK\x03\x04") else _csv(text_of(content))


# -- CSV ------------------------------------------------------------------------------------------------------------------


def text_of(content: bytes) -> str:
    """UTF-8 with or without its mark, UTF-16 with it, else Windows-1252, as spreadsheets write it. Raises NoTable for other files."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        encoding = "utf-16"
    else:
        if b"\x00" in content or content.startswith((b"%PDF", b"PK\x03\x04")):
            raise NoTable(_("This is no table. Save it as CSV or XLSX and choose that."))
        encoding = "utf-8-sig"
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError:
        text = content.decode("cp1252", "replace")
    if "\x00" in text:  # no database keeps it
        raise NoTable(_("This is no table. Save it as CSV or XLSX and choose that."))
    return text


def _csv(text: str) -> Iterator[tuple[int, list[str]]]:
    sample = text[:4000].partition("\n")[0]
    mark = max(",;\t|", key=sample.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=mark)
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise NoTable(
                _("Line %(number)s cannot be read as CSV (%(error)s).") % {"number": reader.line_num, "error": error}
            ) from error
        yield reader.line_num, cells


# -- XLSX -----------------------------------------------------------------------------------------------------------------


def _workbook(content: bytes) -> Iterator[tuple[int, list[str]]]:
    """The first sheet's values: formulas as they were last computed, days as year-month-day."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            if sum(part.file_size for part in packed.infolist()) > _UNPACKED:
                raise NoTable(_("The workbook is too large. Save the one sheet as CSV."))
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        for number, cells in enumerate(book.worksheets[0].iter_rows(max_row=_LAST_ROW, values_only=True), 1):
            yield number, [_told(cell) for cell in cells[:MOST_COLUMNS]]
    except NoTable:
        raise
    except (
        InvalidFileException,
        zipfile.BadZipFile,
        KeyError,
        ValueError,
        TypeError,
        IndexError,
        OSError,
        SyntaxError,
    ) as error:
        raise NoTable(_("The workbook cannot be read. Save it anew, or as CSV.")) from error


def _told(cell) -> str:
    match cell:
        case None:
            return ""
        case bool():
            return "yes" if cell else "no"
        case datetime():
            return cell.date().isoformat()
        case float():  # as it is shown: 12.1 is kept as 12.0999999999999996
            return str(int(cell)) if cell.is_integer() else format(Decimal(repr(cell)), "f")
        case _:
            return str(cell)
