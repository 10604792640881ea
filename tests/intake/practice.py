"""A seeded writer of practices' books in the Synthea CSV layout: the same seed writes the same bytes.

`Books` is a pen: patients, claims, charges and what befalls them, one call each. `some_practice` fills books with every kind
of row there is. Cells can be spoiled before `write`: `books.transactions[3]["AMOUNT"] = "NaN"`.
"""

import csv
import random
import uuid
from datetime import date, timedelta
from pathlib import Path

COLUMNS = {
    "patients": (
        "Id,BIRTHDATE,DEATHDATE,SSN,DRIVERS,PASSPORT,PREFIX,FIRST,LAST,SUFFIX,MAIDEN,MARITAL,RACE,ETHNICITY,GENDER,BIRTHPLACE,"
        "ADDRESS,CITY,STATE,COUNTY,ZIP,LAT,LON,HEALTHCARE_EXPENSES,HEALTHCARE_COVERAGE"
    ),
    "payers": "Id,NAME,ADDRESS,CITY,STATE_HEADQUARTERED,ZIP,PHONE,AMOUNT_COVERED",
    "payer_transitions": "PATIENT,MEMBERID,START_YEAR,END_YEAR,PAYER,SECONDARY_PAYER,OWNERSHIP,OWNERNAME",
    "encounters": "Id,START,STOP,PATIENT,ORGANIZATION,PROVIDER,PAYER,ENCOUNTERCLASS,CODE,DESCRIPTION",
    "claims": (
        "Id,PATIENTID,PROVIDERID,PRIMARYPATIENTINSURANCEID,SECONDARYPATIENTINSURANCEID,APPOINTMENTID,SERVICEDATE"
    ),
    "claims_transactions": (
        "ID,CLAIMID,CHARGEID,PATIENTID,TYPE,AMOUNT,METHOD,FROMDATE,TODATE,PLACEOFSERVICE,PROCEDURECODE,MODIFIER1,MODIFIER2,"
        "DIAGNOSISREF1,DIAGNOSISREF2,DIAGNOSISREF3,DIAGNOSISREF4,UNITS,DEPARTMENTID,NOTES,UNITAMOUNT,TRANSFEROUTID,"
        "TRANSFERTYPE,PAYMENTS,ADJUSTMENTS,TRANSFERS,OUTSTANDING,APPOINTMENTID,LINENOTE,PATIENTINSURANCEID,FEESCHEDULEID,"
        "PROVIDERID,SUPERVISINGPROVIDERID"
    ),
    "providers": "Id,ORGANIZATION,NAME",
}
SERVICES = [("185345009", "Encounter for symptom"), ("428211000124100", "Assessment of substance use (procedure)")]


class Books:
    """Tables of one practice: lists of dicts, in the order of writing. Line n of a file is row n - 2."""

    def __init__(self, seed: int = 1):
        self.random = random.Random(seed)  # noqa: S311
        self.patients, self.payers, self.transitions, self.encounters = [], [], [], []
        self.claims, self.transactions, self.providers = [], [], []
        self.number = 0
        self.nobody = self.payer("NO_INSURANCE")
        self.doctor = self.id()
        self.providers.append({"Id": self.doctor, "NAME": "Jodie811 Núñez220"})

    def id(self) -> str:
        return str(uuid.UUID(int=self.random.getrandbits(128), version=4))

    def payer(self, name: str) -> str:
        self.payers.append(
            {"Id": self.id(), "NAME": name, "CITY": "Hartford", "STATE_HEADQUARTERED": "CT", "ZIP": "6156"}
        )
        return self.payers[-1]["Id"]

    def patient(self, first="Anna12", last="Kowalski34", payer: str = "", **cells) -> str:
        row = {
            "Id": self.id(), "BIRTHDATE": "1970-02-03", "SSN": "999-55-1234", "DRIVERS": "S99912345", "PASSPORT": "X87654321X",
            "FIRST": first, "LAST": last, "ADDRESS": "784 Stamm Lock Unit 46", "CITY": "Somerville", "STATE": "Massachusetts",
            "ZIP": "02155",
        }  # fmt: skip
        self.patients.append(row | cells)
        self.transitions.append(
            {"PATIENT": row["Id"], "START_YEAR": "2019-01-01T00:00:00Z", "PAYER": payer or self.nobody}
        )
        return row["Id"]

    def claim(self, patient: str, primary: str = "0", secondary: str = "0", on="2024-03-04") -> "ClaimPen":
        visit = self.id()
        self.encounters.append({"Id": visit, "PATIENT": patient, "CODE": SERVICES[0][0], "DESCRIPTION": SERVICES[0][1]})
        self.claims.append({
            "Id": self.id(), "PATIENTID": patient, "PRIMARYPATIENTINSURANCEID": primary,
            "SECONDARYPATIENTINSURANCEID": secondary, "APPOINTMENTID": visit, "SERVICEDATE": f"{on}T09:30:00Z",
        })  # fmt: skip
        return ClaimPen(self, self.claims[-1], on)

    def write(self, folder: Path) -> Path:
        folder.mkdir(parents=True, exist_ok=True)
        tables = {"payer_transitions": self.transitions, "claims_transactions": self.transactions}
        for name, columns in COLUMNS.items():
            with (folder / f"{name}.csv").open("w", newline="", encoding="utf-8") as file:
                writer = csv.DictWriter(file, columns.split(","), lineterminator="\n")
                writer.writeheader()
                writer.writerows(tables[name] if name in tables else getattr(self, name))
        return folder

    def line_of(self, row: dict) -> int:
        return next(n for n, other in enumerate(self.transactions, 2) if other is row)


class ClaimPen:
    """Writes the rows of one claim, each next in the books' numbering. Every call returns its row (transfer: both)."""

    def __init__(self, books: Books, claim: dict, on: str):
        self.books, self.claim, self.on = books, claim, on
        self.service = SERVICES[0]

    def charge(self, amount: str, service=SERVICES[0], **cells) -> dict:
        self.books.number += 1  # the exporter leaves a gap before each charge
        self.service = service
        side = "p" if self.claim["PRIMARYPATIENTINSURANCEID"] in ("", "0", self.books.nobody) else "1"
        return self.row("CHARGE", **{"AMOUNT": amount, "UNITAMOUNT": amount, "TRANSFERTYPE": side} | cells)

    def pay(self, amount: str, method="CASH", **cells) -> dict:
        return self.row("PAYMENT", **{"PAYMENTS": amount, "METHOD": method} | cells)

    def adjust(self, amount: str, **cells) -> dict:
        return self.row("ADJUSTMENT", **{"ADJUSTMENTS": amount, "METHOD": "SYSTEM"} | cells)

    def transfer(self, amount: str, to="p") -> tuple[dict, dict]:
        out = self.row("TRANSFEROUT", TRANSFERS=amount)
        answer = {"AMOUNT": amount, "TRANSFERS": amount, "TRANSFEROUTID": out["CHARGEID"], "TRANSFERTYPE": to}
        return out, self.row("TRANSFERIN", **answer)

    def row(self, kind: str, **cells) -> dict:
        row = {
            "ID": self.books.id(), "CLAIMID": self.claim["Id"], "CHARGEID": str(self.books.number),
            "PATIENTID": self.claim["PATIENTID"], "TYPE": kind, "FROMDATE": f"{self.on}T09:30:00Z", "UNITS": "1",
            "TODATE": f"{self.on}T10:00:00Z", "PROCEDURECODE": self.service[0], "NOTES": self.service[1],
            "PROVIDERID": self.books.doctor, "SUPERVISINGPROVIDERID": self.books.doctor,
        }  # fmt: skip
        self.books.number += 1
        self.books.transactions.append(row | cells)
        return self.books.transactions[-1]


def some_practice(seed: int = 1, patients: int = 5) -> Books:
    """Books with all kinds of rows, insured and not, once and twice, paid short, in full and too much."""
    books = Books(seed)
    payers = [books.payer(name) for name in ("Medicaid", "Aetna", "Cigna Health")]
    for n in range(patients):
        payer = books.random.choice([*payers, "0", books.nobody])
        patient = books.patient(f"Ann{n}", f"Ng{seed}", payer=payer if payer != "0" else "")
        for _ in range(books.random.randint(1, 4)):
            second = books.random.choice([p for p in payers if p != payer]) if payer in payers else "0"
            day = date(2020, 1, 1) + timedelta(books.random.randint(0, 1500))
            claim = books.claim(patient, payer, books.random.choice(["0", second]), on=str(day))
            for _ in range(books.random.randint(1, 3)):
                _some_line(claim, books.random)
    return books


def _some_line(claim: ClaimPen, rng: random.Random):
    left = rng.choice([0, rng.randint(100, 90000), rng.randint(5000, 20000)])
    claim.charge(money(left), service=rng.choice(SERVICES))
    if not left:
        return
    insured = claim.claim["PRIMARYPATIENTINSURANCEID"] not in ("0", claim.books.nobody)
    if insured and rng.random() < 0.4:
        copay = rng.choice([2000, 7500])
        claim.pay(money(copay), "COPAY")
        left = max(0, left - copay)
    if left and rng.random() < 0.4:
        off = rng.randint(1, left)
        claim.adjust(money(off))
        left -= off
    if insured and rng.random() < 0.6:
        left = _paid(claim, rng, left, "ECHECK")
    if left and claim.claim["SECONDARYPATIENTINSURANCEID"] != "0":
        claim.transfer(money(left), to="2")
        left = _paid(claim, rng, left, "ECHECK")
    if left and insured:
        moved = rng.choice([left, rng.randint(1, left)])
        claim.transfer(money(moved))
        left = moved
    if rng.random() < 0.8:
        _paid(claim, rng, left, rng.choice(["CASH", "CHECK", "CC"]))


def _paid(claim: ClaimPen, rng: random.Random, left: int, method: str) -> int:
    paid = rng.choice([left, rng.randint(0, left), left + rng.randint(0, 900)])
    claim.pay(money(paid), method)
    return max(0, left - paid)


def money(cents: int) -> str:
    return f"{cents // 100}.{cents % 100:02d}"
