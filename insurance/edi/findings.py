"""What a reader has to say about a file, each with its place."""

from dataclasses import dataclass

LIMIT = 5_000  # a file of nothing but faults is told with so many and a last word


@dataclass(frozen=True, slots=True)
class Finding:
    """`interchange` counts from 1 in the file (0: the file), `segment` from 1 at its ISA (0: all of it)."""

    severity: str  # "error": something was lost or contradicts itself; "warning": it was understood all the same
    interchange: int
    segment: int
    message: str


class Findings(list):
    """The findings of one file, in the order of their making."""

    def note(self, severity: str, interchange: int, segment: int, message: str):
        if len(self) < LIMIT:
            self.append(Finding(severity, interchange, segment, message))
        elif len(self) == LIMIT:
            self.append(Finding("error", interchange, segment, "There are more findings than can be listed."))

    def of(self, interchange: int) -> "Notes":
        return Notes(self, interchange)


class Notes:
    """The findings of one interchange: `error(segment, message)` and `warning(segment, message)`."""

    def __init__(self, findings: Findings, interchange: int):
        self.findings, self.interchange = findings, interchange

    def error(self, segment: int, message: str):
        self.findings.note("error", self.interchange, segment, message)

    def warning(self, segment: int, message: str):
        self.findings.note("warning", self.interchange, segment, message)


def quoted(text: str, length: int = 40) -> str:
    """Text of a file for a message: short, and without what could command a terminal."""
    shown = "".join(c if c.isprintable() else "·" for c in text[: length + 1])
    return f"“{shown[:length]}…”" if len(shown) > length else f"“{shown}”"
