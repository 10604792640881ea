"""The demo office's way to the bank: checks of today in a deposit that waits for its close, and a bank's file to match."""

import uuid
from datetime import date

from accounts import ledger
from accounts.models import Account, Payment
from billing_office.audit import acts
from billing_office.lib import dates
from billing_office.staff.models import Office, User
from invoices.bank import importing
from invoices.bank.statement import Mapping
from invoices.deposits import keeping
from invoices.models import BankAccount, Invoice

HEADS = ["Date", "Description", "Payer", "Reference", "Amount"]


def load(office: Office, clerk: User, biller: User, today: date):
    """Three checks, counted by the clerk; a statement of five lines: some certain, some not, a fee."""
    owing = Account.objects.filter(office=office, balance__receivable_cents__gt=20_000).order_by("pk")[:3]
    checks = [_check(account, at, clerk, today) for at, account in enumerate(owing)]
    deposit = keeping.open_deposit(
        office, day=today, method=Payment.Method.CHEQUE, drawer=clerk, by=clerk, form=uuid.uuid4()
    )
    keeping.count(deposit, sum(check.cents for check in checks), reason="", now=dates.now(), by=clerk)
    mapping = Mapping(day=0, text=1, name=2, reference=3, amount=4, heads=HEADS)
    account = BankAccount.objects.create(office=office, name="Operating", last4="4321", columns=mapping.kept())
    importing.take_in(account, "statement.csv", _statement(office, today), now=dates.now(), by=biller)


def _check(account: Account, at: int, clerk: User, today: date) -> Payment:
    payment = ledger.receive_client_payment(
        account, cents=4000 + 1500 * at, received_on=today, method=Payment.Method.CHEQUE, reference=f"{2201 + at}",
        shares=[], key=f"demo:check:{at}", by=clerk,
    )  # fmt: skip
    acts.record(clerk, "payment_posted", payment, account_id=account.pk, detail={"cents": payment.cents})
    return payment


def _statement(office: Office, today: date) -> bytes:
    asked = (
        Invoice.objects.filter(office=office, payer=None)
        .live()
        .still_open()
        .select_related("account")
        .order_by("-pk")[:2]
    )
    rows = [
        f"{today},ACH {invoice.number},{invoice.account.name.upper()},W77{at},{invoice.cents // 100}.{invoice.cents % 100:02d}"
        for at, invoice in enumerate(asked)
    ]
    rows += [
        f"{today},WIRE TRANSFER,BLUE LAKE HEALTH,W9912,950.00",
        f"{today},COUNTER CREDIT,,,42.17",
        f"{today},MONTHLY FEE,,,-15.00",
    ]
    return "\n".join([",".join(HEADS), *rows]).encode()
