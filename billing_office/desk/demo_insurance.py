"""The demo office's insurance: plans, coverages whose member numbers make the sandbox payer answer in every way it can
(insurance/sandbox), visits of the next days, and what was told by phone before."""

from datetime import date, timedelta
from decimal import Decimal

from accounts.models import Account, Payer
from billing_office.audit import acts
from billing_office.lib import money
from billing_office.staff.models import User
from insurance.models import (
    Benefit,
    Code,
    Contract,
    Coverage,
    Fee,
    FeeSchedule,
    PayerProfile,
    Plan,
    System,
    Verification,
    VerificationTask,
    Visit,
)

PLANS = [  # payer by its place in demo.PAYERS: plan, kind, checked by
    (0, "Gold PPO", Plan.Kind.PPO, PayerProfile.Check.ELECTRONIC),
    (1, "Choice HMO", Plan.Kind.HMO, PayerProfile.Check.ELECTRONIC),
    (2, "Part B", Plan.Kind.PUBLIC, PayerProfile.Check.ELECTRONIC),
    (3, "Family care", Plan.Kind.PUBLIC, PayerProfile.Check.PHONE),
]
COVERED = [  # account by its place in demo.PEOPLE, plan, member number, visit in days (None: no visit), what for, cents
    (0, 0, "W77120418", 0, "MRI of the lower back", 180_000),
    (1, 1, "W80415220", 0, "Office visit, 20 minutes", 18_000),
    (2, 2, "INACTIVE2041", 0, "Heart tracing (ECG)", 9_800),
    (6, 0, "NOTFOUND118", 1, "Blood test, full panel", 9_600),
    (8, 2, "BADBIRTH77", 1, "Office visit, 30 minutes", 24_500),
    (9, 3, "MCD4410077", 1, "Physical therapy, 15 minutes", 24_000),
    (12, 0, "DOWN5510", 1, "X-ray of the chest, 2 views", 18_500),
    (13, 1, "SLOW2210", 2, "Office visit, 20 minutes", 18_000),
    (14, 2, "MALFORMED09", 2, "Flu shot", 7_000),
    (18, 0, "AUTH33871", 2, "Knee arthroscopy", 390_000),
    (20, 2, "OTHER71004", 3, "Office visit, 30 minutes", 24_500),
    (24, 0, "USEDUP9071", 3, "Blood test, full panel", 9_600),
    (25, 1, "W91100733", None, "", 0),
    (26, 2, "NOTOURS40", None, "", 0),
]
TOLD = {0: 41, 1: 12, 18: 95, 25: 5}  # account: days since the payer told by phone
GROUP = "GRP-10423"


def load(payers: list[Payer], clerk: User, biller: User, today: date, services):
    january = date(today.year, 1, 1)
    plans = [_plan(payers[at], name, kind, way, january) for at, name, kind, way in PLANS]
    accounts = list(Account.objects.filter(kind=Account.Kind.CLIENT).order_by("pk").select_related("guarantor"))
    for at, plan, member, days, what, cents in COVERED:
        client = accounts[at].guarantor
        coverage = Coverage.objects.create(
            client=client, plan=plans[plan], member_number=member, group_number=GROUP, since=january, source="Card",
            added_by=clerk,
        )  # fmt: skip
        acts.record(clerk, "coverage_added", coverage, account_id=client.account_id)
        if days is not None:
            on = today + timedelta(days=days)
            Visit.objects.create(client=client, on=on, what=what, cents=cents, added_by=clerk)
        if at in TOLD:
            _told_by_phone(coverage, biller, today - timedelta(days=TOLD[at]))
    VerificationTask.objects.create(
        coverage=Coverage.objects.get(member_number="NOTFOUND118"),
        assigned_to=clerk,
        note="Asked for a copy of the card.",
    )
    second = accounts[0].guarantor
    Coverage.objects.create(
        client=second, plan=plans[1], rank=Coverage.Rank.SECONDARY, member_number="W10077", since=january, source="Client",
        relation=Coverage.Relation.SPOUSE, holder_first="Jan", holder_last=second.last_name, holder_birth=date(1968, 3, 9),
        added_by=clerk,
    )  # fmt: skip
    _prices(services, january)


def _prices(services, since: date):
    """Codes in the office's own words, its fees, and what contracts agree: 80 % of them."""
    agreed = [(contract, f"{contract.payer}, {contract.name}") for contract in Contract.objects.select_related("payer")]
    for contract, name in [(None, "Usual fees"), *agreed]:
        schedule = FeeSchedule.objects.create(name=name, contract=contract)
        part = Decimal("0.8") if contract else Decimal(1)
        Fee.objects.bulk_create(
            Fee(schedule=schedule, value=code, cents=money.rounded(cents * part), since=since)
            for code, cents in {code: cents for _, code, cents, _ in services}.items()
        )
    named = {code: words for words, code, _, _ in services}
    Code.objects.bulk_create(
        Code(system=System.LOCAL, value=code, official=words, plain=words, since=since) for code, words in named.items()
    )


def _plan(payer: Payer, name: str, kind: str, way: str, since: date) -> Plan:
    PayerProfile.objects.create(
        payer=payer,
        check_by=way,
        phone="(800) 555-0134",
        hours="Monday to Friday 7 am to 6 pm",
        filing_days=90,
        appeal_days=60,
    )
    Contract.objects.create(payer=payer, name=f"Agreement of {since.year}", since=since)
    return Plan.objects.create(payer=payer, name=name, kind=kind)


def _told_by_phone(coverage: Coverage, by: User, on: date):
    check = Verification.objects.create(
        coverage=coverage, service_on=on, how=Verification.How.PHONE, state=Verification.State.ACTIVE, enrolment=True,
        benefits=True, other_coverage=Verification.Other.NONE, reference=f"Call {on:%m%d}-4471", checked_on=on, made_by=by,
    )  # fmt: skip
    whole = {"level": "IND", "service_types": ["30"], "in_network": "Y"}
    Benefit.objects.bulk_create(
        [
            Benefit(verification=check, code="C", period="23", cents=150_000, **whole),
            Benefit(verification=check, code="C", period="29", cents=62_000, **whole),
            Benefit(verification=check, code="G", period="23", cents=550_000, **whole),
            Benefit(verification=check, code="A", percent="0.2", **whole),
            Benefit(verification=check, code="B", period="27", cents=2_500, **whole | {"service_types": ["98"]}),
        ]
    )
    acts.record(by, "coverage_verified", coverage, account_id=coverage.client.account_id, detail={"state": check.state})
