from datetime import date
from types import SimpleNamespace

import pytest

from accounts import invariants, ledger, opening
from accounts.models import Payer
from billing_office.lib.checks import run
from billing_office.staff.models import Office, User
from dunning import invariants as of_dunning
from invoices import invariants as of_invoices

DAY = date(2026, 9, 14)


@pytest.fixture
def books(db):
    """A service user, an account owing nothing, a payer, and short verbs to post on them."""
    return make_books()


def make_books():
    by, office = User.objects.service(), Office.objects.first()
    account = opening.open_account(office=office, first_name="Robert", last_name="White", by=by, opened_on=DAY)
    payer = opening.open_payer(name="Blue Cross", payer_class=Payer.Class.INSURER, by=by, opened_on=DAY)
    numbers = iter(range(1, 10_000))

    def charge(cents=50_000, *, payer=None, on=DAY, account=account):
        return ledger.charge(
            account, cents=cents, service_on=on, description="Visit", key=f"c{next(numbers)}", by=by, payer=payer
        )

    def pay(cents, *shares, on=DAY, key=None):
        parts = [ledger.Share(row.pk, part) for row, part in shares]
        key = key or f"p{next(numbers)}"
        return ledger.receive_client_payment(
            account, cents=cents, received_on=on, method="cash", shares=parts, key=key, by=by
        )

    return SimpleNamespace(by=by, office=office, account=account, payer=payer, charge=charge, pay=pay)


def sound():
    """Every invariant of the books holds; the names of those that do not."""
    checks = [*invariants.CHECKS, *of_invoices.CHECKS, *of_dunning.CHECKS]
    return [(result.name, result.rows) for result in map(run, checks) if not result.ok]
