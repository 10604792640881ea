"""The demo's second office, a water utility: no insurance, fields of its own, charges that come every month."""

import random
from dataclasses import dataclass
from datetime import date, timedelta

from accounts import closing, facts, ledger, notes, opening, stops
from accounts.models import Account, AccountFlag, Charge, Client, ContactPoint, Hold
from billing_office.lib.sorting import sort_key
from billing_office.staff.models import Office, OfficeField, Role, User
from billing_office.staff.profiles import Profile
from invoices.models import Invoice, RecurringCharge
from invoices.recurring import billing
from invoices.recurring.rhythm import nth

from .demo_mail import went_out

CODE = "HARB"
ACCOUNTS_FROM = 5_000  # phone numbers and meters are counted from here
MONTHS = 4  # of history
STREETS = ["Canal Street", "Reservoir Road", "Pump House Lane", "Locust Street", "Quarry Road", "Ferry Street"]
BUSINESSES = [
    "Ferry Street Bakery", "Quarry Road Laundry", "Lakefront Diner", "Harbor Marine Supply", "Locust Street School", "Old Mill Apartments",
    "Canal Car Wash", "Saint Brendan Parish", "Reservoir Tennis Club",
]  # fmt: skip


@dataclass(frozen=True)
class Utility:
    office: Office
    fields: list[OfficeField]
    clerk: User
    biller: User


def found(clerk: User, biller: User) -> Utility:
    """The office, made when it is not there yet; everybody of the first one works for it too."""
    office = Office.objects.filter(code=CODE).first() or _office()
    return Utility(office, list(office.fields.all()), clerk, biller)


def _office() -> Office:
    office = Office.objects.create(
        code=CODE, name="Harbor Water and Sanitation", profile=Profile.PUBLIC, street="40 Reservoir Road",
        city_line="Springfield, IL 62703",
        phone="(555) 010-3000", hours="Monday to Friday 7 am to 5 pm", email="billing@harborwater.example", website="harborwater.example",
        terms_days=21, pay_to="Harbor Water and Sanitation\nPO Box 440\nSpringfield, IL 62705-0440",
        help_text="You can pay over time, and households with a low income pay a lower rate. Call (555) 010-3030.",
    )  # fmt: skip
    for at, field in enumerate(office.words.fields):
        OfficeField.objects.create(
            office=office, label=field.label, help=field.help, printed=field.printed, position=at
        )
    for person in User.objects.people().exclude(role=Role.ADMIN):
        person.offices.add(office)
    return office


def account(utility: Utility, at: int, name: str, today: date):
    """One household or business with its months of water, what it paid, and what a clerk had to do for it."""
    chance = random.Random(f"{CODE}{at}")  # noqa: S311  invented data, the same each time
    row = _opened(utility, at, name, chance, today)
    recurring = _recurring(utility, row, at, today)
    for month in range(MONTHS + 1):
        _month(utility, row, recurring, nth(recurring.starts_on, recurring.rhythm, month), chance, at, today)
    _situation(utility, row, recurring, at, today)


def _opened(utility: Utility, at: int, name: str, chance: random.Random, today: date) -> Account:
    first, _, last = ("", "", name) if name in BUSINESSES else name.partition(" ")
    opened = today - timedelta(days=chance.randrange(200, 3_000))
    row = opening.open_account(
        office=utility.office, first_name=first, last_name=last, by=utility.clerk, opened_on=opened,
        kind=Client.Kind.PERSON if first else Client.Kind.ORGANISATION,
    )  # fmt: skip
    client, Kind = row.guarantor, ContactPoint.Kind
    street = f"{2 + chance.randrange(400)} {chance.choice(STREETS)}"
    points = [
        ContactPoint(
            kind=Kind.POSTAL, street=street, city="Springfield", region="IL", postcode="62703", verified_on=opened
        ),
        ContactPoint(kind=Kind.PHONE, value=f"(217) 555-{ACCOUNTS_FROM + at}", verified_on=opened),
    ]
    if at % 6 != 5:
        local = sort_key(f"{first}.{last}" if first else last).replace(" ", "").strip(".")
        consent = {
            "consent_on": opened,
            "consent_by": utility.clerk,
            "consent_wording": "Agreed on the application for service.",
        }
        points.append(ContactPoint(kind=Kind.EMAIL, value=f"{local}{at}@example.org", preferred=True, **consent))
    for point in points:
        point.client, point.source = client, "application"
    ContactPoint.objects.bulk_create(points)
    values = [street if at % 4 else f"{street}, rear building", f"WM-{ACCOUNTS_FROM + at}-{at % 7}"]
    facts.write(row, {field.pk: value for field, value in zip(utility.fields, values, strict=True)}, by=utility.clerk)
    return row


def _recurring(utility: Utility, row: Account, at: int, today: date) -> RecurringCharge:
    business = row.guarantor.kind == Client.Kind.ORGANISATION
    code, words, cents = ("W-2", "1 inch", 6_450) if business else ("W-1", "5/8 inch", 2_875)
    recurring = RecurringCharge(
        account=row, client=row.guarantor, description=f"Water service, {words} meter", code=code, cents=cents,
        starts_on=nth(today - timedelta(days=at % 27), "month", -MONTHS), created_by=utility.biller,
    )  # fmt: skip
    recurring.look_ahead()
    recurring.save()
    return recurring


def _month(
    utility: Utility, row: Account, recurring: RecurringCharge, on: date, chance: random.Random, at: int, today: date
):
    """Water used, the monthly charge with its invoice, and what came in for it three weeks later."""
    if on > today:
        return
    gallons = chance.randrange(2, 14)
    ledger.charge(
        row, cents=gallons * 415, service_on=on, description=f"Water used, {gallons},000 gallons", code="W-U", client=row.guarantor,
        provider="Water", key=f"demo:water:{row.pk}:{on}", by=utility.biller,
    )  # fmt: skip
    billing.bill_account(row.pk, on, by=User.objects.service())
    invoice = Invoice.objects.get(source_key=f"recurring:{row.pk}:{on}")
    went_out(invoice, on)
    paid_on = on + timedelta(days=14 + at % 9)
    pays = at % 10 < 7 or (at % 10 < 9 and on < today - timedelta(days=70))
    if pays and paid_on <= today:
        _pays(utility, row, invoice.cents + (5_000 if at % 23 == 4 else 0), paid_on)


def _pays(utility: Utility, row: Account, cents: int, on: date):
    left, shares = cents, []
    for item in row.open_items.filter(cents__gt=0).order_by("charge__service_on", "charge"):
        part = min(left, item.cents)
        if part:
            shares.append(ledger.Share(item.charge_id, part))
        left -= part
    ledger.receive_client_payment(
        row, cents=cents, received_on=on, method="cheque", reference=f"{3000 + row.pk}", shares=shares,
        key=f"demo:water:{row.pk}:{on}:paid", by=utility.clerk,
    )  # fmt: skip


def _situation(utility: Utility, row: Account, recurring: RecurringCharge, at: int, today: date):
    """What a clerk of a utility meets: a leak in dispute, hardship, a letter that came back, somebody who moved away."""
    who = {"by": utility.clerk, "detail": {}}
    match at % 14:
        case 3:
            charge = Charge.objects.filter(account=row, code="W-U").first()
            reason = "Says the meter was read wrong; reading ordered"
            stops.set_stop(
                row, Hold(kind="dispute", charge=charge, since=today - timedelta(days=6), reason=reason), **who
            )
        case 7:
            since, until = today - timedelta(days=9), today + timedelta(days=24)
            stops.set_stop(
                row, Hold(kind="hardship", since=since, until=until, reason="Lost work; papers asked for"), **who
            )
            notes.write(
                row,
                "Called: lost work in the fall, would like to pay over time. Sent the form for the lower rate.",
                **who,
            )
        case 9:
            since, reason = today - timedelta(days=20), "Moved, no forwarding address"
            stops.set_stop(row, AccountFlag(kind="returned_mail", since=since, reason=reason), **who)
        case 12 if not row.open_items.exclude(cents=0).exists():
            recurring.refresh_from_db()
            recurring.until = today - timedelta(days=1)
            recurring.look_ahead()
            recurring.save()
            closing.close(row, today, "Moved away; final bill paid", by=utility.clerk)
