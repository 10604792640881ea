"""A list of codes as CSV, whose columns the office names: its licensed CPT file, modifiers, places of service, its own codes."""

from collections.abc import Mapping

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from billing_office.lib.sheets import NoTable, day, heads, lines
from billing_office.lib.sheets import guess as guessed

from .rows import Finding, Reading, Row, is_code, normal

__all__ = ["NEEDED", "WANTED", "NoTable", "day", "guess", "heads", "lines", "read"]

WANTED = {
    "value": lazy("Code"),
    "official": lazy("Description"),
    "since": lazy("Valid from"),
    "until": lazy("Valid until"),
}
NEEDED = ("value", "official")
SIGNS = {
    "value": ("code", "cpt", "value"),
    "official": ("description", "descriptor", "long", "name", "text"),
    "since": ("effective", "valid from", "from", "start"),
    "until": ("terminat", "valid until", "until", "end"),
}


def guess(named: list[str], signs: Mapping[str, tuple[str, ...]] = SIGNS) -> dict[str, str]:
    return guessed(named, signs)


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
            reading.findings.append(
                Finding(
                    number,
                    _("%(code)s stands already at line %(line)d.") % {"code": row.value, "line": seen[row.value]},
                )
            )
            continue
        seen[row.value] = number
        reading.rows.append(row)
    return reading


def _row(said: Mapping[str, str]) -> Row:
    value, official = normal(said.get("value", "")), " ".join(said.get("official", "").split())
    if not is_code(value):
        raise ValueError(_("“%(code)s” is no code.") % {"code": said.get("value", "")[:20]})
    if not official:
        raise ValueError(_("%(code)s has no description.") % {"code": value})
    return Row(value, official[:2000], day(said.get("since", "")), day(said.get("until", "")))
