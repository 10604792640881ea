"""What of an invoice is still open: per line the lesser of the line and what is open of its item, the oldest line settled first."""

from collections import defaultdict
from collections.abc import Iterable

from .models import Invoice, InvoiceLine


def still_open(open_cents: int, lines: list[tuple[int, int]]) -> dict[int, int]:
    """Lay an item's open amount on its live lines [(id, cents)], given oldest first, the newest covered first.

    >>> still_open(320, [(1, 224)]), still_open(100, [(1, 80), (2, 60)])
    ({1: 224}, {1: 40, 2: 60})
    """
    left, parts = max(0, open_cents), {}
    for line, cents in reversed(lines):
        parts[line] = min(left, cents)
        left -= parts[line]
    return dict(reversed(parts.items()))


def of_items(item_ids: Iterable[int]) -> dict[int, int]:
    """What is still open on each live line of these open items: {line id: cents}."""
    rows = (
        InvoiceLine.objects.filter(open_item__in=list(item_ids), invoice__voided_at=None)
        .order_by("invoice_id", "id")
        .values_list("open_item_id", "open_item__cents", "id", "cents")
    )
    lines, open_now = defaultdict(list), {}
    for item, cents, line, line_cents in rows:
        open_now[item] = cents
        lines[item].append((line, line_cents))
    return {line: part for item in lines for line, part in still_open(open_now[item], lines[item]).items()}


def of_invoices(invoices: Iterable[Invoice]) -> dict[int, int]:
    """What is still open of each invoice: {invoice id: cents}. Void ones have nothing open. Two queries, however many."""
    ids = [invoice.pk for invoice in invoices]
    lines = list(InvoiceLine.objects.filter(invoice__in=ids).values_list("id", "invoice_id", "open_item_id"))
    parts = of_items({item for _, _, item in lines})
    sums = dict.fromkeys(ids, 0)
    for line, invoice, _ in lines:
        sums[invoice] += parts.get(line, 0)
    return sums
