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
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from . import cells
from .cells import Broken
from .files import Folder, Refusal

CHARGE, PAYMENT, ADJUSTMENT, OUT, IN = TYPES = ("CHARGE", "PAYMENT", "ADJUSTMENT", "TRANSFEROUT", "TRANSFERIN")
CLIENTS_METHODS = ("COPAY", "CASH", "CHECK", "CC")
METHODS = (*CLIENTS_METHODS, "ECHECK", "SYSTEM")
PRIMARY, SECONDARY, CLIENT = "1", "2", "P"  # TRANSFERTYPE
TRANSACTIONS = "claims_transactions.csv"

# The column of a row's amount; where it is empty, AMOUNT.
AMOUNTS = {CHARGE: "AMOUNT", PAYMENT: "PAYMENTS", ADJUSTMENT: "ADJUSTMENTS", OUT: "TRANSFERS", IN: "TRANSFERS"}
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


@dataclass(frozen=True, slots=True)
class PatientRow:
    line: int
    id: str
    first_name: str
    last_name: str
    birth_date: date
    deceased_on: date | None
    street: str
    city: str
    region: str
    postcode: str


@dataclass(frozen=True, slots=True)
class PayerRow:
    line: int
    id: str
    name: str
    government: bool
    street: str
    city_line: str
    phone: str


@dataclass(frozen=True, slots=True)
class Claim:
    """`parties` says which payer (its id in the books; None: the client) each TRANSFERTYPE means on this claim."""

    line: int
    id: str
    patient: str
    visit: str
    parties: dict[str, str | None]


@dataclass(frozen=True, slots=True)
class Row:
    """One row of claims_transactions.csv. `why` is set when it is refused."""

    line: int
    id: str
    seq: int
    type: str
    on: date | None = None
    cents: int = 0
    method: str = ""
    side: str = ""  # TRANSFERTYPE
    answers: int | None = None  # TRANSFEROUTID
    code: str = ""
    notes: str = ""
    units: Decimal = Decimal(1)
    providers: tuple[str, ...] = ()
    why: str = ""


@dataclass(slots=True)
class Line:
    """One charged service with what befell it, in order."""

    claim: Claim
    charge: Row
    rows: list[Row] = field(default_factory=list)


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
        for line, row, why in self.folder.rows("payer_transitions.csv"):
            if why:
                self.refuse("payer_transitions.csv", line, why)
            else:
                last[row["PATIENT"]] = max(last.get(row["PATIENT"], ("", "")), (row["START_YEAR"], row["PAYER"]))
        return {patient: payer for patient, (_, payer) in last.items()}

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
        if max(Counter(row.seq for row in rows if row.type == CHARGE).values(), default=1) == 1:
            rows.sort(key=lambda row: (row.seq, row.type != CHARGE, row.line))
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


def patient_row(line: int, row: dict[str, str]) -> PatientRow:
    born = cells.day("BIRTHDATE", row["BIRTHDATE"])
    died = cells.day("DEATHDATE", row["DEATHDATE"]) if row["DEATHDATE"] else None
    if died and died < born:
        raise Broken(f"DEATHDATE {died} is before BIRTHDATE {born}")
    return PatientRow(
        line,
        cells.key("Id", row["ID"]),
        cells.text("FIRST", row["FIRST"], 80),
        cells.text("LAST", row["LAST"], 80, needed=True),
        born,
        died,
        cells.text("ADDRESS", row["ADDRESS"], 120),
        cells.text("CITY", row["CITY"], 80),
        cells.text("STATE", row["STATE"], 40),
        cells.text("ZIP", row["ZIP"], 16),
    )


def payer_row(line: int, row: dict[str, str]) -> PayerRow:
    region = " ".join(part for part in [row.get("STATE_HEADQUARTERED", ""), row.get("ZIP", "")] if part)
    name = cells.text("NAME", row["NAME"], 120, needed=True)
    return PayerRow(
        line,
        cells.key("Id", row["ID"]),
        name,
        is_government(name, row.get("OWNERSHIP", "")),
        cells.text("ADDRESS", row.get("ADDRESS", ""), 120),
        cells.text("CITY", ", ".join(part for part in [row.get("CITY", ""), region] if part), 120),
        cells.text("PHONE", row.get("PHONE", ""), 40),
    )


def is_nobody(name: str) -> bool:
    return name.replace("_", " ").casefold() == "no insurance"


def is_government(name: str, ownership: str) -> bool:
    """By OWNERSHIP where the books have that column, else by name: Medicare, Medicaid, Dual Eligible (both of them), TRICARE."""
    if ownership:
        return ownership.casefold() == "government"
    return any(word in name.casefold() for word in ("medicare", "medicaid", "dual eligible", "tricare"))


def transaction_row(line: int, cell: dict[str, str], before: int, claim: Claim, why: str) -> Row:
    """The row; where its cells are wrong, one with `why`, in its place within the claim (after `before`, if it has no number)."""
    kind, place = cell["TYPE"].upper(), before
    try:
        place = cells.number("CHARGEID", cell["CHARGEID"])
        if why:
            raise Broken(why)
        key = cells.key("ID", cell["ID"])
        if kind not in TYPES:
            raise Broken(f"TYPE {kind[:40]!r} is none of {', '.join(TYPES)}")
        if cell["PATIENTID"] != claim.patient:
            raise Broken(f"PATIENTID {cell['PATIENTID'][:100] or '(empty)'} is not its claim's patient")
        side, method = cell["TRANSFERTYPE"].upper(), cell["METHOD"].upper()
        if side not in (PRIMARY, SECONDARY, CLIENT) and (side or kind == IN):
            raise Broken(f"TRANSFERTYPE {side[:40]!r} is none of 1, 2, p")
        if side and side not in claim.parties:
            raise Broken("its claim has no secondary insurance")
        if kind == PAYMENT and method not in METHODS:
            raise Broken(f"METHOD {method[:40]!r} is none of {', '.join(METHODS)}")
        return Row(
            line,
            key,
            place,
            kind,
            cells.day("FROMDATE", cell["FROMDATE"]),
            _amount(kind, cell),
            method,
            side,
            cells.number("TRANSFEROUTID", cell["TRANSFEROUTID"]) if kind == IN and cell["TRANSFEROUTID"] else None,
            cells.text("PROCEDURECODE", cell["PROCEDURECODE"], 20),
            cells.text("NOTES", cell["NOTES"][:400], 400) if kind == CHARGE else "",
            cells.units("UNITS", cell["UNITS"]) if kind == CHARGE else Decimal(1),
            (cell["PROVIDERID"], cell["SUPERVISINGPROVIDERID"]),
        )
    except Broken as error:
        return Row(line, cell["ID"], place, CHARGE if _opens_a_line(cell) else kind, why=str(error))


def _opens_a_line(cell: dict[str, str]) -> bool:
    """Whether a row, broken as it may be, was a charge: then what follows it is not the former charge's."""
    if cell["TYPE"].upper() in TYPES:
        return cell["TYPE"].upper() == CHARGE
    return not any(cell[name] for name in ("METHOD", "PAYMENTS", "TRANSFERS", "TRANSFEROUTID"))


def _amount(kind: str, cell: dict[str, str]) -> int:
    name = AMOUNTS[kind] if cell[AMOUNTS[kind]] else "AMOUNT"
    if not cell[name]:
        raise Broken(f"{AMOUNTS[kind]} is empty")
    amount = cells.cents(name, cell[name])
    if kind == IN and cell["AMOUNT"] and cells.cents("AMOUNT", cell["AMOUNT"]) != amount:
        raise Broken(f"AMOUNT {cell['AMOUNT']} and TRANSFERS {cell['TRANSFERS']} differ")
    return amount
