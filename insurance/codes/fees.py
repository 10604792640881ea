"""A list of fees as CSV: code, modifier, amount, and the days for which it holds."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from billing_office.lib import money

from ..models import CodeLoad, Fee
from . import columns
from .rows import Finding, is_code, normal

WANTED = {
    "value": lazy("Code"),
    "modifier": lazy("Modifier"),
    "amount": lazy("Amount"),
    "since": lazy("Valid from"),
    "until": lazy("Valid until"),
}
NEEDED = ("value", "amount")
EXAMPLES, FINDINGS = 12, 50
SIGNS = {
    "value": ("code", "cpt", "hcpcs"),
    "modifier": ("mod",),
    "amount": ("amount", "fee", "price", "rate", "allowed"),
    "since": ("effective", "from", "start"),
    "until": ("terminat", "until", "end"),
}


@dataclass(frozen=True)
class FeeRow:
    value: str
    modifier: str
    cents: int
    since: date | None = None
    until: date | None = None


def read(content: bytes, named: Mapping[str, str]) -> tuple[list[FeeRow], list[Finding]]:
    """Bad lines are findings, at their line, and are not loaded; of a code and modifier named twice the first stands."""
    rows, findings, seen = [], [], {}
    for number, said in columns.lines(content, named):
        try:
            row = _row(said)
        except ValueError as error:
            findings.append(Finding(number, str(error)))
            continue
        if (row.value, row.modifier) in seen:
            findings.append(
                Finding(
                    number,
                    _("%(code)s stands already at line %(line)d.")
                    % {"code": row.value, "line": seen[row.value, row.modifier]},
                )
            )
            continue
        seen[row.value, row.modifier] = number
        rows.append(row)
    return rows, findings


def _row(said: Mapping[str, str]) -> FeeRow:
    value, modifier = normal(said.get("value", "")), normal(said.get("modifier", ""))
    if not is_code(value):
        raise ValueError(_("“%(code)s” is no code.") % {"code": said.get("value", "")[:20]})
    if modifier and (len(modifier) > 5 or not is_code(modifier)):
        raise ValueError(_("“%(code)s” is no modifier.") % {"code": modifier[:20]})
    cents = money.parse(said.get("amount", ""))
    if cents < 0:
        raise ValueError(_("%(code)s: a fee is not below zero.") % {"code": value})
    return FeeRow(value, modifier, cents, columns.day(said.get("since", "")), columns.day(said.get("until", "")))


# -- loading -------------------------------------------------------------------------------------------------------------


@dataclass
class Changes:
    new: list[Fee] = field(default_factory=list)
    changed: list[Fee] = field(default_factory=list)  # the rows with the new amount
    ended: list[Fee] = field(default_factory=list)  # former rows, closed the day before
    dropped: list[Fee] = field(default_factory=list)  # of the same day, replaced
    same: int = 0


def changes(load: CodeLoad, rows: list[FeeRow]) -> Changes:
    """What loading does to the schedule as it stands: a new amount holds from the load's day, the former until the day before."""
    found, on = Changes(), load.effective_on
    newest = {(fee.value, fee.modifier): fee for fee in Fee.objects.filter(schedule=load.schedule).order_by("since")}
    for row in rows:
        fee, since = newest.pop((row.value, row.modifier), None), row.since or on
        until = row.until and max(row.until, since)
        if fee and (fee.cents, fee.until) == (row.cents, until):
            found.same += 1
            continue
        made = Fee(
            schedule=load.schedule, value=row.value, modifier=row.modifier, cents=row.cents, since=since, until=until
        )
        if fee is None:
            found.new.append(made)
            continue
        found.changed.append(made)
        if fee.since >= since:
            found.dropped.append(fee)
        elif fee.until is None or fee.until >= since:
            fee.until = since - timedelta(days=1)
            found.ended.append(fee)
    if load.complete:
        for fee in newest.values():
            if fee.since < on and (fee.until is None or fee.until >= on):
                fee.until = on - timedelta(days=1)
                found.ended.append(fee)
    return found


def look(load: CodeLoad):
    """Write on the load what it would change."""
    try:
        rows, findings = read(bytes(load.blob.content), load.columns)
    except columns.NoTable as refusal:
        load.state, load.found = CodeLoad.State.FAILED, {"why": str(refusal)}
    else:
        what = changes(load, rows)
        again = {(fee.value, fee.modifier) for fee in what.changed}
        gone = [fee for fee in what.ended if (fee.value, fee.modifier) not in again]
        named = {"new": what.new, "changed": what.changed, "ended": gone}
        told = {
            "counts": {name: len(fees) for name, fees in named.items()} | {"same": what.same},
            "examples": {
                name: [[str(fee), money.show(fee.cents)] for fee in fees[:EXAMPLES]] for name, fees in named.items()
            },
        }
        load.found = {
            "systems": {"fees": told},
            "findings": [str(one) for one in findings[:FINDINGS]],
            "refused": len(findings),
        }
        load.state = CodeLoad.State.READY if rows else CodeLoad.State.FAILED
        if not rows:
            load.found["why"] = _("No fee was found in it.")
    load.save(update_fields=["state", "found"])


def apply(load: CodeLoad):
    """In the caller's transaction; what changed since it was looked at is worked out anew."""
    rows, _findings = read(bytes(load.blob.content), load.columns)
    what = changes(load, rows)
    Fee.objects.filter(pk__in=[fee.pk for fee in what.dropped]).delete()
    Fee.objects.bulk_update(what.ended, ["until"], batch_size=2000)
    Fee.objects.bulk_create([*what.new, *what.changed], batch_size=2000)
