"""EDI files from the command line: reading them, and their findings on paper."""

from argparse import ArgumentParser
from pathlib import Path

from django.core.management.base import CommandError

from insurance.edi.findings import Finding

LIMIT = 200_000_000  # bytes; a file of claims for a year has less


def add_arguments(parser: ArgumentParser):
    parser.add_argument("file", type=Path)
    parser.add_argument("--json", action="store_true", help="print the result as JSON")


def read(path: Path) -> bytes:
    """Raises CommandError in one line when there is nothing to read."""
    try:
        if path.stat().st_size > LIMIT:
            raise CommandError(f"{path} is larger than {LIMIT // 1_000_000} MB.")
        return path.read_bytes()
    except OSError as error:
        raise CommandError(f"{path} cannot be read: {error.strerror}.") from error
    except ValueError as error:
        raise CommandError("The name of the file holds a character that no file may have.") from error


def refuse(path: Path):
    raise CommandError(f"{path} is no X12: no ISA segment was found in it.", returncode=2)


def as_json(findings: list[Finding]) -> list[dict]:
    return [
        {"severity": each.severity, "interchange": each.interchange, "segment": each.segment, "message": each.message}
        for each in findings
    ]


def as_text(findings: list[Finding]) -> list[str]:
    if not findings:
        return ["No findings."]
    return [f"{each.severity:8}{place(each)}: {each.message}" for each in findings]


def place(finding: Finding) -> str:
    if not finding.interchange:
        return "the file"
    return f"interchange {finding.interchange}" + (f", segment {finding.segment}" if finding.segment else "")


def safe_lines(lines: list[str]) -> str:
    """Text of a file for a terminal: without what could command it."""
    return "\n".join("".join(c if c.isprintable() else "·" for c in line) for line in lines)
