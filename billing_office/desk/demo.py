"""A small office to look at: invented people, every amount through the ledger, dates relative to today. Loaded once."""

import heapq
import random
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta

from django.db import transaction

from accounts import ledger, opening
from accounts.corrections.carrying_out import carry_out, fingerprint
from accounts.corrections.of_charge import Adjustment
from accounts.corrections.refunding import Repayment
from accounts.models import (
    Account,
    Charge,
    Client,
    ContactPoint,
    Kind,
    MoneyRule,
    OpenItem,
    Payer,
    Reason,
)
from accounts.runs import running
from billing_office.audit import acts
from billing_office.lib.sorting import sort_key
from billing_office.staff.models import Office, Role, User
from invoices import issuing
from invoices.models import Invoice

from . import demo_bank, demo_day, demo_insurance, demo_utility
from .demo_mail import went_out

PASSWORD = "harbor-lantern-42"  # noqa: S105  of the demo alone, and printed by `up`
STAFF = [
    ("m.reyes", "Maria Reyes", Role.CLERK),
    ("a.kim", "Anna Kim", Role.BILLER),
    ("j.tran", "Jonas Tran", Role.COLLECTOR),
    ("s.okafor", "Sade Okafor", Role.SUPERVISOR),
    ("l.weiss", "Lena Weiss", Role.AUDITOR),
    ("t.admin", "Tom Admin", Role.ADMIN),
]

PAYERS = [
    ("Blue Lake Health", Payer.Class.INSURER, "62308"),
    ("Prairie Mutual", Payer.Class.INSURER, "71412"),
    ("Medicare Part B", Payer.Class.GOVERNMENT, "00952"),
    ("Illinois Medicaid", Payer.Class.GOVERNMENT, "77200"),
    ("Lone Star Freight", Payer.Class.EMPLOYER, ""),
    ("Sangamon County", Payer.Class.OTHER, ""),
]

INVOICED = {  # billed by invoice, not by claim: their billing contacts
    "Lone Star Freight": {
        "billed_by_invoice": True, "contact": "Accounts payable", "email": "payables@lonestar.example",
        "street": "88 Depot Road", "city_line": "Springfield, IL 62702",
    },
    "Sangamon County": {
        "billed_by_invoice": True, "contact": "Risk office", "street": "200 South Ninth Street", "city_line": "Springfield, IL 62701",
        "terms_days": 45, "names_services": False,
    },
}  # fmt: skip

SERVICES = [  # plain words, code, cents, who performs it
    ("Office visit, 20 minutes", "99213", 18000, "Dr. Maria Lopez"),
    ("Office visit, 30 minutes", "99214", 24500, "Dr. Maria Lopez"),
    ("Blood test, full panel", "80053", 9600, "Dr. Maria Lopez"),
    ("X-ray of the chest, 2 views", "71046", 18500, "Springfield Imaging"),
    ("Physical therapy, 15 minutes", "97110", 8000, "James Okafor"),
    ("Heart tracing (ECG)", "93000", 9800, "Dr. Maria Lopez"),
    ("MRI of the lower back", "72148", 50000, "Springfield Imaging"),
    ("Knee arthroscopy", "29881", 390000, "Dr. Owen Park"),
    ("Work fitness exam", "99455", 8500, "Dr. Maria Lopez"),
    ("Flu shot", "90686", 7000, "Nurse Ada Brandt"),
]

PEOPLE = """Anna Kowalski, Robert White, Danielle Rodriguez, Joseph Cisneros, Angela Quinn, Raymond Reed, Thomas Ward, Monica Roberts,
Carmen Peterson, Michael Durán, Gregory Crawford, Theresa Wells, Emily Lane, Stacy Reed, Luis Ortega, Tanya Brooks, Briana Willis,
Samuel Whitfield, Karen Dole, Peter Nunn, Zoë Müller-Łukasiewicz, Mei Tanaka, Olena Shevchenko, Whitney Dennis, Roberta Rocha,
Dominic Rosario, Rachel Christensen, Ruth Okonkwo, Walter Gibson, Priya Sharma, Henry Castillo, Nora Lindqvist, Isaac Bloom, Grace Adeyemi,
Victor Hale, Lucille Bennett""".replace("\n", " ").split(", ")

AT_THE_UTILITY = [
    "Ruth Okonkwo", "Dale Hutchins", "Ferry Street Bakery", "Ida Brannigan", "Marcus Feld", "Noor Rahimi", "Lakefront Diner",
    "Teodora Ruiz", "Curtis Vance", "Bea Lindholm",
]  # fmt: skip

STREETS = [
    "Orchard Lane",
    "Cedar Elm Lane",
    "Harbor Street",
    "Chestnut Court",
    "Mill Road",
    "Lakeshore Drive",
    "Prairie Avenue",
]
CONSENT = (
    "We may send your bills by unencrypted e-mail. Others might be able to read them. You can stop this at any time."
)


@dataclass(frozen=True)
class Cast:
    office: Office
    clerk: User
    biller: User
    payers: list[Payer]


@dataclass
class Calendar:
    """What the office did on which day: acts are done in the order of their days, and may put later acts on it."""

    today: date
    waiting: list = field(default_factory=list)
    put: int = 0

    def on(self, day: date, act: Callable[..., None], *args):
        if day <= self.today:
            self.put += 1
            heapq.heappush(self.waiting, (day, self.put, act, args))

    def run(self):
        while self.waiting:
            day, _, act, args = heapq.heappop(self.waiting)
            act(day, *args)


def load(today: date) -> str:
    """Fill an empty office. Returns what was done, in words; a second call changes nothing."""
    if User.objects.filter(username=STAFF[0][0]).exists():
        return "The demo office is there already."
    if Account.objects.exists():
        return "The office has accounts of its own; no demo data was loaded."
    with transaction.atomic():
        cast = _cast(today)
        chance = random.Random(62701)  # noqa: S311  invented data, the same each time
        calendar = Calendar(today)
        for at, name in enumerate(PEOPLE):
            account(cast, calendar, chance, at, name)
        calendar.run()
        _ask(cast, today)
        _pay_back(cast, today)
        _sweep(cast, today)
        demo_bank.load(cast.office, cast.clerk, cast.biller, today)
        demo_insurance.load(cast.payers, cast.clerk, cast.biller, today, SERVICES)
        demo_day.load(cast.clerk, cast.biller, User.objects.get(role=Role.COLLECTOR), today)
        utility = demo_utility.found(cast.clerk, cast.biller)
        for at, name in enumerate(AT_THE_UTILITY):
            demo_utility.account(utility, at, name, today)
    return f"Loaded {len(PEOPLE) + len(AT_THE_UTILITY)} accounts, {len(PAYERS)} payers and {len(STAFF)} log-ins."


def _cast(today: date) -> Cast:
    office = Office.objects.order_by("pk").first()
    for name, value in {
        "code": "LAKE", "name": "Lakeside Billing Office", "street": "1200 Harbor Street, Suite 400",
        "city_line": "Springfield, IL 62701", "phone": "(555) 010-2000", "hours": "Monday to Friday 8 am to 6 pm",
        "email": "billing@lakeside.example", "website": "lakeside.example", "time_zone": "America/Chicago",
        "pay_to": "Lakeside Billing Office\nPO Box 991\nSpringfield, IL 62705-0991",
        "help_text": "You may get free or lower-cost care, based on your income and family size. You can also pay over time. "
        "Call (555) 010-2030.",
    }.items():  # fmt: skip
        setattr(office, name, value)
    office.save()
    people = {}
    for username, name, role in STAFF:
        people[role] = User.objects.create_user(
            username, PASSWORD, name=name, role=role, email=f"{username}@lakeside.example"
        )
        people[role].offices.add(office)
    service = User.objects.service()
    payers = [
        opening.open_payer(
            name=name, payer_class=kind, electronic_id=number, by=service, opened_on=today - timedelta(days=400),
            **INVOICED.get(name, {}),
        )
        for name, kind, number in PAYERS
    ]  # fmt: skip
    return Cast(office, people[Role.CLERK], people[Role.BILLER], payers)


def cast_of_old() -> Cast:
    """Who works in a demo office that was loaded before."""
    people = {person.role: person for person in User.objects.filter(username__in=[name for name, _, _ in STAFF])}
    payers = [Payer.objects.get(name=name) for name, _, _ in PAYERS]
    return Cast(Office.objects.get(code="LAKE"), people[Role.CLERK], people[Role.BILLER], payers)


def account(cast: Cast, calendar: Calendar, chance: random.Random, at: int, name: str) -> Account:
    """A client of the clinic with visits of the last months; the calendar has the acts that follow."""
    today = calendar.today
    first, _, last = name.partition(" ")
    insured = at % 4 != 3
    payer = cast.payers[at % len(cast.payers)] if insured else None
    opened = today - timedelta(days=chance.randrange(160, 400))
    classes = Account.FinancialClass
    row = opening.open_account(
        office=cast.office,
        first_name=first,
        last_name=last,
        birth_date=date(1940 + chance.randrange(60), 1 + chance.randrange(12), 1 + chance.randrange(28)),
        financial_class=classes.COMMERCIAL if insured else classes.SELF_PAY,
        by=cast.clerk,
        opened_on=opened,
    )
    client = row.guarantor
    _contacts(cast, chance, at, client, first, last, opened)
    if at % 9 == 1:
        Client.objects.create(
            account=row, first_name="Emma", last_name=last, relation="daughter", birth_date=date(2015, 4, 12)
        )
    for visit in range(1 + at % 4):
        day = today - timedelta(days=[6, 24, 41, 68, 97, 128, 150][(at + 2 * visit) % 7])
        calendar.on(day, _visit, cast, calendar, chance, f"demo:{at}:{visit}", row, payer)
    return row


def _contacts(cast: Cast, chance: random.Random, at: int, client: Client, first: str, last: str, opened: date):
    ContactPoint.objects.create(
        client=client, kind=ContactPoint.Kind.POSTAL, street=f"{10 + chance.randrange(900)} {chance.choice(STREETS)}", city="Springfield",
        region="IL", postcode="62704", verified_on=opened, source="registration",
    )  # fmt: skip
    ContactPoint.objects.create(
        client=client,
        kind=ContactPoint.Kind.PHONE,
        value=f"(217) 555-{100 + at:04d}",
        verified_on=opened,
        source="registration",
    )
    if at % 7 == 6:
        return  # no e-mail known
    local = sort_key(f"{first}.{last}").replace("ł", "l").replace(" ", "")
    consented = {} if at % 7 == 5 else {"consent_on": opened, "consent_wording": CONSENT, "consent_by": cast.clerk}
    ContactPoint.objects.create(
        client=client, kind=ContactPoint.Kind.EMAIL, value=f"{local}@example.org", preferred=True, source="registration", **consented
    )  # fmt: skip


def _visit(
    on: date, cast: Cast, calendar: Calendar, chance: random.Random, key: str, account: Account, payer: Payer | None
):
    """One visit of one to three services: charged; its payer answers in two weeks; what is the client's is invoiced."""
    charges = [
        ledger.charge(
            account, cents=cents, service_on=on, description=words, code=code, code_system="CPT", provider=who,
            client=account.guarantor, payer=payer, key=f"{key}:{n}", by=cast.biller,
        )
        for n, (words, code, cents, who) in enumerate(chance.sample(SERVICES, 1 + chance.randrange(3)))
    ]  # fmt: skip
    if payer and payer.billed_by_invoice:
        calendar.on(on + timedelta(days=10), _bill_payer, cast, calendar, chance.random(), key, payer)
        return
    if payer:
        calendar.on(on + timedelta(days=14), _answer, cast, key, account, payer, charges)
    if chance.random() > 0.15:
        calendar.on(on + timedelta(days=16 if payer else 2), _bill, cast, calendar, chance.random(), key, account)


def _answer(on: date, cast: Cast, key: str, account: Account, payer: Payer, charges: list[Charge]):
    """The payer takes 36 % off, pays 80 % of the rest, and leaves its client 20 % (coinsurance)."""
    shares = []
    for charge in charges:
        off = charge.cents * 36 // 100
        paid = (charge.cents - off) * 80 // 100
        ledger.adjust(
            Kind.CONTRACTUAL_WRITEOFF, charge, off, on=on, key=f"{key}:off:{charge.pk}", by=cast.biller, payer=payer, memo="CO-45"
        )  # fmt: skip
        shares.append(ledger.Share(charge.pk, paid))
        ledger.transfer_responsibility(
            charge, charge.cents - off - paid, source=payer, target=None, on=on, key=f"{key}:move:{charge.pk}", by=cast.biller,
            memo="PR-2 coinsurance",
        )  # fmt: skip
    ledger.receive_payer_payment(
        payer, cents=sum(share.cents for share in shares), received_on=on, method="transfer", reference=f"EFT {account.pk:05d}",
        shares={account.pk: shares}, key=f"{key}:paid", by=cast.biller,
    )  # fmt: skip


def _bill(on: date, cast: Cast, calendar: Calendar, habit: float, key: str, account: Account):
    """Invoice the client, who pays all, a part, too much or nothing, by habit."""
    try:
        invoice = issuing.issue(account, on=on, by=cast.biller, key=f"{key}:invoice")
    except issuing.NothingToInvoice:
        return
    if on < calendar.today - timedelta(days=7):
        went_out(invoice, on)
    if habit < 0.35:
        calendar.on(on + timedelta(days=20), _pay, cast, key, account, invoice.cents)
    elif habit < 0.5:
        calendar.on(on + timedelta(days=25), _pay, cast, key, account, max(2500, invoice.cents // 3))
    elif habit > 0.93:
        calendar.on(on + timedelta(days=9), _pay, cast, key, account, invoice.cents + 4000)


def _bill_payer(on: date, cast: Cast, calendar: Calendar, habit: float, key: str, payer: Payer):
    """Invoice an employer for all its people; three in five are paid in a month. The newest are left to be invoiced."""
    if on > calendar.today - timedelta(days=20):
        return
    try:
        invoice = issuing.issue_to_payer(payer, cast.office, on=on, by=cast.biller, key=f"{key}:invoice")
    except issuing.NothingToInvoice:
        return
    went_out(invoice, on)
    if habit < 0.6:
        calendar.on(on + timedelta(days=30), _payer_pays, cast, key, invoice)


def _payer_pays(on: date, cast: Cast, key: str, invoice: Invoice):
    shares = {}
    for line in invoice.lines.select_related("open_item").filter(open_item__cents__gt=0):
        item = line.open_item
        shares.setdefault(item.account_id, []).append(ledger.Share(item.charge_id, min(line.cents, item.cents)))
    cents = sum(share.cents for parts in shares.values() for share in parts)
    if cents:
        ledger.receive_payer_payment(
            invoice.payer, cents=cents, received_on=on, method="cheque", reference=invoice.number, shares=shares,
            key=f"{key}:payer", by=cast.biller,
        )  # fmt: skip


def _pay(on: date, cast: Cast, key: str, account: Account, cents: int):
    """The client pays: the oldest open charges first, the rest stays unapplied."""
    left, shares = cents, []
    for item in account.open_items.filter(payer=None, cents__gt=0).order_by("charge__service_on", "charge"):
        part = min(left, item.cents)
        if part:
            shares.append(ledger.Share(item.charge_id, part))
        left -= part
    payment = ledger.receive_client_payment(
        account, cents=cents, received_on=on, method="cheque", reference=f"{1000 + account.pk}", shares=shares, key=f"{key}:client",
        by=cast.clerk,
    )  # fmt: skip
    acts.record(cast.clerk, "payment_posted", payment, account_id=account.pk, detail={"cents": cents})


def _ask(cast: Cast, today: date):
    """A debt that the biller may not write off alone: it waits for the supervisor."""
    item = OpenItem.objects.filter(payer=None, cents__gt=20_000).order_by("since", "pk").first()
    reason = Reason.objects.get(code="UNCOLL")
    proposal = Adjustment(item.charge, None, item.cents, reason, "no answer to four reminders")
    carry_out(proposal, by=cast.biller, on=today, form=uuid.uuid4(), seen=fingerprint(proposal.facts()))


def _pay_back(cast: Cast, today: date):
    """Who paid twice gets it back: approved, and not paid out yet. Another paid too much a while ago, and it waits for a look."""
    payers = Account.objects.filter(kind=Account.Kind.CLIENT, balance__receivable_cents=0).order_by("pk")[:2]
    for n, account in enumerate(payers):
        payment = ledger.receive_client_payment(
            account, cents=8_000 + 4_500 * n, received_on=today - timedelta(days=3 + 60 * n), method="cheque", reference=f"88{n}1",
            shares=[], key=f"demo:twice:{account.pk}", by=cast.clerk,
        )  # fmt: skip
        if n == 0:
            proposal = Repayment(payment, 8_000, Reason.objects.get(code="TWICE"), account=account)
            carry_out(proposal, by=cast.biller, on=today, form=uuid.uuid4(), seen=fingerprint(proposal.facts()))


def _sweep(cast: Cast, today: date):
    """Four old small sums, of which a run writes off those that the rule is about. Half of the clients agreed to fees."""
    agreed = Account.objects.filter(kind=Account.Kind.CLIENT).order_by("pk").values_list("pk", flat=True)[::2]
    Account.objects.filter(pk__in=agreed).update(fees_agreed_on=today - timedelta(days=200))
    rule = MoneyRule.objects.in_force(MoneyRule.Kind.SMALL_BALANCE, cast.office, today)
    settled = Account.objects.filter(kind=Account.Kind.CLIENT, balance__receivable_cents=0, balance__unapplied_cents=0)
    for n, account in enumerate(settled.order_by("-pk")[:4]):
        ledger.charge(
            account, cents=350 + 100 * n, service_on=today - timedelta(days=60 + 50 * n), description="Copy of a record",
            key=f"demo:small:{account.pk}", by=cast.biller,
        )  # fmt: skip
    run = running.draw_up(
        rule, cast.office, running.preview(rule, cast.office, today), on=today, by=cast.biller, key=uuid.uuid4()
    )
    running.start(run, by=cast.biller)
