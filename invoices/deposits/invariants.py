"""What must always be true of deposits and of what the bank says, each as a query for the rows that offend."""

from django.utils.translation import gettext_noop as noop

from billing_office.lib.checks import Check

CHECKS = [
    Check(
        noop("A deposit is the cash legs of its payments"),
        """SELECT d.id AS deposit, d.expected_cents AS said, coalesce(sum(p.cents), 0) AS legs FROM invoices_deposit d
             LEFT JOIN invoices_depositline l ON l.deposit_id = d.id LEFT JOIN accounts_posting p ON p.id = l.posting_id
            WHERE d.closed_at IS NOT NULL GROUP BY d.id HAVING d.expected_cents <> coalesce(sum(p.cents), 0)""",
    ),
    Check(
        noop("Only cash is in a deposit, of its own method"),
        """SELECT l.deposit_id AS deposit, p.id AS posting, p.book FROM invoices_depositline l
             JOIN invoices_deposit d ON d.id = l.deposit_id JOIN accounts_posting p ON p.id = l.posting_id
             LEFT JOIN accounts_payment y ON y.id = p.payment_id
            WHERE p.book <> 'cash' OR y.method IS DISTINCT FROM d.method""",
    ),
    Check(
        noop("A deposit is cleared up to its cash, or stands on the open list"),
        """SELECT d.id AS deposit, coalesce(d.expected_cents, 0) AS cash, sum(c.cents) AS cleared FROM invoices_deposit d
             JOIN invoices_clearing c ON c.deposit_id = d.id AND c.undone_at IS NULL GROUP BY d.id
            HAVING d.closed_at IS NULL OR sum(c.cents) > greatest(d.expected_cents, 0) OR sum(c.cents) < least(d.expected_cents, 0)""",
    ),
    Check(
        noop("A line of the bank accounts for no more than it moved"),
        """SELECT b.id AS bank_line, b.cents AS moved, sum(c.cents) AS used FROM invoices_bankline b
             JOIN invoices_clearing c ON c.line_id = b.id AND c.undone_at IS NULL GROUP BY b.id
            HAVING b.undone_at IS NOT NULL OR sum(c.cents) > greatest(b.cents, 0) OR sum(c.cents) < least(b.cents, 0)""",
    ),
    Check(
        noop("No payment is both deposited and cleared by itself"),
        """SELECT c.payment_id AS payment, l.deposit_id AS deposit FROM invoices_clearing c
             JOIN accounts_posting p ON p.payment_id = c.payment_id AND p.book = 'cash' AND p.cents > 0
             JOIN invoices_depositline l ON l.posting_id = p.id
            WHERE c.undone_at IS NULL AND c.cents > 0""",
    ),
]
