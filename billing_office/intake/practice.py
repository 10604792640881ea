"""A practice's books, read whole before anything is written: people, payers, and the lines that were charged.

How rows hang together, from the exporter that writes this layout and from books it wrote:
- A claim names its patient, its primary and its secondary insurance. `0`, nothing, and the payer called NO_INSURANCE are
  the client.
- CHARGEID numbers the rows of a claim. A CHARGE opens a line; what follows, up to the claim's next CHARGE, belongs to it,
  wherever the rows stand in the file. Where the numbers begin anew within a claim, the file's order decides.
- All rows of a line carry its PROCEDURECODE, or none: one with another is no part of it (its charge is missing).
- A TRANSFERIN names in TRANSFEROUTID the CHARGEID of the TRANSFEROUT it answers; where it names none, it answers the last
  one that waits.
A row that depends on a refused row is refused too, saying so: no charge gets another's payments.
"""

import re
from collections import Counter, defaultdict
from datetime import timedelta
from itertools import zip_longest

from . import cells
from .cells import Broken
from .files import Folder, Refusal
from .rows import (
    CHARGE,
    CLIENT,
    PRIMARY,
    SECONDARY,
    Claim,
    Line,
    PatientRow,
    PayerRow,
    Row,
    Span,
    is_nobody,
    patient_row,
    payer_row,
    span,
    transaction_row,
)

TRANSACTIONS = "claims_transactions.csv"
TRANSITIONS = "payer_transitions.csv"
CODE_SYSTEMS = {
    "encounters.csv": "SNOMED-CT",
    "procedures.csv": "SNOMED-CT",
    "immunizations.csv": "CVX",
    "medications.csv": "RxNorm",
}
# SNOMED CT ends its names with the kind of concept; people do not.
_CONCEPT = re.compile(
    r"\s*\((procedure|regime/therapy|finding|disorder|situation|observable entity|environment|qualifier value|event)\)$"
)


class Practice:
    """`patients`, `payers` by id; `lines` by patient id; `refused` rows. Raises files.Unreadable."""

    def __init__(self, folder: Folder):
        self.folder = folder
        self.refused: list[Refusal] = []
        self.lost: dict[tuple[str, str], int] = {}  # (file, id) of refused rows → their line
        self.patients: dict[str, PatientRow] = self._table("patients.csv", patient_row)
        payers: dict[str, PayerRow] = self._table("payers.csv", payer_row)
        self.nobody = {p.id for p in payers.values() if is_nobody(p.name)}
        self.payers = {key: p for key, p in payers.items() if key not in self.nobody}
        self.last_payer = self._last_payers()
        self.spans = self._spans()
        self.visits = {row["ID"]: row["DESCRIPTION"] for _, row, _ in folder.rows("encounters.csv")}
        self.providers = {row["ID"]: row["NAME"] for _, row, _ in folder.rows("providers.csv")}
        self.code_systems = self._code_systems()
        self.claims: dict[str, Claim] = self._table("claims.csv", self._claim)
        self.first_row = ""
        self.lines: dict[str, list[Line]] = defaultdict(list)
        for claim, rows in self._rows_by_claim():
            self.lines[claim.patient] += self._lines(claim, rows)

    @property
    def beginning(self) -> list[str]:
        """What stays when the books grow, and tells them from other books: the first patient, claim and row."""
        return [next(iter(self.patients), ""), next(iter(self.claims), ""), self.first_row]

    def description(self, line: Line) -> str:
        """Plain words for what was done."""
        said = line.charge.notes or self.visits.get(line.claim.visit, "")
        return _CONCEPT.sub("", said)[:200] or f"Service {line.charge.code}".strip()

    def provider(self, line: Line) -> str:
        return next((self.providers[p] for p in line.charge.providers if p in self.providers), "")[:120]

    def refuse(self, file: str, line: int, why: str):
        self.refused.append(Refusal(file, line, why))

    # -- tables of people, payers and claims --

    def _table(self, name: str, make) -> dict:
        """Rows by id: the first of each id; broken ones and later ones of the same id are refused."""
        found: dict = {}
        for line, row, why in self.folder.rows(name):
            try:
                if why:
                    raise Broken(why)
                made = make(line, row)
                if made.id in found:
                    raise Broken(f"Id {made.id} stands at line {found[made.id].line} already")
                found[made.id] = made
            except Broken as error:
                self.lost.setdefault((name, row["ID"]), line)
                self.refuse(name, line, str(error))
        return found

    def _claim(self, line: int, row: dict[str, str]) -> Claim:
        key = cells.key("Id", row["ID"])
        patient = self._known(row["PATIENTID"], "patients.csv", self.patients, "patient")
        primary = self._payer(row["PRIMARYPATIENTINSURANCEID"])
        parties = {PRIMARY: primary, CLIENT: None}
        if secondary := self._payer(row["SECONDARYPATIENTINSURANCEID"]):
            parties[SECONDARY] = secondary
        return Claim(line, key, patient, row["APPOINTMENTID"], parties)

    def _payer(self, key: str) -> str | None:
        if key in ("", "0") or key in self.nobody:
            return None
        return self._known(key, "payers.csv", self.payers, "payer")

    def _known(self, key: str, name: str, table: dict, noun: str) -> str:
        if key in table:
            return key
        if line := self.lost.get((name, key)):
            raise Broken(f"its {noun} was refused ({name}, line {line})")
        raise Broken(f"{noun} {key[:100] or '(empty)'} is not in {name}")

    def _last_payers(self) -> dict[str, str]:
        """The payer each patient had last, by payer_transitions.csv."""
        last: dict[str, tuple[str, str]] = {}
        for line, row, why in self.folder.rows(TRANSITIONS):
            if why:
                self.refuse(TRANSITIONS, line, why)
            else:
                last[row["PATIENT"]] = max(last.get(row["PATIENT"], ("", "")), (row["START_YEAR"], row["PAYER"]))
        return {patient: payer for patient, (_, payer) in last.items()}

    def _spans(self) -> dict[str, list[Span]]:
        """Who insured each patient, by payer_transitions.csv; spans of one rank do not overlap."""
        found: dict[str, list[Span]] = defaultdict(list)
        for line, row, why in self.folder.rows(TRANSITIONS):
            if why or row["PATIENT"] not in self.patients:
                continue
            for rank, column in ((1, "PAYER"), (2, "SECONDARY_PAYER")):
                if row.get(column) in self.payers:
                    try:
                        found[row["PATIENT"]].append(span(line, row, row[column], rank))
                    except Broken as broken:
                        self.refuse(TRANSITIONS, line, str(broken))
                        break
        return {patient: _without_overlap(spans) for patient, spans in found.items()}

    def _code_systems(self) -> dict[str, str]:
        """Code → system. The transactions do not say; the file in which a code is at home does."""
        systems: dict[str, str] = {}
        for name, system in CODE_SYSTEMS.items():
            for _, row, _ in self.folder.rows(name):
                systems.setdefault(row["CODE"], system)
        return systems

    # -- transactions --

    def _rows_by_claim(self) -> list[tuple[Claim, list[Row]]]:
        rows: dict[str, list[Row]] = defaultdict(list)
        first: dict[str, int] = {}
        for line, cell, why in self.folder.rows(TRANSACTIONS):
            key = cell["CLAIMID"]
            self.first_row = self.first_row or cell["ID"]
            before = rows[key][-1].seq if rows[key] else -1
            try:
                self._known(key, "claims.csv", self.claims, "claim")
                row = transaction_row(line, cell, before, self.claims[key], why)
                if row.id in first:
                    row = Row(
                        line, row.id, row.seq, row.type, why=f"ID {row.id} stands at line {first[row.id]} already"
                    )
                first.setdefault(row.id, line)
                rows[key].append(row)
            except Broken as error:
                self.refuse(TRANSACTIONS, line, str(error))
        return [(self.claims[key], found) for key, found in rows.items() if found]

    def _lines(self, claim: Claim, rows: list[Row]) -> list[Line]:
        if max(Counter(row.seq for row in rows if row.type == CHARGE and not row.after).values(), default=1) == 1:
            rows.sort(key=lambda row: (row.seq, row.after, row.type != CHARGE, row.line))
        lines: list[Line] = []
        lost: Row | None = None
        for row in rows:
            if row.why:
                self.refuse(TRANSACTIONS, row.line, row.why)
                lost = row if row.type == CHARGE else lost
            elif row.type == CHARGE:
                lines.append(Line(claim, row))
                lost = None
            elif lost:
                self.refuse(TRANSACTIONS, row.line, f"its charge was refused (line {lost.line})")
            elif not lines:
                self.refuse(TRANSACTIONS, row.line, "no charge comes before it in its claim")
            elif row.code and lines[-1].charge.code not in ("", row.code):
                why = f"PROCEDURECODE {row.code} is not that of the charge before it (line {lines[-1].charge.line})"
                self.refuse(TRANSACTIONS, row.line, why)
            else:
                lines[-1].rows.append(row)
        return lines


def _without_overlap(spans: list[Span]) -> list[Span]:
    """In the order of their days; one that goes on into the next of its rank ends the day before it begins."""
    found: list[Span] = []
    for rank in (1, 2):
        mine = sorted((one for one in spans if one.rank == rank), key=lambda one: one.since)
        for one, following in zip_longest(mine, mine[1:]):
            cut = following and following.since - timedelta(days=1)
            until = min(filter(None, (one.until, cut)), default=None)
            if until is None or until >= one.since:
                found.append(one.ending(until))
    return found
