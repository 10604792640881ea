"""What any source of codes comes down to: rows, and findings about what could not be read."""

import re
from dataclasses import dataclass, field
from datetime import date

from django.utils.translation import gettext as _

_CODE = re.compile(r"[A-Z0-9][A-Z0-9-]{0,19}")


@dataclass(frozen=True)
class Row:
    """One code as a source says it. `since` and `until` (the last day it may be used) are None where the source does not say."""

    value: str
    official: str
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True)
class Finding:
    """What is wrong at a line (from 1) of the file; `kept` says whether the line's code is loaded all the same."""

    line: int
    message: str
    kept: bool = False

    def __str__(self):
        return _("Line %(line)s: %(message)s") % {"line": self.line, "message": self.message}


@dataclass
class Reading:
    rows: list[Row] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)


def normal(text: str) -> str:
    """A code as it is kept: capitals, no dots and blanks. `e11.9` is `E119`."""
    return re.sub(r"[.\s]", "", text).upper()


def is_code(value: str) -> bool:
    return bool(_CODE.fullmatch(value))
