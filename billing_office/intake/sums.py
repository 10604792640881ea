"""What some books came to: sums of all that they have posted so far, on client accounts only."""

from django.db import connection

from .models import Books, Known

# Reversals and whatever the office posted itself are no rows of these books, so a second import shows the same sums.
# `owed` are moves that a payment needed; `transferred` counts what the books' own transfers moved.
POSTED = """
    WITH legs AS (
        SELECT p.*, e.kind, e.source_key LIKE %(rows)s AS own
          FROM accounts_posting p JOIN accounts_journalentry e ON e.id = p.entry_id
          JOIN accounts_account a ON a.id = p.account_id AND a.kind = 'client'
         WHERE e.source_key LIKE %(rows)s OR e.source_key LIKE %(owed)s
    ), items AS (
        SELECT sum(cents) AS cents FROM legs WHERE book = 'receivable' GROUP BY charge_id, payer_id
    )
    SELECT count(*) FILTER (WHERE book = 'revenue'),
           -coalesce(sum(cents) FILTER (WHERE book = 'revenue'), 0),
           coalesce(sum(cents) FILTER (WHERE book = 'cash'), 0),
           coalesce(sum(cents) FILTER (WHERE book IN ('contractual', 'discount')), 0),
           coalesce(sum(cents) FILTER (WHERE own AND kind = 'transfer_responsibility' AND cents > 0), 0),
           (SELECT coalesce(sum(cents) FILTER (WHERE cents > 0), 0) FROM items),
           -coalesce(sum(cents) FILTER (WHERE book = 'unapplied'), 0)
             - (SELECT coalesce(sum(cents) FILTER (WHERE cents < 0), 0) FROM items)
      FROM legs
"""


def of(books: Books) -> dict[str, int]:
    """Counts, and sums in cents: charged, paid, adjusted, transferred, outstanding (gross of credits), credits.

    charged = paid + adjusted + outstanding − credits. Credits are open items below zero and the client's unapplied money.
    What payers paid too much stands on their house accounts and is in none of these.
    """
    with connection.cursor() as cursor:
        cursor.execute(POSTED, {"rows": f"books:{books.pk}:%", "owed": f"books-owed:{books.pk}:%"})
        charges, *cents = map(int, cursor.fetchone())
    patients = Known.objects.filter(books=books, payer=None).count()
    counts = {
        "accounts": patients,
        "clients": patients,
        "payers": Known.objects.filter(books=books, account=None).values("payer").distinct().count(),
        "charges": charges,
    }
    names = ("charged", "paid", "adjusted", "transferred", "outstanding", "credits")
    return counts | dict(zip(names, cents, strict=True))
