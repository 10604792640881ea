"""Loading a code system: what would change is worked out first, shown, and then done whole or not at all.

A code whose meaning changed keeps its former row until the day before, so that a service of last year reads as it was.
"""

from dataclasses import dataclass, field
from datetime import date, timedelta

from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext as _

from accounts.models import Blob
from billing_office.audit import acts
from billing_office.lib import dates
from billing_office.outbox import queue

from ..models import Code, CodeLoad, System
from . import columns, fees, hcpcs, icd10
from .rows import Reading

JOB = "load_codes"
EXAMPLES = 12
FINDINGS = 50
PORTION = 5000


@dataclass
class Changes:
    """What a load does to one system."""

    new: list[Code] = field(default_factory=list)
    changed: list[Code] = field(default_factory=list)  # the new rows; the former ones are in `ended`
    corrected: list[Code] = field(default_factory=list)  # rows of the same day, saved over
    ended: list[Code] = field(default_factory=list)
    same: int = 0

    @property
    def told(self) -> dict:
        named = {"new": self.new, "changed": [*self.changed, *self.corrected], "ended": self._only_ended}
        examples = {
            name: [[code.shown, code.official[:120]] for code in found[:EXAMPLES]] for name, found in named.items()
        }
        return {
            "counts": {name: len(found) for name, found in named.items()} | {"same": self.same},
            "examples": examples,
        }

    @property
    def _only_ended(self) -> list[Code]:
        again = {code.value for code in self.changed}
        return [code for code in self.ended if code.value not in again]


def begin(
    system: str, name: str, content: bytes | None, *, on: date, complete: bool, named: dict, by, schedule=None
) -> CodeLoad:
    """Keep the source and have a worker read it. `content` is None for what comes as a package; `schedule` is given for fees."""
    with transaction.atomic():
        blob = Blob.keep(content, "text/plain") if content is not None else None
        load = CodeLoad.objects.create(
            system=system,
            name=name[:120],
            blob_id=blob,
            effective_on=on,
            complete=complete,
            columns=named,
            made_by=by,
            schedule=schedule,
        )
        queue.put(JOB, load.pk, f"{JOB}:{load.pk}:read")
        return load


def read_again(load: CodeLoad, named: dict, by) -> bool:
    """Have it read with other columns; False when it is being loaded or was."""
    open_states = [CodeLoad.State.READY, CodeLoad.State.FAILED]
    with transaction.atomic():
        waiting = CodeLoad.objects.filter(pk=load.pk, state__in=open_states)
        if not waiting.update(state=CodeLoad.State.READING, columns=named, found={}):
            return False
        queue.put(JOB, load.pk, f"{JOB}:{load.pk}:read:{dates.now().timestamp()}")
        return True


def confirm(load: CodeLoad, by) -> bool:
    """Have a worker load what was looked at; False when somebody did already, or there is nothing to load."""
    with transaction.atomic():
        if not CodeLoad.objects.filter(pk=load.pk, state=CodeLoad.State.READY).update(state=CodeLoad.State.LOADING):
            return False
        queue.put(JOB, load.pk, f"{JOB}:{load.pk}:load")
        acts.record(by, "codes_loaded", load, detail={"system": load.system, "name": load.name})
        return True


def work(pk: int):
    """The worker's part, for either step. Done already: nothing happens."""
    load = CodeLoad.objects.select_related("blob").get(pk=pk)
    if load.state == CodeLoad.State.READING:
        _look(load)
    elif load.state == CodeLoad.State.LOADING:
        try:
            _load(load)
        except IntegrityError:
            load.state = CodeLoad.State.FAILED
            load.found |= {
                "why": _("Days of the file overlap with days that stand already. Mend its days and load it again.")
            }
            load.save(update_fields=["state", "found"])


def _look(load: CodeLoad):
    if load.schedule_id:
        fees.look(load)
        return
    try:
        readings = _readings(load)
    except columns.NoTable as refusal:
        load.state, load.found = CodeLoad.State.FAILED, {"why": str(refusal)}
    else:
        load.found = {
            "systems": {system: changes(load, system, reading).told for system, reading in readings.items()},
            "findings": [str(one) for reading in readings.values() for one in reading.findings][:FINDINGS],
            "refused": sum(len(reading.findings) for reading in readings.values()),
        }
        load.state = CodeLoad.State.READY
        if not any(reading.rows for reading in readings.values()):
            load.state, load.found = CodeLoad.State.FAILED, load.found | {"why": _("No code was found in it.")}
    load.save(update_fields=["state", "found"])


def _load(load: CodeLoad):
    readings = {} if load.schedule_id else _readings(load)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('insurance_codes'))")  # one load at a time
        if CodeLoad.objects.get(pk=load.pk).state != CodeLoad.State.LOADING:
            return
        for system, reading in readings.items():
            _apply(changes(load, system, reading))
        if load.schedule_id:
            fees.apply(load)
        load.state, load.done_at = CodeLoad.State.DONE, dates.now()
        load.save(update_fields=["state", "done_at"])


def _readings(load: CodeLoad) -> dict[str, Reading]:
    if load.blob is None:
        return {load.system: icd10.read()}
    content = bytes(load.blob.content)
    if load.system == System.HCPCS:
        codes, modifiers = hcpcs.read(content)
        return {System.HCPCS: codes, System.MODIFIER: modifiers}
    return {load.system: columns.read(content, load.columns)}


def changes(load: CodeLoad, system: str, reading: Reading) -> Changes:
    """What loading `reading` would do to the codes of `system` as they stand now."""
    found, on = Changes(), load.effective_on
    newest = {code.value: code for code in Code.objects.filter(system=system).order_by("since")}
    for row in {row.value: row for row in reading.rows}.values():
        code = newest.pop(row.value, None)
        if code is None:
            since = row.since or on
            until = row.until if row.until is None or row.until >= since else since
            found.new.append(Code(system=system, value=row.value, official=row.official, since=since, until=until))
        elif code.official == row.official and code.until == row.until:
            found.same += 1
        elif code.official == row.official or code.since >= on:
            code.official, code.until = row.official, row.until and max(row.until, code.since)
            found.corrected.append(code)
        else:
            found.changed.append(
                Code(
                    system=system, value=row.value, official=row.official, plain=code.plain, also=code.also, since=on,
                    until=row.until and max(row.until, on),
                )
            )  # fmt: skip
            found.ended.append(_ended(code, on))
    if load.complete:
        gone = (code for code in newest.values() if code.since < on and (code.until is None or code.until >= on))
        found.ended += [_ended(code, on) for code in gone]
    return found


def _ended(code: Code, on: date) -> Code:
    day = on - timedelta(days=1)
    code.until = day if code.until is None else min(code.until, day)
    return code


def _apply(found: Changes):
    Code.objects.bulk_create([*found.new, *found.changed], batch_size=PORTION)
    Code.objects.bulk_update([*found.ended, *found.corrected], ["official", "until"], batch_size=PORTION)
