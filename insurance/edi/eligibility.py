"""What question (270) and answer (271) share: traces, days, the way their sets begin."""

from dataclasses import dataclass

from .findings import Notes
from .segments import Segment
from .values import Days, days

VERSION = "005010X279A1"


@dataclass(frozen=True)
class Trace:
    """TRN: `number` comes back as it was sent. `kind` 1: the asker's own, 2: the asker's, sent back; `by` is who gave it."""

    kind: str
    number: str
    by: str = ""
    part: str = ""


@dataclass(frozen=True)
class Procedure:
    """A service by its code: `qualifier` HC for CPT and HCPCS, AD for dental, N4 for drugs …"""

    qualifier: str
    code: str
    modifiers: tuple[str, ...] = ()


def traces(segments: list[Segment]) -> tuple[Trace, ...]:
    found = (segment for segment in segments if segment.name == "TRN")
    return tuple(Trace(segment.get(1), segment.get(2), segment.get(3), segment.get(4)) for segment in found)


def of_trace(trace: Trace) -> list[str]:
    return ["TRN", trace.kind, trace.number, trace.by, trace.part]


def all_days(segments: list[Segment], notes: Notes) -> tuple[Days, ...]:
    return tuple(found for each in segments if each.name == "DTP" and (found := days(each, notes)) is not None)


def procedure(segment: Segment, at: int) -> Procedure | None:
    parts = segment.parts(at)
    return Procedure(parts[0], parts[1] if len(parts) > 1 else "", parts[2:6]) if parts else None


def of_procedure(procedure: Procedure | None) -> tuple[str, ...]:
    return (procedure.qualifier, procedure.code, *procedure.modifiers) if procedure else ()


def reference(segments: list[Segment]) -> str:
    """BHT03, which an answer repeats from its question."""
    return next((segment.get(3) for segment in segments if segment.name == "BHT"), "")
