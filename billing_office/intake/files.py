"""The files of a practice's books in the Synthea CSV layout: which there must be, with which columns, and their rows."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

NEEDED = {
    "patients.csv": "Id BIRTHDATE DEATHDATE FIRST LAST ADDRESS CITY STATE ZIP",
    "payers.csv": "Id NAME",
    "payer_transitions.csv": "PATIENT START_YEAR PAYER",
    "encounters.csv": "Id CODE DESCRIPTION",
    "claims.csv": "Id PATIENTID PRIMARYPATIENTINSURANCEID SECONDARYPATIENTINSURANCEID APPOINTMENTID",
    "claims_transactions.csv": (
        "ID CLAIMID CHARGEID PATIENTID TYPE AMOUNT METHOD FROMDATE PROCEDURECODE UNITS NOTES TRANSFEROUTID TRANSFERTYPE"
        " PAYMENTS ADJUSTMENTS TRANSFERS PROVIDERID SUPERVISINGPROVIDERID"
    ),
}  # fmt: skip
# Read where they are, for names and code systems; books that were exported without them import as well.
OPTIONAL = {
    "providers.csv": "Id NAME",
    "procedures.csv": "CODE",
    "immunizations.csv": "CODE",
    "medications.csv": "CODE",
}
# Columns that some exporters write, and we read where they are.
EXTRA = {
    "payers.csv": "ADDRESS CITY STATE_HEADQUARTERED ZIP PHONE OWNERSHIP",
    "payer_transitions.csv": "MEMBERID END_YEAR SECONDARY_PAYER",
}


class Unreadable(Exception):
    """The books cannot be read as a whole: one sentence for the person at the terminal. Nothing was done."""


@dataclass(frozen=True, order=True)
class Refusal:
    """One row that was left out: line as an editor counts it, the header being line 1."""

    file: str
    line: int
    why: str


class Folder:
    """A practice's directory. Raises Unreadable at once when a file or a column is missing."""

    def __init__(self, path: Path):
        self.path = path
        if not path.is_dir():
            raise Unreadable(f"{path} is no directory.")
        missing = [name for name in NEEDED if not (path / name).is_file()]
        if missing:
            raise Unreadable(f"{path} has no {', no '.join(missing)}.")
        self.columns = {name: columns.split() for name, columns in NEEDED.items()}
        self.columns |= {name: columns.split() for name, columns in OPTIONAL.items() if (path / name).is_file()}
        for name in self.columns:
            next(self._records(name))

    def rows(self, name: str) -> Iterator[tuple[int, dict[str, str], str]]:
        """Line, cells by column in capitals, stripped, and what is wrong with the row's length (or nothing).

        A row of another length than the header is read from the left as far as it goes: it must not be taken, but its
        first cells tell where it belongs. A file that is optional and absent has no rows.
        """
        if name not in self.columns:
            return
        records = self._records(name)
        header = next(records)[1]
        wanted = {column.upper() for column in [*self.columns[name], *EXTRA.get(name, "").split()]}
        places = [(place, column) for place, column in enumerate(header) if column in wanted]
        for line, cells in records:
            why = "" if len(cells) == len(header) else f"has {len(cells)} cells where the header has {len(header)}"
            yield line, {column: cells[place].strip() if place < len(cells) else "" for place, column in places}, why

    def _records(self, name: str) -> Iterator[tuple[int, list[str]]]:
        """Line and cells of each record that is not blank: first the header, checked, in capitals."""
        header = None
        try:
            with (self.path / name).open(encoding="utf-8-sig", newline="") as file:
                reader, before = csv.reader(file, strict=True), 0
                for cells in reader:
                    line, before = before + 1, reader.line_num
                    if header is None:
                        header = self._header(name, cells)
                        yield line, header
                    elif any(cells):
                        yield line, cells
        except UnicodeDecodeError as error:
            raise Unreadable(f"{name} is not text in UTF-8.") from error
        except csv.Error as error:
            raise Unreadable(f"{name} is no CSV, at line {reader.line_num}: {error}.") from error
        except OSError as error:
            raise Unreadable(f"{name} cannot be read: {error.strerror}.") from error
        if header is None:
            raise Unreadable(f"{name} is empty: it has no header.")

    def _header(self, name: str, cells: list[str]) -> list[str]:
        header = [cell.strip().upper() for cell in cells]
        missing = [column for column in self.columns[name] if column.upper() not in header]
        if missing:
            raise Unreadable(f"{name} has no column {', no '.join(missing)}.")
        return header
