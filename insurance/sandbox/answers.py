"""What the sandbox payer knows of its members: a pure function from question to answer."""

import hashlib
from dataclasses import replace
from datetime import date

from insurance.edi.benefits import Benefit, Delivery, Rejection
from insurance.edi.eligibility import Trace
from insurance.edi.parties import Contact, Party, Reference
from insurance.edi.values import Days
from insurance.edi.x270 import Inquiry
from insurance.edi.x271 import Response

OFFICE, SPECIALIST, URGENT, EMERGENCY, IMAGING, THERAPY = "98", "3", "UC", "86", "62", "PT"
YEAR, REMAINING, VISIT, DAY = "23", "29", "27", "7"
IN, OUT, EITHER = "Y", "N", "W"
CORRECT, AGAIN_NOT = "C", "N"
REFUSALS = {  # beginning of the member number: (level, AAA03, AAA04)
    "NOTFOUND": ("subject", "75", CORRECT),
    "BADDATE": ("subject", "57", CORRECT),
    "BADBIRTH": ("subject", "71", CORRECT),
    "NOTOURS": ("receiver", "50", AGAIN_NOT),
    "DOWN": ("source", "42", "R"),
}
PLANS = (("GOLD PPO 1500", "PR", 1_500_00), ("SILVER HMO 3000", "HM", 3_000_00), ("BRONZE HSA 6000", "PR", 6_000_00))
OTHER_PAYER = Party("PR", "2", "SUMMIT MUTUAL", id_qualifier="PI", id="60054")


def answer(inquiry: Inquiry, today: date) -> Response:
    """`today` decides nothing but the years of the dates in the answer."""
    member = (inquiry.subscriber.id if inquiry.subscriber else "").upper()
    traces = tuple(replace(trace, kind="2") for trace in inquiry.traces)
    known = Response(inquiry.payer, inquiry.provider, inquiry.subscriber, inquiry.dependent, inquiry.reference, traces)
    for beginning, (level, code, follow_up) in REFUSALS.items():
        if member.startswith(beginning):
            return _refusal(known, level, code, follow_up)
    if member.startswith("WRONGTRACE"):
        known = replace(known, reference="000000", traces=(Trace("2", "000000-1", "9000000000"),))
    year = inquiry.days[0].first.year if inquiry.days else today.year
    return replace(_named(known), **_coverage(member, year))


def _refusal(known: Response, level: str, code: str, follow_up: str) -> Response:
    where = level if level != "subject" else "dependent" if known.dependent else "subscriber"
    if level == "source":
        known = replace(known, provider=None, subscriber=None, dependent=None, traces=())
    elif level == "receiver":
        known = replace(known, subscriber=None, dependent=None, traces=())
    return replace(known, rejections=(Rejection(code, follow_up, where, "Y" if code == "42" else "N"),))


def _named(known: Response) -> Response:
    """A payer sends back its own record of the person: number, group, address."""
    group = Reference("6P", "GRP-10423", "")
    address = {
        "street": ("15197 BROADWAY AVENUE", "APT 215"),
        "city": "KANSAS CITY",
        "state": "MO",
        "postcode": "64108",
    }
    if known.dependent:
        dependent = replace(known.dependent, relationship=known.dependent.relationship or "19")
        return replace(known, dependent=dependent)
    if known.subscriber is None:
        return known
    return replace(known, subscriber=replace(known.subscriber, references=(group,), relationship="18", **address))


def _coverage(member: str, year: int) -> dict:
    plan, kind, deductible = PLANS[_number(member) % len(PLANS)]
    begins = Days("346", date(max(year - 2, 1), 1, 1))
    if member.startswith("INACTIVE"):
        ended = Days("347", date(max(year - 1, 1), 12, 31))
        return {
            "days": (begins, ended),
            "benefits": (Benefit("6", service_types=("30",), insurance_type=kind, plan=plan),),
        }
    active = Benefit("1", "IND", ("30",), kind, plan)
    if member.startswith("PLAIN"):
        return {"days": (begins,), "benefits": (active,)}
    rows = [
        active,
        *_deductible(member, deductible),
        *_out_of_pocket(member, deductible),
        *_visits(),
        *_imaging(),
        *_limits(),
    ]
    if member.startswith("AUTH"):
        rows = [replace(row, authorization="Y") if row.code in ("A", "B", "F") else row for row in rows]
    if member.startswith("OTHER"):
        rows.append(Benefit("R", service_types=("30",), insurance_type="C1", entities=(OTHER_PAYER,)))
    return {"days": (begins,), "benefits": (*rows, _primary_care(), _contact())}


def _number(member: str) -> int:
    return int.from_bytes(hashlib.sha256(member.encode()).digest()[:4])


def _met(member: str, whole: int) -> int:
    """How much of it the person has used this year, in whole dollars."""
    return whole if member.startswith("USEDUP") else _number(member + "met") % (whole // 100) * 100


def _deductible(member: str, whole: int) -> list[Benefit]:
    met = _met(member, whole)
    return [
        _limit("C", "IND", YEAR, whole, IN),
        _limit("C", "IND", REMAINING, whole - met, IN),
        _limit("C", "FAM", YEAR, 2 * whole, IN),
        _limit("C", "FAM", REMAINING, 2 * whole - met, IN),
        _limit("C", "IND", YEAR, 2 * whole, OUT),
        _limit("C", "IND", REMAINING, 2 * whole, OUT),
    ]


def _out_of_pocket(member: str, deductible: int) -> list[Benefit]:
    whole = deductible + 4_000_00
    met = whole if member.startswith("USEDUP") else _met(member, deductible)
    return [
        _limit("G", "IND", YEAR, whole, IN),
        _limit("G", "IND", REMAINING, whole - met, IN),
        _limit("G", "FAM", YEAR, 2 * whole, IN),
        _limit("G", "FAM", REMAINING, 2 * whole - met, IN),
    ]


def _limit(code: str, level: str, period: str, cents: int, network: str) -> Benefit:
    return Benefit(code, level, ("30",), period=period, cents=cents, in_network=network)


def _visits() -> list[Benefit]:
    return [
        Benefit("1", service_types=("1", "33", "35", "47", "86", "88", "98", "AL", "MH", "UC")),
        Benefit("B", "IND", (OFFICE,), period=VISIT, cents=25_00, authorization="N", in_network=IN,
                messages=("DEDUCTIBLE DOES NOT APPLY",)),
        Benefit("B", "IND", (SPECIALIST,), period=VISIT, cents=50_00, authorization="N", in_network=IN),
        Benefit("B", "IND", (URGENT,), period=VISIT, cents=75_00, authorization="N", in_network=IN),
        Benefit("B", "IND", (EMERGENCY,), period=VISIT, cents=300_00, authorization="N", in_network=EITHER,
                messages=("WAIVED IF ADMITTED",)),
        Benefit("A", "IND", ("30",), percent="0.2", in_network=IN, messages=("AFTER DEDUCTIBLE",)),
        Benefit("A", "IND", ("30",), percent="0.4", in_network=OUT, messages=("AFTER DEDUCTIBLE",)),
        Benefit("A", "IND", ("81",), percent="0", authorization="N", in_network=IN),
    ]  # fmt: skip


def _imaging() -> list[Benefit]:
    required = ("PRIOR AUTHORIZATION REQUIRED; CALL 800-555-0134",)
    return [Benefit("A", "IND", (IMAGING,), percent="0.2", authorization="Y", in_network=IN, messages=required)]


def _limits() -> list[Benefit]:
    each = Delivery("VS", "1", "DA", period="")
    return [
        Benefit("F", "IND", (THERAPY,), period=YEAR, quantity_qualifier="VS", quantity="30", authorization="Y", in_network=IN,
                deliveries=(each,)),
        Benefit("F", "IND", (THERAPY,), period=REMAINING, quantity_qualifier="VS", quantity="22", authorization="Y",
                in_network=IN),
        Benefit("I", service_types=("A4",), in_network=OUT, messages=("NOT COVERED OUT OF NETWORK",)),
    ]  # fmt: skip


def _primary_care() -> Benefit:
    doctor = Party("P3", "1", "JONES", "MARCUS", id_qualifier="XX", id="1234567893")
    return Benefit("L", service_types=("30",), days=(Days("307", date(2024, 1, 1)),), entities=(doctor,))


def _contact() -> Benefit:
    desk = Party(
        "VN",
        "2",
        "BEHAVIORAL HEALTH DESK",
        id_qualifier="PI",
        id="60054",
        contacts=(Contact("IC", "", (("TE", "8005550134"),)),),
    )
    return Benefit("U", service_types=("MH",), entities=(desk,))
