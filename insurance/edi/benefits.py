"""The EB loop of a 271: one benefit with its amounts, limits, messages and the parties it names."""

from dataclasses import dataclass, field

from . import eligibility, parties
from .eligibility import Procedure
from .findings import Notes
from .parties import Party, Reference
from .segments import Segment
from .values import Days, amount, cents, days, number, of_days
from .writer import Element

OF_AN_ENTITY = ("NM1", "N3", "N4", "PER", "PRV")


@dataclass(frozen=True)
class Rejection:
    """AAA: `code` (AAA03) says why, `follow_up` (AAA04) what to do; `where` is source, receiver, subscriber, dependent, or
    benefit when it stands in an EB loop. `valid` (AAA01): Y the question was well-formed, yet could not be answered."""

    code: str
    follow_up: str
    where: str
    valid: str = ""
    segment: int = field(default=0, compare=False)


@dataclass(frozen=True)
class Delivery:
    """HSD: how often a benefit may be used; `quantity` and `periods` are decimal numbers."""

    quantity_qualifier: str = ""
    quantity: str = ""
    per: str = ""
    frequency: str = ""
    period: str = ""
    periods: str = ""
    pattern: str = ""
    time: str = ""


@dataclass(frozen=True)
class Detail:
    """III: place of service (`qualifier` ZZ) or diagnosis that a benefit is bound to, or a text."""

    qualifier: str = ""
    code: str = ""
    category: str = ""
    text: str = ""


@dataclass(frozen=True)
class Benefit:
    """One EB with all that follows it. Codes are as the file gives them, "" where it says nothing.

    `cents` is EB07 in cents; `percent` (0.2: the person's share is 20 %) and `quantity` are decimal numbers as text;
    `authorization` (EB11) and `in_network` (EB12) are Y, N, U unknown, W does not matter; `period` is EB06 (23 calendar year,
    29 remaining, 32 lifetime …); `diagnoses` (EB14) point to the diagnoses that were asked about.
    """

    code: str
    level: str = ""
    service_types: tuple[str, ...] = ()
    insurance_type: str = ""
    plan: str = ""
    period: str = ""
    cents: int | None = None
    percent: str = ""
    quantity_qualifier: str = ""
    quantity: str = ""
    authorization: str = ""
    in_network: str = ""
    procedure: Procedure | None = None
    diagnoses: tuple[str, ...] = ()
    deliveries: tuple[Delivery, ...] = ()
    references: tuple[Reference, ...] = ()
    days: tuple[Days, ...] = ()
    rejections: tuple[Rejection, ...] = ()
    messages: tuple[str, ...] = ()
    details: tuple[Detail, ...] = ()
    entities: tuple[Party, ...] = ()
    segment: int = field(default=0, compare=False)


def read(segments: list[Segment], notes: Notes) -> tuple[Benefit, ...]:
    """`segments` begin with an EB; each EB begins a benefit."""
    loops: list[list[Segment]] = []
    for segment in segments:
        if segment.name == "EB":
            loops.append([])
        loops[-1].append(segment)
    return tuple(_benefit(loop, notes) for loop in loops)


def _benefit(loop: list[Segment], notes: Notes) -> Benefit:
    eb, *rest = loop
    if not eb.get(1):
        notes.error(eb.number, "EB01 is empty: a code of what the benefit says was expected.")
    return Benefit(
        eb.get(1), eb.get(2), eb.codes(3), eb.get(4), eb.get(5), eb.get(6), cents(eb, 7, notes), number(eb, 8, notes),
        eb.get(9), number(eb, 10, notes), eb.get(11), eb.get(12), eligibility.procedure(eb, 13), eb.parts(14),
        **_what_follows(rest, notes), segment=eb.number,
    )  # fmt: skip


def _what_follows(segments: list[Segment], notes: Notes) -> dict[str, tuple]:
    kept = {"deliveries": [], "references": [], "days": [], "rejections": [], "messages": [], "details": []}
    entities: list[list[Segment]] = []
    within = False
    for segment in segments:
        get = segment.get
        match segment.name:
            case "LS" | "LE":
                within = segment.name == "LS"
            case "NM1":
                if not within:
                    notes.warning(
                        segment.number, "NM1 in a benefit without LS before it; it was taken as the benefit's."
                    )
                entities.append([segment])
            case "N3" | "N4" | "PER" | "PRV" if entities:
                entities[-1].append(segment)
            case "HSD":
                kept["deliveries"].append(_delivery(segment, notes))
            case "REF":
                if get(1) != "SY":
                    kept["references"].append(Reference(get(1), get(2), get(3)))
            case "DTP":
                kept["days"] += [found] if (found := days(segment, notes)) else []
            case "AAA":
                kept["rejections"].append(rejection(segment, "benefit"))
            case "MSG":
                kept["messages"].append(get(1))
            case "III":
                kept["details"].append(Detail(get(1), get(2), get(3), get(4)))
            case _:
                notes.warning(segment.number, f"{segment.name} is not expected in a benefit; it was left out.")
    kept["entities"] = [parties.read(entity, notes) for entity in entities]
    return {name: tuple(values) for name, values in kept.items()}


def _delivery(segment: Segment, notes: Notes) -> Delivery:
    get = segment.get
    return Delivery(
        get(1), number(segment, 2, notes), get(3), number(segment, 4, notes), get(5), number(segment, 6, notes), get(7), get(8)
    )  # fmt: skip


def rejection(segment: Segment, where: str) -> Rejection:
    return Rejection(segment.get(3), segment.get(4), where, segment.get(1), segment.number)


def of_rejection(rejection: Rejection) -> list[Element]:
    return ["AAA", rejection.valid, "", rejection.code, rejection.follow_up]


def segments_of(benefit: Benefit) -> list[list[Element]]:
    lines: list[list[Element]] = [
        [
            "EB", benefit.code, benefit.level, list(benefit.service_types), benefit.insurance_type, benefit.plan,
            benefit.period, amount(benefit.cents), benefit.percent, benefit.quantity_qualifier, benefit.quantity,
            benefit.authorization, benefit.in_network, eligibility.of_procedure(benefit.procedure), benefit.diagnoses,
        ]
    ]  # fmt: skip
    for each in benefit.deliveries:
        lines.append(
            ["HSD", each.quantity_qualifier, each.quantity, each.per, each.frequency, each.period, each.periods,
             each.pattern, each.time]
        )  # fmt: skip
    lines += [["REF", each.qualifier, each.value, each.text] for each in benefit.references]
    lines += [of_days(each) for each in benefit.days]
    lines += [of_rejection(each) for each in benefit.rejections]
    lines += [["MSG", text] for text in benefit.messages]
    lines += [["III", each.qualifier, each.code, each.category, each.text] for each in benefit.details]
    if benefit.entities:
        lines.append(["LS", "2120"])
        for entity in benefit.entities:
            lines += parties.segments_of(entity)
        lines.append(["LE", "2120"])
    return lines
