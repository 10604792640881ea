"""Deposits and bank files as tests need them, made through the real functions of the product."""

import uuid
from datetime import timedelta

from billing_office.lib import dates
from billing_office.staff.models import Office, User
from invoices.bank import importing
from invoices.bank.statement import Mapping
from invoices.deposits import clearing, day, keeping
from invoices.models import BankAccount, BankImport, BankLine, Clearing, Deposit
from tests.factories import make_account, make_payment, make_user

from .files import csv

COLUMNS = Mapping(day=0, text=1, name=2, reference=3, amount=4)


def make_deposit(office: Office, by: User, *, days_ago=0, method="cheque", drawer=None) -> Deposit:
    """Opened with that day's receipts that are in none."""
    on = dates.today() - timedelta(days=days_ago)
    return keeping.open_deposit(office, day=on, method=method, drawer=drawer, by=by, form=uuid.uuid4())


def close_deposit(deposit: Deposit, office: Office, counter: User, *, counted: int | None = None) -> Deposit:
    """Counted by one, closed by another; `counted` cents, by default what the receipts come to."""
    cents = sum(deposit.lines.values_list("posting__cents", flat=True))
    counted = cents if counted is None else counted
    keeping.count(deposit, counted, reason="miscounted" if counted != cents else "", now=dates.now(), by=counter)
    keeping.close(deposit, seen=cents, now=dates.now(), by=make_user("supervisor", office))
    deposit.refresh_from_db()
    return deposit


def make_bank_account(office: Office, name="Operating", last4="4321", *, mapped=True) -> BankAccount:
    columns = {}
    if mapped:
        heads = ["Date", "Description", "Payer", "Reference", "Amount"]
        columns = Mapping(**{**COLUMNS.kept(), "heads": heads}).kept()
    return BankAccount.objects.create(office=office, name=name, last4=last4, columns=columns)


def import_rows(account: BankAccount, by: User, *rows: str) -> BankImport:
    return importing.take_in(account, "bank.csv", csv(*rows), now=dates.now(), by=by)


def make_banked(office: Office, by: User) -> dict:
    """One of each: a deposit that is being built, a closed one that a line of the bank's cleared, a day closed."""
    counter = make_user("clerk", office)
    account = make_account(office, by, "Ivy", "Banks")
    make_payment(account, by, 4100)
    closed = close_deposit(make_deposit(office, counter, days_ago=3), office, counter, counted=4000)
    bank = make_bank_account(office, "Savings")
    today = dates.today()
    file = import_rows(bank, by, f"{today},DEPOSIT,,,41.00", f"{today},Thanks {account.number},Ivy Banks,77,12.00")
    first = file.lines.earliest("pk")
    cleared = clearing.clear_deposit(closed, 4100, kind=Clearing.Kind.BANK, on=today, by=by, line=first)
    day.close(office, today - timedelta(days=9), today=today, by=make_user("supervisor", office))
    make_payment(account, by, 5200, days_ago=2)
    return {
        "deposit": make_deposit(office, counter, days_ago=2), "clearing": cleared, "bank_account": bank, "bank_import": file,
        "bank_line": BankLine.objects.filter(bank_import=file).latest("pk"),
    }  # fmt: skip
