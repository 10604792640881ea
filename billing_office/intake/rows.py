"""One row of each file that matters: what it is in our words, and what makes it Broken."""

import re
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal

from . import cells
from .cells import Broken

CHARGE, PAYMENT, ADJUSTMENT, OUT, IN = TYPES = ("CHARGE", "PAYMENT", "ADJUSTMENT", "TRANSFEROUT", "TRANSFERIN")
CLIENTS_METHODS = ("COPAY", "CASH", "CHECK", "CC")
METHODS = (*CLIENTS_METHODS, "ECHECK", "SYSTEM")
PRIMARY, SECONDARY, CLIENT = "1", "2", "P"  # TRANSFERTYPE

_YEAR = re.compile(r"(19|20|21)\d\d", re.ASCII)

# The column of a row's amount; where it is empty, AMOUNT.
AMOUNTS = {CHARGE: "AMOUNT", PAYMENT: "PAYMENTS", ADJUSTMENT: "ADJUSTMENTS", OUT: "TRANSFERS", IN: "TRANSFERS"}


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
class Span:
    """Who insured a patient at a rank, both days included; `until` is None when it goes on. `payer` is its id in the books."""

    line: int
    patient: str
    payer: str
    rank: int
    since: date
    until: date | None
    member: str

    @property
    def key(self) -> str:
        return f"{self.patient}:{self.since}:{self.rank}"

    def ending(self, until: date | None) -> "Span":
        return replace(self, until=until)


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
    """One row of claims_transactions.csv. `why` is set when it is refused; `after`: it has no number of its own, `seq` is
    that of the row before it in the file."""

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
    after: bool = False


@dataclass(slots=True)
class Line:
    """One charged service with what befell it, in order."""

    claim: Claim
    charge: Row
    rows: list[Row] = field(default_factory=list)


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


def span(line: int, row: dict[str, str], payer: str, rank: int) -> Span:
    """A span ends when the next begins, so its last day is the one before; older books write years instead of days."""
    first, last = row["START_YEAR"], row.get("END_YEAR", "")
    since = date(cells.number("START_YEAR", first), 1, 1) if _YEAR.fullmatch(first) else cells.day("START_YEAR", first)
    until = None
    if _YEAR.fullmatch(last):
        until = date(cells.number("END_YEAR", last), 12, 31)
    elif last:
        until = max(since, cells.day("END_YEAR", last) - timedelta(days=1))
    if until and until < since:
        raise Broken(f"END_YEAR {until} is before START_YEAR {since}")
    member = cells.text("MEMBERID", row.get("MEMBERID", ""), 40) if rank == 1 else ""
    return Span(line, row["PATIENT"], payer, rank, since, until, member)


def is_nobody(name: str) -> bool:
    return name.replace("_", " ").casefold() == "no insurance"


def is_government(name: str, ownership: str) -> bool:
    """By OWNERSHIP where the books have that column, else by name: Medicare, Medicaid, Dual Eligible (both of them), TRICARE."""
    if ownership:
        return ownership.casefold() == "government"
    return any(word in name.casefold() for word in ("medicare", "medicaid", "dual eligible", "tricare"))


def transaction_row(line: int, cell: dict[str, str], before: int, claim: Claim, why: str) -> Row:
    """The row; where it is broken (its length said so in `why`, or its cells do) one with `why`, in its place in the claim:
    that of its number, or without one after `before`, the number of the row before it."""
    kind, place, after = cell["TYPE"].upper(), before, True
    try:
        place = cells.number("CHARGEID", cell["CHARGEID"])
        after = False
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
        kind = CHARGE if _opens_a_line(cell) else kind
        return Row(line, cell["ID"], place, kind, why=str(error), after=after)


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
