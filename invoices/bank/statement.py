"""A bank's CSV file. Pure: bytes in, rows of cells and lines out, with findings that name row and column; never an exception.

Which column is which is a Mapping, guessed from the head and confirmed by a person; a bank account remembers its own.
"""

import codecs
import csv
import io
import re
import unicodedata
from dataclasses import asdict, dataclass, field
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from billing_office.lib import cards

from . import cells

MOST_BYTES, MOST_ROWS, MOST_COLUMNS, MOST_CELL = 10 * 2**20, 20_000, 60, 500
_TURNING = dict.fromkeys(map(ord, "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff\u200b"))
_BINARY = {
    b"%PDF": lazy("a PDF"),
    b"PK\x03\x04": lazy("a zip or Excel file"),
    b"\xd0\xcf\x11\xe0": lazy("an old Excel file"),
    b"\x89PNG": lazy("a picture"),
}


@dataclass(frozen=True)
class Finding:
    """What is wrong at a place: `row` from 1 as the file has them (0: the file), `column` from 1 (0: the whole row)."""

    row: int
    column: int
    words: str


@dataclass(frozen=True)
class Line:
    """One movement: `cents` in (positive) or out. `method` is how it came, as accounts.Payment names it."""

    row: int
    on: date
    cents: int
    name: str = ""
    text: str = ""
    reference: str = ""
    method: str = "transfer"


@dataclass(frozen=True)
class Mapping:
    """Numbers of columns from 0; None: the file has none. Either `amount` is signed, or `credit` and `debit` hold one each."""

    day: int | None = None
    amount: int | None = None
    credit: int | None = None
    debit: int | None = None
    name: int | None = None
    text: int | None = None
    reference: int | None = None
    days: str = "%Y-%m-%d"
    decimals: str = cells.POINT
    head: int = 1  # rows before the first line
    heads: list[str] = field(default_factory=list)  # of the file it was made for

    def fits(self, rows: list[list[str]]) -> bool:
        """Whether the file has the same head as the one that this was made for."""
        return self.day is not None and bool(rows) and self.heads == head_of(rows, self.head)

    def kept(self) -> dict:
        return asdict(self)


def head_of(rows: list[list[str]], head: int) -> list[str]:
    return rows[head - 1] if 0 < head <= len(rows) else []


# -- bytes to cells -------------------------------------------------------------------------------------------------------


def tidy(text: str) -> str:
    """One line without control or turning characters, card numbers cut down to their last four digits."""
    plain = "".join(" " if unicodedata.category(c) in ("Cc", "Cs") else c for c in text.translate(_TURNING))
    return cards.masked(" ".join(plain.split()))


def decoded(data: bytes) -> tuple[str, Finding | None]:
    """The text of a file and what is wrong with it. UTF-8 with or without mark, UTF-16 with its mark, else Windows-1252."""
    if not data.strip():
        return "", Finding(0, 0, _("The file is empty."))
    if len(data) > MOST_BYTES:
        return "", Finding(0, 0, _("The file is larger than 10 MB. Ask the bank for fewer days."))
    for mark, what in _BINARY.items():
        if data.startswith(mark):
            return "", Finding(
                0, 0, _("This is %(what)s, whatever its name says. Ask the bank for CSV or BAI2.") % {"what": what}
            )
    for mark, encoding in (
        (codecs.BOM_UTF8, "utf-8-sig"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if data.startswith(mark):
            return _decoded(data, encoding)
    if b"\x00" in data:
        return "", Finding(0, 0, _("This is no text file. Ask the bank for CSV or BAI2."))
    text, wrong = _decoded(data, "utf-8")
    return (text, None) if wrong is None else _decoded(data, "cp1252")


def _decoded(data: bytes, encoding: str) -> tuple[str, Finding | None]:
    try:
        return data.decode(encoding), None
    except UnicodeDecodeError:
        return "", Finding(0, 0, _("The letters of this file cannot be read. Ask the bank for UTF-8."))


def table(text: str) -> tuple[list[list[str]], list[Finding]]:
    """The cells, tidied, whatever of comma, semicolon, tab or bar parts them; rows without any are left out of neither count."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    parts = max(",;\t|", key=first.count)
    rows: list[list[str]] = []
    try:
        for row in csv.reader(io.StringIO(text), delimiter=parts, strict=False):
            if len(rows) == MOST_ROWS:
                return [], [
                    Finding(
                        len(rows),
                        0,
                        _("The file has more than %(most)s rows. Ask the bank for fewer days.")
                        % {"most": f"{MOST_ROWS:,}"},
                    )
                ]
            if len(row) > MOST_COLUMNS or any(len(cell) > MOST_CELL for cell in row):
                return [], [
                    Finding(
                        len(rows) + 1,
                        0,
                        _("This row is too long for a bank’s line. A quotation mark may not be closed."),
                    )
                ]
            rows.append([tidy(cell) for cell in row])
    except csv.Error as error:
        return [], [
            Finding(len(rows) + 1, 0, _("The file cannot be read from this row on: %(error)s.") % {"error": error})
        ]
    if max(map(len, rows), default=0) < 2:
        return [], [Finding(0, 0, _("This file has no columns. Ask the bank for CSV or BAI2."))]
    return rows, []


# -- cells to lines -----------------------------------------------------------------------------------------------------------

_HEADS = {  # words of a head, in the order they are looked for
    "day": r"booking|posted|posting|^date|date$|day|datum|buchung",
    "credit": r"credit|deposit|haben|paid in",
    "debit": r"debit|withdrawal|soll|paid out",
    "amount": r"amount|betrag|sum|value",
    "name": r"payer|name|payee|counterparty|sender|auftraggeber",
    "reference": r"reference|check|cheque|number|trace|\bid\b|ref",
    "text": r"description|memo|detail|text|narrative|remittance|purpose|verwendung",
}


def guess(rows: list[list[str]]) -> Mapping:
    """A mapping to start from: columns by the words of the head, days and decimals by what the first rows hold."""
    heads = [cell.casefold() for cell in rows[0]] if rows else []
    found: dict[str, int] = {}
    for name, words in _HEADS.items():
        at = next((at for at, cell in enumerate(heads) if at not in found.values() and re.search(words, cell)), None)
        if at is not None:
            found[name] = at
    if "amount" in found and ("credit" not in found or "debit" not in found):
        found = {name: at for name, at in found.items() if name not in ("credit", "debit")}
    sample = rows[1:20]
    days = _first_fitting(cells.DAYS, _column(sample, found.get("day")), cells.day)
    amounts = _column(sample, found.get("amount", found.get("credit")))
    decimals = _first_fitting(cells.DECIMALS, amounts, cells.amount)
    return Mapping(**found, days=days, decimals=decimals, head=1, heads=rows[0] if rows else [])


def _column(rows: list[list[str]], at: int | None) -> list[str]:
    return [row[at] for row in rows if at is not None and at < len(row) and row[at]]


def _first_fitting(choices, texts: list[str], read) -> str:
    def misses(choice: str) -> int:
        return sum(not _reads(read, text, choice) for text in texts)

    return min(choices, key=misses)


def _reads(read, text: str, choice: str) -> bool:
    try:
        read(text, choice)
    except ValueError:
        return False
    return True


def lines(rows: list[list[str]], mapping: Mapping, today: date) -> tuple[list[Line], list[Finding]]:
    """The movements, and what could not be read of the rest, at its cell. Days after `today` have not happened."""
    found, wrong = [], []
    for number, row in enumerate(rows[mapping.head :], start=mapping.head + 1):
        if not any(row):
            continue
        try:
            found.append(_line(number, row, mapping, today))
        except _AtCell as error:
            wrong.append(Finding(number, error.column, str(error)))
    if not found and not wrong:
        wrong.append(Finding(0, 0, _("The file has a head but no lines.")))
    return found, wrong


class _AtCell(ValueError):
    def __init__(self, at: int | None, words: str):
        self.column = 0 if at is None else at + 1
        super().__init__(words)


def _line(number: int, row: list[str], mapping: Mapping, today: date) -> Line:
    try:
        on = cells.day(_cell(row, mapping.day), mapping.days)
    except ValueError as error:
        raise _AtCell(mapping.day, str(error)) from error
    if on > today:
        raise _AtCell(mapping.day, _("This day has not come yet."))
    cents = _cents(row, mapping)
    texts = {name: _cell(row, getattr(mapping, name)) for name in ("name", "text", "reference")}
    return Line(number, on, cents, texts["name"][:120], texts["text"][:300], texts["reference"][:60])


def _cell(row: list[str], at: int | None) -> str:
    return row[at] if at is not None and at < len(row) else ""


def _cents(row: list[str], mapping: Mapping) -> int:
    """The signed amount; of two columns the one that is filled, what went out below zero however it is written."""
    if mapping.amount is not None:
        cents = _amount(row, mapping.amount, mapping)
        if not cents:
            raise _AtCell(mapping.amount, _("There is no amount here."))
        return cents
    both = [(at, _amount(row, at, mapping)) for at in (mapping.credit, mapping.debit)]
    given = [(at, cents) for at, cents in both if cents]
    if len(given) != 1:
        words = _("Both columns have an amount here.") if given else _("There is no amount here.")
        raise _AtCell(mapping.credit if mapping.credit is not None else mapping.debit, words)
    at, cents = given[0]
    return -abs(cents) if at == mapping.debit else cents


def _amount(row: list[str], at: int | None, mapping: Mapping) -> int:
    text = _cell(row, at)
    if not text:
        return 0
    try:
        return cells.amount(text, mapping.decimals)
    except ValueError as error:
        raise _AtCell(at, str(error)) from error
