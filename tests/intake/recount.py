"""What books come to, counted a second time straight from the CSV, sharing nothing with the import but the rules in words."""

import csv
from collections import Counter, defaultdict
from decimal import Decimal
from pathlib import Path

CLIENT = "client"


def table(folder: Path, name: str) -> list[dict[str, str]]:
    with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def by_patient(folder: Path, without=frozenset()) -> dict[str, Counter]:
    """Sums in Decimal by patient id: charges, charged, paid, adjusted, transferred, outstanding, credits, houses, and what
    is open at whom under ("open", payer id or "client"). `without`: row ids that are left out.
    """
    nobody = {"", "0"} | {row["Id"] for row in table(folder, "payers") if row["NAME"] == "NO_INSURANCE"}
    claims = {row["Id"]: row for row in table(folder, "claims")}
    sums: dict[str, Counter] = defaultdict(Counter)
    rows = [row for row in table(folder, "claims_transactions") if row["ID"] not in without]
    rows.sort(key=lambda row: (row["CLAIMID"], int(row["CHARGEID"])))
    line: list[dict] = []
    for row in [*rows, None]:
        if line and (row is None or row["TYPE"] == "CHARGE"):
            claim = claims[line[0]["CLAIMID"]]
            names = {"1": claim["PRIMARYPATIENTINSURANCEID"], "2": claim["SECONDARYPATIENTINSURANCEID"], "p": CLIENT}
            sides = {side: CLIENT if name in nobody else name for side, name in names.items()}
            count_line(line, sides, sums[line[0]["PATIENTID"]])
            line = []
        if row:
            line.append(row)
    return sums


def count_line(line: list[dict], sides: dict[str, str], sums: Counter):
    charge = Decimal(line[0]["AMOUNT"])
    if charge:
        sums["charges"] += 1
    at, holder = Counter({sides[line[0]["TRANSFERTYPE"]]: charge}), sides[line[0]["TRANSFERTYPE"]]
    sums["charged"] += charge
    for row in line[1:]:
        if row["TYPE"] == "TRANSFERIN":
            target = sides[row["TRANSFERTYPE"]]
            if target != holder:
                whole = sum(at.values())
                moved = min(Decimal(row["TRANSFERS"]), whole - at[target])
                sums["transferred"] += moved
                lower(at, moved, [holder, *(p for p in at if p not in (holder, target))])
                at[target] += moved
            holder = target
        elif row["TYPE"] == "ADJUSTMENT":
            amount = Decimal(row["ADJUSTMENTS"])
            sums["adjusted"] += amount
            sums["credits"] += lower(at, amount, [holder, *at])
        elif row["TYPE"] == "PAYMENT":
            amount = Decimal(row["PAYMENTS"])
            insured = row["METHOD"] in ("ECHECK", "SYSTEM")
            payer = (holder if holder != CLIENT else sides["1"]) if insured else CLIENT
            above = lower(at, amount, [payer, holder, *at])
            sums["paid"] += amount - (above if payer != CLIENT else 0)
            sums["houses" if payer != CLIENT else "credits"] += above
    for party, amount in at.items():
        sums["outstanding"] += amount
        sums["open", party] += amount


def lower(at: Counter, amount: Decimal, order: list[str]) -> Decimal:
    """Take `amount` off, in order, never below zero; returns what found nothing to lower."""
    for party in list(dict.fromkeys(order)):
        part = min(amount, at[party])
        at[party] -= part
        amount -= part
    return amount


def whole(folder: Path, without=frozenset()) -> dict[str, str]:
    """The sums of all patients as the command prints them."""
    names = ("charged", "paid", "adjusted", "transferred", "outstanding", "credits")
    found = by_patient(folder, without)
    return {name: f"{sum((s[name] for s in found.values()), Decimal(0)):.2f}" for name in names}
