"""The people and things tests speak of, made through the real functions of the product."""

import uuid
from datetime import date, timedelta
from itertools import count

from accounts import attachments, contact_log, facts, ledger, notes, people
from accounts.corrections.of_charge import Adjustment
from accounts.models import (
    Account,
    Attachment,
    Charge,
    Client,
    ContactMade,
    ContactPoint,
    Kind,
    Mention,
    MoneyRule,
    OpenItem,
    Payer,
    Payment,
    Reason,
    Refund,
    Run,
    RunLine,
    Snooze,
)
from accounts.opening import open_account, open_payer
from billing_office.approvals import requests
from billing_office.approvals.models import Request
from billing_office.desk.models import BulkLine, BulkRun, SavedList
from billing_office.intake.lists import taking
from billing_office.intake.models import AccountImport
from billing_office.lib import dates
from billing_office.staff.models import Office, OfficeField, User
from insurance import exchanges
from insurance.advice import giving
from insurance.estimates import drafting, papers
from insurance.estimates.drafting import Wanted
from insurance.models import (
    Authorization,
    CheaperWay,
    Code,
    Contract,
    Coverage,
    Duty,
    Fee,
    FeeSchedule,
    GoodFaithRequest,
    GoodFaithReview,
    Holiday,
    Plan,
    VerificationBatch,
    VerificationTask,
    Visit,
)
from invoices.models import RecurringCharge

_numbers = count(1)


def make_office(code="ELM", name="Elm Street Clinic", **fields) -> Office:
    return Office.objects.create(code=code, name=name, **fields)


def make_user(role: str, *offices: Office, username="", password=None, **fields) -> User:
    """A member of staff called after the role: Ann Clerk. Tests sign in by force_login; who needs a password names one."""
    fields.setdefault("name", f"Ann {role.title()}")
    user = User.objects.create_user(username or f"{role}{next(_numbers)}", password, role=role, **fields)
    user.offices.set(offices)
    return user


def make_account(
    office: Office, by: User, first_name="Robert", last_name="White", *, opened_on=date(2026, 1, 5), email="", consents=True,
    **fields,
) -> Account:  # fmt: skip
    """An account of one client, with an e-mail address when it is given."""
    account = open_account(
        office=office, first_name=first_name, last_name=last_name, by=by, opened_on=opened_on, **fields
    )
    if email:
        make_email(account.guarantor, by, email, consents=consents)
    return account


def make_client(account: Account, by: User, first_name="Emma", last_name="White", **fields) -> Client:
    return people.add_client(account, Client(first_name=first_name, last_name=last_name, **fields), by=by, detail={})


def make_email(client: Client, by: User, value="robert@example.org", *, consents=True) -> ContactPoint:
    point = ContactPoint(kind=ContactPoint.Kind.EMAIL, value=value)
    if consents:
        people.give_consent(point, dates.today(), by)
    return people.add_contact(client, point, by=by, detail={})


def make_phone(client: Client, by: User, value="(512) 555-0199") -> ContactPoint:
    return people.add_contact(client, ContactPoint(kind=ContactPoint.Kind.PHONE, value=value), by=by, detail={})


def make_address(client: Client, by: User, **fields) -> ContactPoint:
    lines = {"street": "418 Cedar Elm Ln", "city": "Austin", "region": "TX", "postcode": "78704"} | fields
    return people.add_contact(client, ContactPoint(kind=ContactPoint.Kind.POSTAL, **lines), by=by, detail={})


def make_attachment(account: Account, by: User, content=b"%PDF-1.7", name="letter.pdf") -> Attachment:
    return attachments.attach(account, content, title="Hardship letter", kind="letter", name=name, by=by, detail={})


def make_noted(account: Account, by: User) -> dict:
    """A note that was corrected, which calls somebody; a follow-up done; a promise; one line of a day left for later."""
    first = notes.write(account, "He pays on Fridays.", by=by, detail={})
    note = notes.write(account, "He pays on Mondays.", by=by, detail={}, corrects=first)
    who = make_user("clerk", account.office)
    mention = Mention.objects.create(note=note, user=who)
    row = notes.ask(account, "Call again", dates.today(), by=by, role="supervisor")
    made = ContactMade(client=account.guarantor, way="call", outcome="talked")
    contact_log.write(account, made, at=dates.now(), on=dates.today(), by=by, detail={})
    Snooze.objects.create(user=who, kind="follow_up", of=row.pk, until=dates.today(), why="x")
    return {"note": note, "mention": mention, "follow_up": row}


def make_payer(by: User, name="Blue Cross TX", payer_class=Payer.Class.INSURER, **fields) -> Payer:
    return open_payer(name=name, payer_class=payer_class, by=by, opened_on=date(2026, 1, 5), **fields)


def make_charge(
    account: Account, by: User, cents=22400, *, days_ago=40, description="MRI of the lower back", payer: Payer | None = None, **fields
) -> Charge:  # fmt: skip
    """A charge for a service so many days ago."""
    fields.setdefault("client", account.guarantor)
    return ledger.charge(
        account, cents=cents, service_on=dates.today() - timedelta(days=days_ago), description=description, payer=payer,
        key=f"test:{next(_numbers)}", by=by, **fields,
    )  # fmt: skip


def make_due(charge: Charge, days_ago: int, payer: Payer | None = None):
    """All that one party owes on the charge fell due so many days ago; less than 0: falls due later."""
    day = dates.today() - timedelta(days=days_ago)
    with ledger.locked([charge.account_id]):
        item = OpenItem.objects.get(charge=charge, payer=payer)
        ledger.fall_due(item, {day: item.cents}, from_day=min(day, dates.today()), because="test")


def make_payment(
    account: Account, by: User, cents=5000, *, shares: dict[Charge, int] | None = None, days_ago=3
) -> Payment:
    """The client's money: `shares` go to charges, the rest is unapplied."""
    parts = [ledger.Share(charge.pk, part) for charge, part in (shares or {}).items()]
    return ledger.receive_client_payment(
        account, cents=cents, received_on=dates.today() - timedelta(days=days_ago), method="cheque", shares=parts,
        key=f"test:{next(_numbers)}", by=by,
    )  # fmt: skip


def make_code(
    value="99213", official="Office visit, established client, 20 minutes", system="local", since=None, **more
) -> Code:
    return Code.objects.create(value=value, official=official, system=system, since=since or dates.today(), **more)


def make_plan(payer: Payer, name="Gold PPO", **more) -> Plan:
    return Plan.objects.get_or_create(payer=payer, name=name, defaults=more)[0]


def make_coverage(
    client: Client, payer: Payer, by: User, *, rank=1, since=date(2026, 1, 1), until=None, **more
) -> Coverage:
    more.setdefault("member_number", "W123456789")
    plan = more.pop("plan", None) or make_plan(payer)
    return Coverage.objects.create(client=client, plan=plan, rank=rank, since=since, until=until, added_by=by, **more)


def make_verified(coverage: Coverage, by: User) -> dict:
    """A visit, one check by phone, and one by machine that waits for its answer."""
    today = dates.today()
    checks = coverage.verifications
    checks.create(service_on=today, how="phone", reference="1", state="verified_active", checked_on=today, made_by=by)
    batch = VerificationBatch.objects.create(made_by=by)
    exchange = exchanges.begin(coverage.plan.payer, [], by=by, now=dates.now())
    waits = {"how": "machine", "state": "waiting", "batch": batch, "exchange": exchange, "checked_on": today}
    VerificationTask.objects.create(coverage=coverage, assigned_to=by)
    return {
        "visit": Visit.objects.create(client=coverage.client, on=today, what="MRI", added_by=by),
        "verification": checks.create(service_on=today, made_by=by, **waits),
        "verification_batch": batch,
    }


def make_fee(value: str, cents: int, *, contract: Contract | None = None, since=date(2026, 1, 1), **more) -> Fee:
    """Our usual fee for a code, or what a contract agrees."""
    name = str(contract) if contract else "Usual fees"
    schedule = FeeSchedule.objects.get_or_create(contract=contract, defaults={"name": name})[0]
    return Fee.objects.create(schedule=schedule, value=value, cents=cents, since=since, **more)


def make_estimates(coverage: Coverage, by: User) -> dict:
    """One that was given on paper, and the draft of its next version with its line."""
    wanted = Wanted("99213", description="Office visit", fee=10_000)
    made = drafting.draft(coverage.client, dates.today(), [wanted], by=by, form=uuid.uuid4())
    drafting.give(made, shown=made.client_cents, by=by)
    papers.document(made, by=by, on_paper=True)
    draft = drafting.revise(made, by=by)
    return {"estimate": draft, "estimate_line": draft.lines.get()}


def make_advice(coverage: Coverage, by: User) -> dict:
    """Advice that was kept with an estimate, and one of each kind of data around it."""
    today = dates.today()
    wanted = [Wanted("99213", description="Office visit", fee=10_000)]
    made = drafting.draft(coverage.client, today, wanted, by=by, form=uuid.uuid4())
    made = drafting.give(made, shown=made.client_cents, by=by)
    said = giving.Acknowledged("Robert White", "client", "phone", ())
    GoodFaithRequest.objects.create(client=coverage.client, service_on=today, asked_on=today, made_by=by)
    GoodFaithReview.objects.create(
        client=coverage.client, service_on=today, estimate=made, expected_cents=1, billed_cents=2, reason="x", at=dates.now(), by=by
    )  # fmt: skip
    return {
        "advice": giving.acknowledge(made, said, form=uuid.uuid4(), by=by),
        "cheaper_way": CheaperWay.objects.create(
            kind="generic", code="99213", to_code="99212", words="A shorter visit", since=today, source="x"
        ),
        "duty": Duty.objects.earliest("pk"),
        "holiday": Holiday.objects.earliest("pk"),
    }


def make_authorization(
    coverage: Coverage, by: User, *codes, state="approved", days=(-10, 60), units=10, **more
) -> Authorization:
    """Granted for today unless told otherwise; `codes` are values or (first, last)."""
    today = dates.today()
    more = {"number": "AUTH-1", "valid_from": today + timedelta(days[0]), "valid_to": today + timedelta(days[1])} | more
    row = Authorization.objects.create(coverage=coverage, state=state, made_by=by, **more)
    for code in codes or ("99213",):
        first, last = code if isinstance(code, tuple) else (code, "")
        row.lines.create(first=first, last=last, units=units)
    return row


def make_refund(payment: Payment, by: User, cents=100, *, paid_out=False) -> Refund:
    """Money of a client's payment that goes back; `paid_out`: it has left the house."""
    on, key = dates.today(), f"refund:test:{next(_numbers)}"
    row = ledger.refund(payment, payment.account, cents, way="cheque", on=on, key=key, by=by, memo="Paid twice")
    if paid_out:
        ledger.pay_out(row, way="cheque", reference="4417", on=on, by=by)
    return row


def make_import(office: Office, by: User) -> AccountImport:
    """A list of one account that was taken over."""
    row = taking.begin(office, "list.csv", b"Last name,Number\nFlores,C-77\n", by=by)
    taking.work(row.pk)
    taking.confirm(row, by)
    taking.work(row.pk)
    row.refresh_from_db()
    return row


def make_office_field(account: Account, by: User, label="Meter number", value="55-1234", **fields) -> OfficeField:
    """A field of the account's office, and what the account says in it."""
    field, _ = OfficeField.objects.get_or_create(
        office=account.office, label=label, defaults={"printed": True} | fields
    )
    facts.write(account, {field.pk: value}, by=by)
    return field


def make_recurring(account: Account, by: User, cents=4500, *, starts_on=None, **fields) -> RecurringCharge:
    """Water supply of an account's first client, charged every month and invoiced, unless `fields` say otherwise."""
    row = RecurringCharge(
        account=account, client=account.guarantor, description="Water supply", cents=cents,
        starts_on=starts_on or dates.today(), created_by=by, **fields,
    )  # fmt: skip
    row.look_ahead()
    row.save()
    return row


def make_run(account: Account, by: User) -> Run:
    """A small balance of an account, written off by a run."""
    rule = MoneyRule.objects.get(kind=MoneyRule.Kind.SMALL_BALANCE, office=None)
    charge = make_charge(account, by, 500, days_ago=200, description="Copy of a record")
    run = Run.objects.create(
        key=uuid.uuid4(), office=account.office, rule=rule, kind=rule.kind, terms=rule.as_it_stands(), on=dates.today(),
        accounts=1, cents=500, asked_by=by, started_at=dates.now(), posted_at=dates.now(),
    )  # fmt: skip
    entry = ledger.adjust(
        Kind.SMALL_BALANCE_WRITEOFF, charge, 500, on=dates.today(), key=f"run:{run.pk}:{account.pk}", by=by
    )
    RunLine.objects.create(run=run, account=account, cents=500, why="small", entry=entry)
    return run


def make_request(account: Account, by: User, cents=100) -> Request:
    """Somebody's discount on what the client owes last, which waits for another person."""
    charge = account.open_items.filter(payer=None, cents__gt=0).latest("pk").charge
    reason = Reason.objects.get(code="PROMPT")
    with ledger.locked([account.pk]):
        return requests.ask(
            Adjustment(charge, None, cents, reason), by=by, office=account.office, account_id=account.pk, because="test",
            key=uuid.uuid4(),
        )  # fmt: skip


def make_lists(by: User) -> dict:
    """A list that somebody saved, and one of their runs over many rows."""
    run = BulkRun.objects.create(user=by, list="accounts", act="hold", form=uuid.uuid4())
    BulkLine.objects.create(run=run, row=1, label="A-1", done=True)
    return {
        "saved_list": SavedList.objects.create(user=by, route="accounts", name=f"Mine {next(_numbers)}"),
        "list_run": run,
    }
