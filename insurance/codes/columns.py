"""A list of codes as CSV, whose columns the office names: its licensed CPT file, modifiers, places of service, its own codes."""

import csv
import io
from collections.abc import Iterator, Mapping
from datetime import date, datetime

from .rows import Finding, Reading, Row, is_code, normal

WANTED = {"value": "Code", "official": "Description", "since": "Valid from", "until": "Valid until"}
NEEDED = ("value", "official")
SIGNS = {
    "value": ("code", "cpt", "value"),
    "official": ("description", "descriptor", "long", "name", "text"),
    "since": ("effective", "valid from", "from", "start"),
    "until": ("terminat", "valid until", "until", "end"),
}
_DAYS = ("%Y-%m-%d", "%m/%d/%Y", "%Y%m%d")


class NoTable(ValueError):
    """The file is no table; the message says why."""


def text_of(content: bytes) -> str:
    """UTF-8 with or without its mark, UTF-16 with it, else Windows-1252, as spreadsheets write it. Raises NoTable for other files."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        encoding = "utf-16"
    else:
        if b"\x00" in content or content.startswith((b"%PDF", b"PK\x03\x04")):
            raise NoTable("This is no text file. Save the list as CSV and choose that.")
        encoding = "utf-8-sig"
    try:
        return content.decode(encoding)
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace")


def heads(content: bytes) -> list[str]:
    """The names of the columns. Raises NoTable when there are none."""
    first = next(_records(text_of(content)), None)
    named = [head.strip() for head in first[1]] if first else []
    if not any(named):
        raise NoTable("The file is empty, or its first line does not name the columns.")
    return named


def guess(named: list[str], signs: Mapping[str, tuple[str, ...]] = SIGNS) -> dict[str, str]:
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
    for number, cells in list(_records(text_of(content)))[1:]:
        if any(cell.strip() for cell in cells):
            yield number, {wanted: cells[place].strip() if place < len(cells) else "" for wanted, place in at.items()}


def read(content: bytes, named: Mapping[str, str]) -> Reading:
    """`named` maps WANTED to the file's own names; value and official are needed. Bad lines are findings, and are not loaded."""
    reading, seen = Reading(), {}
    for number, said in lines(content, named):
        try:
            row = _row(said)
        except ValueError as error:
            reading.findings.append(Finding(number, str(error)))
            continue
        if row.value in seen:
            reading.findings.append(Finding(number, f"{row.value} stands already at line {seen[row.value]}."))
            continue
        seen[row.value] = number
        reading.rows.append(row)
    return reading


def _row(said: Mapping[str, str]) -> Row:
    value, official = normal(said.get("value", "")), " ".join(said.get("official", "").split())
    if not is_code(value):
        raise ValueError(f"“{said.get('value', '')[:20]}” is no code.")
    if not official:
        raise ValueError(f"{value} has no description.")
    return Row(value, official[:2000], day(said.get("since", "")), day(said.get("until", "")))


def day(text: str) -> date | None:
    if not text:
        return None
    for form in _DAYS:
        try:
            found = datetime.strptime(text, form).date()  # noqa: DTZ007  a day, no moment
        except ValueError:
            continue
        if 1900 <= found.year < 2200:
            return found
    raise ValueError(f"“{text[:20]}” is no day between 1900 and 2199; write it as 2026-11-24.")


def _records(text: str):
    """(line, cells), the first line being 1; a quote that never closes ends the file rather than raise."""
    sample = text[:4000].partition("\n")[0]
    mark = max(",;\t|", key=sample.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=mark)
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise NoTable(f"Line {reader.line_num} cannot be read as CSV ({error}).") from error
        yield reader.line_num, cells
