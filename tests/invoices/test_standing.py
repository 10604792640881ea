"""A charge that a live invoice asks for is not undone before the invoice is void; receipts offer their undo."""

from django.urls import reverse

from accounts.models import JournalEntry
from billing_office.lib import dates
from invoices import issuing, voiding
from tests.accounts.test_corrections import entry_of, undo
from tests.factories import make_charge, make_payment


def test_the_invoice_that_asks_for_a_charge_is_named_with_the_way_to_void_it(biller, account, by):
    entry = entry_of(make_charge(account, by))
    invoice = issuing.issue(account, on=dates.today(), by=by, key="i")
    page = undo(biller, entry).content.decode()
    assert f"Invoice {invoice.number} asks for it" in page
    assert reverse("invoice_void", args=[invoice.pk]) in page
    voiding.void(invoice, on=dates.today(), by=by, reason="wrong charge")
    assert undo(biller, entry).status_code == 302
    assert JournalEntry.objects.filter(reverses=entry).exists()


def test_money_laid_later_offers_its_undo(clerk, account, by, once):
    payment, charge = make_payment(account, by, 5000), make_charge(account, by)
    to = reverse("payment_allocate", args=[payment.pk])
    shown = clerk.post(to, {"once": once, "stub": "", "act": "due"})
    data = {"once": once, "laid": "due", "act": "post", f"pay_{charge.pk}": "50.00"}
    data["shown_for"] = shown.context["form"].data["shown_for"]
    page = clerk.post(to, data, follow=True).content.decode()
    entry = JournalEntry.objects.get(kind="allocation")
    assert reverse("entry_reverse", args=[entry.pk]) in page
