"""BAI2, the cash management format of US banks (Cash Management Balance Reporting Specifications, version 2). Pure.

Bytes in, accounts and their movements out, with findings that name record and field; never an exception. Records: 01 file,
02 group, 03 account, 16 movement, 88 continuation, 49, 98 and 99 the trailers with control totals. A lockbox comes as 115 (its
deposit) followed by a 116 for each item in it: where these come to the deposit, they are the movements and it is not.
"""

import re
from dataclasses import dataclass, field, replace
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from .statement import MOST_BYTES, MOST_ROWS, Finding, Line, tidy

LOCKBOX, LOCKBOX_ITEM = "115", "116"
_SUM = re.compile(r"[+-]?[0-9]{1,15}")
_FIELDS = {"01": 8, "02": 6, "03": 2, "16": 3, "49": 2, "98": 3, "99": 3}  # after the record's code, those that count
_WAYS = {
    "cheque": {"115", "116", "155", "165", "301", "451", "475"},
    "eft": {"142", "143", "145", "164", "166", "168", "169"},
    "card": {"108", "408"},
}


@dataclass(frozen=True)
class Record:
    """One logical record: its continuations are part of it. `at` is the file's row, from 1."""

    at: int
    code: str
    fields: list[str]
    rows: int = 1


@dataclass(frozen=True)
class Statement:
    """One account on one day. `number` is as the bank writes it; never stored whole."""

    number: str
    on: date
    lines: list[Line]


@dataclass
class File:
    """`findings` are why the file cannot be taken for whole: then none of it is."""

    statements: list[Statement] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)


def looks_like(data: bytes) -> bool:
    """Whether the file begins as BAI2 does, so that it is no CSV."""
    return re.match(rb"\s*(?:\xef\xbb\xbf)?01,[^,\r\n]*,[^,\r\n]*,[0-9]{6},", data[:200]) is not None


def read(data: bytes) -> File:
    """All of a file, or the findings that say why not."""
    file = File()
    if len(data) > MOST_BYTES:
        file.findings.append(Finding(0, 0, _("The file is larger than 10 MB. Ask the bank for fewer days.")))
        return file
    text = data.decode("utf-8-sig", errors="replace")
    records = _records(text, file.findings)
    if len(records) > MOST_ROWS:
        file.findings.append(
            Finding(
                0,
                0,
                _("The file has more than %(most)s records. Ask the bank for fewer days.") % {"most": f"{MOST_ROWS:,}"},
            )
        )
    if not file.findings:
        _Reader(file).read(records)
    return file


# -- records ------------------------------------------------------------------------------------------------------------


def _records(text: str, findings: list[Finding]) -> list[Record]:
    found: list[Record] = []
    for at, row in enumerate(text.splitlines(), start=1):
        bare = row.strip()
        if not bare:
            continue
        code, body = bare[:2], bare[3:] if bare[2:3] in (",", "/") else ""
        if code == "88" and found:
            found[-1] = _continued(found[-1], body)
        elif code in _FIELDS:
            found.append(Record(at, code, _split(code, body)))
        else:
            findings.append(Finding(at, 1, _("“%(code)s” is no record of BAI2.") % {"code": tidy(code)}))
            return found
    if not found:
        findings.append(Finding(0, 0, _("The file is empty.")))
    return found


def _split(code: str, body: str) -> list[str]:
    """The fields; a movement's text may hold commas and even a slash, so it is put together again in `_text`."""
    ended = body[:-1] if body.endswith("/") else body
    return ended.split(",")


def _continued(record: Record, body: str) -> Record:
    return replace(record, fields=[*record.fields, *_split(record.code, body)], rows=record.rows + 1)


# -- what they say ---------------------------------------------------------------------------------------------------------


class _Wrong(ValueError):
    def __init__(self, record: Record, column: int, words: str):
        self.finding = Finding(record.at, column, words)
        super().__init__(words)


class _Reader:
    """Walks the records in order, and holds each trailer against what came before it."""

    def __init__(self, file: File):
        self.file = file
        self.group_on: date | None = None
        self.account: Record | None = None
        self.movements: list[tuple[Record, Line, str]] = []
        self.sums = {"49": 0, "98": 0, "99": 0}  # of what the next trailer of each kind covers
        self.counts = {"49": 0, "98": 0, "99": 0}  # accounts are counted by 98, groups by 99
        self.rows = {"49": 0, "98": 0, "99": 0}
        self.ended = False

    def read(self, records: list[Record]):
        try:
            for record in records:
                self._one(record)
            if not self.ended:
                raise _Wrong(
                    records[-1],
                    0,
                    _("The file ends before its trailer (99): it was cut short. Ask the bank for it again."),
                )
        except _Wrong as wrong:
            self.file.findings.append(wrong.finding)
            self.file.statements.clear()

    def _one(self, record: Record):
        if self.ended:
            raise _Wrong(record, 1, _("Something follows the file’s trailer (99)."))
        if len(record.fields) < _FIELDS[record.code]:
            raise _Wrong(
                record,
                0,
                _("A record %(code)s has %(least)d fields at least, here are %(found)d.")
                % {"code": record.code, "least": _FIELDS[record.code], "found": len(record.fields)},
            )
        for kind in self.rows:
            self.rows[kind] += record.rows
        getattr(self, f"_{_NAMES[record.code]}")(record)

    def _file(self, record: Record):
        if self.rows["99"] != record.rows:
            raise _Wrong(record, 1, _("A second file header (01) stands in the file."))

    def _group(self, record: Record):
        self._expect(record, self.rows["99"] > record.rows and self.group_on is None, _NO_FILE)
        self.group_on = _day(record, 4)
        self.sums["98"] = self.counts["98"] = 0
        self.rows["98"] = record.rows

    def _account(self, record: Record):
        self._expect(record, self.group_on is not None and self.account is None, _NO_GROUP)
        self.account, self.movements = record, []
        self.rows["49"] = record.rows
        self.sums["49"] = _amounts(record)

    def _movement(self, record: Record):
        self._expect(record, self.account is not None, _NO_ACCOUNT)
        code = record.fields[0]
        if not re.fullmatch(r"[0-9]{3}", code):
            raise _Wrong(record, 2, _("This is no type of movement."))
        cents = _sum(record, 2)
        self.sums["49"] += cents
        if cents and 100 <= int(code) <= 699 and self.group_on:
            self.movements.append((record, _line(record, code, cents, self.group_on), code))

    def _account_end(self, record: Record):
        self._expect(record, self.account is not None, _NO_ACCOUNT)
        self._hold(record, "49", 1, None)
        lines = _without_lockbox_sums(self.movements)
        self.file.statements.append(Statement(self.account.fields[0].strip(), self.group_on, lines))
        self.account = None
        self.sums["98"] += _sum(record, 1)
        self.counts["98"] += 1

    def _group_end(self, record: Record):
        self._expect(record, self.group_on is not None and self.account is None, _NO_GROUP)
        self._hold(record, "98", 1, _ACCOUNTS)
        self.group_on = None
        self.sums["99"] += _sum(record, 1)
        self.counts["99"] += 1

    def _file_end(self, record: Record):
        self._expect(record, self.group_on is None, _NO_GROUP_END)
        self._hold(record, "99", 1, _GROUPS)
        self.ended = True

    def _expect(self, record: Record, holds: bool, words: str):
        if not holds:
            raise _Wrong(record, 1, words % {"code": record.code})

    def _hold(self, record: Record, kind: str, column: int, counted: str | None):
        """Compare a trailer with what came: its sum, how many it ends, how many records."""
        said = _sum(record, column)
        if said != self.sums[kind]:
            raise _Wrong(
                record,
                column + 1,
                _("The control total is %(said)d, but what stands before it comes to %(sum)d.")
                % {"said": said, "sum": self.sums[kind]},
            )
        if counted and _sum(record, column + 1) != self.counts[kind]:
            raise _Wrong(
                record,
                column + 2,
                counted % {"said": _sum(record, column + 1), "found": self.counts[kind]},
            )
        place = column + 2 if counted else column + 1
        if _sum(record, place) != self.rows[kind]:
            raise _Wrong(
                record,
                place + 1,
                _("The trailer says %(said)d records, here are %(found)d.")
                % {"said": _sum(record, place), "found": self.rows[kind]},
            )


_NO_FILE = lazy("A record %(code)s stands here without a file header (01) before it.")
_NO_GROUP = lazy("A record %(code)s stands here without a group header (02) before it.")
_NO_ACCOUNT = lazy("A record %(code)s stands here without an account (03) before it.")
_NO_GROUP_END = lazy("A record %(code)s stands here without the end of its group (98) before it.")
_ACCOUNTS = lazy("The trailer says %(said)d accounts, here are %(found)d.")
_GROUPS = lazy("The trailer says %(said)d groups, here are %(found)d.")
_NAMES = {
    "01": "file", "02": "group", "03": "account", "16": "movement", "49": "account_end", "98": "group_end", "99": "file_end",
}  # fmt: skip


def _sum(record: Record, column: int) -> int:
    """A field as cents: BAI2 writes no decimal point (USD has two decimals). `column` from 1 after the code; empty is 0."""
    text = record.fields[column - 1].strip() if column <= len(record.fields) else ""
    if text and not (text.isascii() and _SUM.fullmatch(text)):
        raise _Wrong(record, column + 1, _("“%(text)s” is no amount in cents.") % {"text": tidy(text)[:20]})
    return int(text or 0)


def _day(record: Record, column: int) -> date:
    text = record.fields[column - 1].strip()
    if not (text.isascii() and re.fullmatch(r"[0-9]{6}", text)):
        raise _Wrong(record, column + 1, _("“%(text)s” is no day as YYMMDD.") % {"text": tidy(text)[:20]})
    try:
        return date(2000 + int(text[:2]), int(text[2:4]), int(text[4:]))
    except ValueError as error:
        raise _Wrong(record, column + 1, _("“%(text)s” is no day as YYMMDD.") % {"text": text}) from error


def _funds(record: Record, at: int) -> int:
    """How many fields the funds type at `fields[at]` takes, itself included: availability by day stands behind S, V and D."""
    kind = record.fields[at].strip().upper() if at < len(record.fields) else ""
    if kind == "S":
        return 4
    if kind == "V":
        return 3
    if kind == "D":
        return 2 + 2 * max(0, min(_sum(record, at + 2), 99))
    return 1


def _amounts(record: Record) -> int:
    """The sum of an account record's balances and totals: number, currency, then (type, amount, items, funds) again and again."""
    at, total = 2, 0
    while at < len(record.fields):
        if record.fields[at].strip() or at + 1 < len(record.fields):
            total += _sum(record, at + 2)
        at += 3 + _funds(record, at + 3)
    return total


def _line(record: Record, code: str, cents: int, on: date) -> Line:
    """A movement: types 1xx to 3xx came in, 4xx to 6xx went out."""
    at = 2 + _funds(record, 2)
    bank, customer = (_field(record, at + n) for n in (0, 1))
    text = tidy(", ".join(record.fields[at + 2 :]))
    way = next((way for way, codes in _WAYS.items() if code in codes), "transfer")
    signed = cents if int(code) < 400 else -cents
    return Line(record.at, on, signed, "", text[:300], (customer or bank)[:60], way)


def _field(record: Record, at: int) -> str:
    return tidy(record.fields[at]) if at < len(record.fields) else ""


def _without_lockbox_sums(movements: list[tuple[Record, Line, str]]) -> list[Line]:
    """The lines, each cent once: a lockbox's deposit gives way to its items. Raises where they do not come to it."""
    kept, box, items = [], None, 0

    def check():
        if box is not None and items and items != box[1].cents:
            words = _("The lockbox deposit is %(sum)d, its items come to %(items)d.") % {
                "sum": box[1].cents,
                "items": items,
            }
            raise _Wrong(box[0], 3, words)
        if box is not None and not items:
            kept.append(box[1])

    for movement in movements:
        record, line, code = movement
        if code == LOCKBOX:
            check()
            box, items = movement, 0
        elif code == LOCKBOX_ITEM and box is not None:
            items += line.cents
            kept.append(line)
        else:
            kept.append(line)
    check()
    return sorted(kept, key=lambda line: line.row)
