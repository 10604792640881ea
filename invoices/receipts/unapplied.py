"""Money that stands on no charge yet: whose, where, how much, since when."""

from dataclasses import dataclass
from datetime import date

from django.db import connection
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import Account, Payment
from billing_office.lib.paging import Page
from billing_office.staff.access import may

OWNERS = {"": _("All"), "client": _("Clients’"), "payer": _("Payers’")}
PORTION = 100


@dataclass(frozen=True)
class Standing:
    """What is left of one payment on one account. `days` since it was received; `house`: it stands at its payer."""

    payment: int
    account: int
    number: str
    name: str
    house: bool
    received_on: date
    method: str
    reference: str
    cents: int
    days: int

    @property
    def href(self) -> str:
        return reverse("payment", args=[self.payment])


_STANDING = """
    SELECT y.id, a.id, a.number, a.name, a.kind = 'house', y.received_on, y.method, y.reference, -s.sum, %(on)s - y.received_on
      FROM (SELECT p.payment_id, p.account_id, sum(p.cents)::bigint AS sum FROM accounts_posting p
             WHERE p.book = 'unapplied' AND (%(payment)s::bigint IS NULL OR p.payment_id = %(payment)s)
               AND p.account_id = ANY(%(accounts)s)
             GROUP BY p.payment_id, p.account_id HAVING sum(p.cents) < 0) s
      JOIN accounts_payment y ON y.id = s.payment_id JOIN accounts_account a ON a.id = s.account_id
     ORDER BY y.received_on, y.id, a.id LIMIT %(limit)s OFFSET %(skip)s
"""


def accounts_of(user, owner: str = "", number: str = "") -> list[int]:
    """The accounts with unapplied money that this person may know of: of one of OWNERS, or all; `number` leaves one account.

    House accounts belong to no office: they are for those who post payers' money or read the board.
    """
    payers = may(user, "post_payer_payments") or may(user, "read_board")
    with_money = Account.objects.filter(balance__unapplied_cents__gt=0)
    if number:
        with_money = with_money.filter(number=number)
    found: list[int] = []
    if owner != "payer":
        found += with_money.for_staff(user).values_list("pk", flat=True)
    if owner != "client" and payers:
        found += with_money.filter(kind=Account.Kind.HOUSE, payer__isnull=False).values_list("pk", flat=True)
    return found


def standing(
    accounts: list[int], on: date, *, payment: int | None = None, limit: int | None = None, skip: int = 0
) -> list[Standing]:
    """The oldest receipt first; of one payment when it is named. One query."""
    with connection.cursor() as cursor:
        cursor.execute(_STANDING, {"on": on, "accounts": accounts, "payment": payment, "limit": limit, "skip": skip})
        return [Standing(*row) for row in cursor.fetchall()]


def of_payment(payment: Payment, user, on: date) -> list[Standing]:
    """Where money of one payment stands unapplied, of the accounts that this person may know of."""
    return standing(accounts_of(user), on, payment=payment.pk)


def page(accounts: list[int], on: date, after: str) -> Page:
    """A portion of the list; `after` is how many rows were shown before it."""
    skip = int(after) if after.isascii() and after.isdecimal() and len(after) < 9 else 0
    rows = standing(accounts, on, limit=PORTION + 1, skip=skip)
    following = str(skip + PORTION) if len(rows) > PORTION else ""
    return Page(rows[:PORTION], next=following, previous=str(max(0, skip - PORTION)) if skip else "")
