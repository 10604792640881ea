"""CMS's file of HCPCS Level II: fixed width, one record a line, long descriptions continued on the next records.

Columns from 1 (CMS record layout, checked against the file of 2019): 1-5 code (modifiers in 4-5), 6-10 sequence, 11 record
(3 code, 4 its continuation, 7 modifier, 8 its continuation), 12-91 description, 269-276 added, 285-292 last day, as YYYYMMDD.
The file ends in paragraphs of its own, which are no records.
"""

import re
from datetime import date

from django.utils.translation import gettext as _

from .rows import Finding, Reading, Row, is_code

CODE, CODE_MORE, MODIFIER, MODIFIER_MORE = "3", "4", "7", "8"
_RECORD = re.compile(r"[ A-Z0-9]{5}[0-9]{5}[3478]")


def read(content: bytes) -> tuple[Reading, Reading]:
    """(codes, modifiers). Lines that are no records are passed over; a record that says too little is a finding."""
    codes, modifiers, last = Reading(), Reading(), None
    for number, line in enumerate(content.decode("cp1252", "replace").splitlines(), start=1):
        if not _RECORD.match(line):
            continue
        value, record, words = line[:5].strip(), line[10], line[11:91].strip()
        into = codes if record in (CODE, CODE_MORE) else modifiers
        if record in (CODE_MORE, MODIFIER_MORE):
            if last == (value, record) and into.rows:
                into.rows[-1] = _longer(into.rows[-1], words)
            else:
                said = _("A continuation of %(code)s, whose record is not above it.") % {"code": value}
                into.findings.append(Finding(number, said))
            continue
        last = value, CODE_MORE if record == CODE else MODIFIER_MORE
        if not is_code(value) or not words:
            said = _("A record without description.") if is_code(value) else _("A record without code.")
            into.findings.append(Finding(number, said))
            last = None
            continue
        into.rows.append(Row(value, words, _day(line[268:276]), _day(line[284:292])))
    return codes, modifiers


def _longer(row: Row, words: str) -> Row:
    return Row(row.value, f"{row.official} {words}".strip(), row.since, row.until)


def _day(text: str) -> date | None:
    try:
        return date(int(text[:4]), int(text[4:6]), int(text[6:8]))
    except ValueError:
        return None
