"""Who paid: an account by its number, a name, a phone or e-mail; the addressee of an invoice; a payer by name."""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts import listing
from accounts.models import Account, Payer
from billing_office.lib.sorting import sort_key
from billing_office.staff.access import may
from invoices.models import Invoice

SHOWN = 20


@dataclass(frozen=True)
class Payee:
    """One who may have paid, and the page where their receipt is posted."""

    number: str
    name: str
    what: str
    href: str
    account: int | None = None


def who(user, text: str) -> list[Payee]:
    """Those whom the text may mean; exactly one for a number. Payers only for those who may post a payer's money."""
    mine = Account.objects.for_staff(user)
    if account := listing.numbered(mine, text):
        return [_client(account)]
    if (
        invoice := Invoice.objects.for_staff(user)
        .filter(number__iexact=text)
        .select_related("account", "payer")
        .first()
    ):
        return _asked(invoice, user)
    found = [_client(account) for account in listing.found(mine.live(), text).order_by("sort_key", "id")[:SHOWN]]
    return _payers(text) + found if may(user, "post_payer_payments") else found


def _client(account: Account, query: str = "") -> Payee:
    href = reverse("payment_new", args=[account.pk]) + query
    return Payee(account.number, account.name, _("Client account"), href, account.pk)


def _asked(invoice: Invoice, user) -> list[Payee]:
    query = "?" + urlencode({"for": invoice.number})
    if invoice.account:
        return [_client(invoice.account, query)]
    return [_payer(invoice.payer, query)] if may(user, "post_payer_payments") else []


def _payers(text: str) -> list[Payee]:
    payers = Payer.objects.filter(house_account__isnull=False)
    for word in sort_key(text).split():
        payers = payers.filter(sort_key__contains=word)
    return [_payer(payer) for payer in payers[:SHOWN]]


def _payer(payer: Payer, query: str = "") -> Payee:
    return Payee("", payer.name, payer.get_payer_class_display(), reverse("payer_payment_new", args=[payer.pk]) + query)
