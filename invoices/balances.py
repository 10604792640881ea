"""What of an invoice is still open: per line the lesser of the line and what is open of its item, the oldest line settled first.

An item's open amount is laid on its live lines, the newest first: lines of 80 (older) and 60 with 100 open leave 40 and 60.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db import connection
from django.db.models import F, OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from .models import Invoice, InvoiceLine

# {items} selects the open items whose lines are wanted; every live line of those items counts.
_LINES = """
    WITH line AS (
        SELECT l.id, l.invoice_id, l.open_item_id, l.cents, greatest(0, o.cents) AS open,
               sum(l.cents) OVER (PARTITION BY l.open_item_id ORDER BY l.invoice_id DESC, l.id DESC) - l.cents AS newer
          FROM invoices_invoiceline l
          JOIN invoices_invoice i ON i.id = l.invoice_id AND i.voided_at IS NULL
          JOIN accounts_openitem o ON o.id = l.open_item_id
         WHERE l.open_item_id IN ({items})
    ), part AS (
        SELECT id, invoice_id, open_item_id, least(cents, greatest(0, open - newer))::bigint AS cents FROM line
    )
"""


def _query(items: str, tail: str, params: list) -> list:
    with connection.cursor() as cursor:
        cursor.execute(_LINES.format(items=items) + tail, params)
        return cursor.fetchall()


def of_items(item_ids: Iterable[int]) -> dict[int, int]:
    """What of each of these open items stands, still open, on live invoices: {open item id: cents}."""
    tail = "SELECT open_item_id, sum(cents)::bigint FROM part GROUP BY open_item_id"
    return dict(_query("SELECT unnest(%s::bigint[])", tail, [list(item_ids)]))


def unasked(items: QuerySet) -> QuerySet:
    """Of open items those that are not wholly on live invoices; `asked` is what of each is (cents, as the lines say)."""
    lines = InvoiceLine.objects.filter(open_item=OuterRef("pk"), invoice__voided_at=None).order_by()
    sums = lines.values("open_item").annotate(sum=Sum("cents")).values("sum")
    return items.annotate(asked=Coalesce(Subquery(sums), 0)).filter(cents__gt=0).filter(cents__gt=F("asked"))


def of_lines(invoices: Iterable[Invoice]) -> dict[int, int]:
    """What is still open of each line of these invoices: {line id: cents}. Lines of void ones are not there."""
    ids = [invoice.pk for invoice in invoices]
    items = "SELECT open_item_id FROM invoices_invoiceline WHERE invoice_id = ANY(%s)"
    return dict(_query(items, "SELECT id, cents FROM part WHERE invoice_id = ANY(%s)", [ids, ids]))


def of_invoices(invoices: Iterable[Invoice]) -> dict[int, int]:
    """What is still open of each invoice: {invoice id: cents}. Void ones have nothing open. One query, however many."""
    ids = [invoice.pk for invoice in invoices]
    items = "SELECT open_item_id FROM invoices_invoiceline WHERE invoice_id = ANY(%s)"
    tail = "SELECT invoice_id, sum(cents)::bigint FROM part WHERE invoice_id = ANY(%s) GROUP BY invoice_id"
    return dict.fromkeys(ids, 0) | dict(_query(items, tail, [ids, ids]))


@dataclass(frozen=True)
class Line:
    """An invoice as the account page lists it: `open` in cents, 0 when settled or void."""

    id: int
    number: str
    issued_on: date
    due_on: date
    cents: int
    voided: bool
    open: int


def of_account(account_id: int) -> list[Line]:
    """The invoices to an account's client, newest first, with what is still open of each. One query."""
    items = "SELECT id FROM accounts_openitem WHERE account_id = %s"
    tail = """SELECT i.id, i.number, i.issued_on, i.due_on, i.cents, i.voided_at IS NOT NULL, coalesce(sum(p.cents), 0)::bigint
                FROM invoices_invoice i LEFT JOIN part p ON p.invoice_id = i.id WHERE i.account_id = %s
               GROUP BY i.id ORDER BY i.id DESC"""
    return [Line(*row) for row in _query(items, tail, [account_id, account_id])]
