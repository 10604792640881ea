"""A day at the money desk: a cheque, a discount that two agree on, the bank, the close; then the cheque comes back."""

import csv
import re
from io import StringIO

import pytest
from django.urls import reverse

from accounts.models import JournalEntry, OpenItem
from billing_office import schedule
from billing_office.approvals.models import Request
from billing_office.lib import dates
from invoices import issuing
from invoices.models import Deposit
from tests.accounts.test_corrections import given, send, undo
from tests.bank.test_deposits import by_hand, closing, open_rows, opened
from tests.invoices.test_receipts import as_shown

from .test_main_job import ran

pytestmark = pytest.mark.django_db
TODAY = dates.today()


def posted(browser, to: str, **entries) -> str:
    """Enter, look, post; the page that follows."""
    shown = browser.post(to, entries | {"act": "show"})
    answer = browser.post(to, as_shown(shown), follow=True)
    return answer.content.decode()


def owed(account) -> int:
    return sum(OpenItem.objects.filter(account=account, payer=None).values_list("cents", flat=True))


def journal(browser) -> tuple[int, int]:
    answer = browser.get(reverse("journal"), {"first": "2020-01-01", "last": TODAY.isoformat(), "as": "csv"})
    rows = list(csv.DictReader(StringIO(answer.getvalue().decode())))
    return tuple(sum(int(row[side].replace(".", "")) for row in rows) for side in ("Debit", "Credit"))


def test_a_day_at_the_money_desk(signed_in, office, owing, by, once):
    clerk, second, biller, supervisor = (signed_in(role) for role in ("clerk", "clerk", "biller", "supervisor"))
    invoice = issuing.issue(owing, on=TODAY, by=by, key="bill")

    # A cheque of 150.00 for a bill of 224.00: where it goes is seen before it is posted, and the receipt can be undone.
    page = posted(
        clerk, reverse("payment_new", args=[owing.pk]), once=once, amount="150.00", method="cheque", reference="2201",
        received_on=TODAY.isoformat(),
    )  # fmt: skip
    assert "Undo" in page
    assert owed(owing) == 7_400

    # The clerk counts the drawer; only another person closes it. The bank has it a day later.
    opened(clerk, office, once)
    deposit = Deposit.objects.get()
    clerk.post(reverse("deposit_count", args=[deposit.pk]), {"counted": "150.00", "difference_reason": ""})
    closing(clerk, deposit, "15000")
    assert Deposit.objects.get().closed_at is None
    closing(second, deposit, "15000")
    assert open_rows(biller.user) == [("Deposit", 15_000)]
    by_hand(biller, reverse("deposit_clear", args=[deposit.pk]), once, amount="150.00")
    assert open_rows(biller.user) == []

    # A courtesy above the biller's limit waits for the supervisor, who sees it and agrees.
    send(
        biller,
        "account_adjust",
        owing.pk,
        given(owing.charge, once, "COURTESY", amount="74.00", note="long-standing client"),
    )
    request = Request.objects.get()
    assert owed(owing) == 7_400
    asked = supervisor.get(reverse("approval", args=[request.pk])).content.decode()
    seen = re.search(r'name="seen" value="([^"]*)"', asked)
    supervisor.post(reverse("approval_approve", args=[request.pk]), {"seen": seen[1] if seen else ""})
    assert owed(owing) == 0

    # "Why did I owe that?"
    why = clerk.get(reverse("invoice_why", args=[invoice.pk])).content.decode()
    assert (
        "We billed $224.00. Our discount took off $74.00. You paid $150.00. That leaves nothing for you to pay." in why
    )

    # The cheque comes back: undone with its reason, owed again, and the bank's list says what is missing.
    undo(biller, JournalEntry.objects.get(kind="client_payment"), "DISPUTED", note="the bank returned it")
    assert owed(owing) == 15_000
    assert [cents for _, cents in open_rows(biller.user)] == [-15_000]

    # The books are sound, by command and by the page; what goes to the bookkeeping balances.
    assert ran("check_money")["ok"]
    supervisor.post(reverse("proof_new"))
    schedule.drain()
    assert "The books are sound." in supervisor.get(reverse("proof")).content.decode()
    debit, credit = journal(supervisor)
    assert debit == credit > 0
