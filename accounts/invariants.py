"""What must always be true of the ledger, each as a query for the rows that offend."""

from django.utils.translation import gettext_noop as noop

from billing_office.lib.checks import Check

from .ledger import OPEN_ITEMS_FROM_POSTINGS

CHECKS = [
    Check(
        noop("Every entry has two or more postings and sums to zero"),
        """SELECT e.id AS entry, coalesce(sum(p.cents), 0) AS sum, count(p.id) AS postings
             FROM accounts_journalentry e LEFT JOIN accounts_posting p ON p.entry_id = e.id
            GROUP BY e.id HAVING count(p.id) < 2 OR sum(p.cents) <> 0""",
    ),
    Check(
        noop("A posting stands on the account of its entry and of its charge"),
        """SELECT p.id AS posting, p.account_id AS account FROM accounts_posting p
             LEFT JOIN accounts_journalentry e ON e.id = p.entry_id LEFT JOIN accounts_charge c ON c.id = p.charge_id
            WHERE e.account_id IS DISTINCT FROM p.account_id OR (p.charge_id IS NOT NULL AND c.account_id IS DISTINCT FROM p.account_id)""",
    ),
    Check(
        noop("The books balance: all postings sum to zero"),
        "SELECT sum(cents) AS sum FROM accounts_posting HAVING coalesce(sum(cents), 0) <> 0",
    ),
    Check(
        noop("Transfer clearing returns to zero in each transaction"),
        """SELECT e.created_txid AS transaction, sum(p.cents) AS sum FROM accounts_posting p JOIN accounts_journalentry e ON e.id = p.entry_id
            WHERE p.book = 'transfer_clearing' GROUP BY e.created_txid HAVING sum(p.cents) <> 0""",
    ),
    Check(
        noop("Stored open items equal their postings"),
        f"""SELECT coalesce(i.charge_id, d.charge_id) AS charge, coalesce(i.payer_id, d.payer_id) AS payer, i.cents AS stored, d.cents AS posted,
                   i.since AS stored_since, d.since AS posted_since
              FROM accounts_openitem i
              FULL JOIN ({OPEN_ITEMS_FROM_POSTINGS.format(condition="true")}) d
                ON d.charge_id = i.charge_id AND coalesce(d.payer_id, 0) = coalesce(i.payer_id, 0)
             WHERE (i.cents, i.since, i.account_id) IS DISTINCT FROM (d.cents, d.since, d.account_id)""",
    ),
    Check(
        noop("Stored balances equal their postings"),
        """SELECT coalesce(b.account_id, s.account_id) AS account, b.receivable_cents AS stored, s.receivable AS posted,
                  b.unapplied_cents AS stored_unapplied, s.unapplied AS posted_unapplied
             FROM accounts_accountbalance b
             FULL JOIN (SELECT account_id, coalesce(sum(cents) FILTER (WHERE book = 'receivable'), 0) AS receivable,
                               -coalesce(sum(cents) FILTER (WHERE book = 'unapplied'), 0) AS unapplied
                          FROM accounts_posting GROUP BY account_id) s ON s.account_id = b.account_id
            WHERE b.account_id IS NULL AND (s.receivable, s.unapplied) <> (0, 0)
               OR b.account_id IS NOT NULL AND (b.receivable_cents, b.unapplied_cents) IS DISTINCT FROM (coalesce(s.receivable, 0), coalesce(s.unapplied, 0))""",
    ),
    Check(
        noop("Account receivable equals the sum of its open items"),
        """SELECT b.account_id AS account, b.receivable_cents AS balance, coalesce(sum(i.cents), 0) AS open_items
             FROM accounts_accountbalance b LEFT JOIN accounts_openitem i ON i.account_id = b.account_id
            GROUP BY b.account_id, b.receivable_cents HAVING b.receivable_cents <> coalesce(sum(i.cents), 0)""",
    ),
    Check(
        noop("A payment brings in its amount once, or was reversed whole"),
        """SELECT y.id AS payment, y.cents AS amount, coalesce(sum(p.cents), 0) AS cash
             FROM accounts_payment y
             LEFT JOIN (SELECT p.payment_id, p.cents FROM accounts_posting p JOIN accounts_journalentry e ON e.id = p.entry_id
                          LEFT JOIN accounts_journalentry r ON r.id = e.reverses_id
                         WHERE p.book = 'cash' AND coalesce(r.kind, e.kind) <> 'refund') p ON p.payment_id = y.id
            GROUP BY y.id, y.cents HAVING coalesce(sum(p.cents), 0) NOT IN (y.cents, 0)""",
    ),
    Check(
        noop("Of a payment no more is paid back than was approved, and no more than came in"),
        """SELECT y.id AS payment, y.cents AS amount, -sum(p.cents) FILTER (WHERE p.book = 'refunds') AS to_pay,
                  -sum(p.cents) FILTER (WHERE p.book = 'cash') AS paid_out
             FROM accounts_payment y JOIN accounts_posting p ON p.payment_id = y.id JOIN accounts_journalentry e ON e.id = p.entry_id
             LEFT JOIN accounts_journalentry r ON r.id = e.reverses_id
            WHERE coalesce(r.kind, e.kind) = 'refund' GROUP BY y.id
           HAVING sum(p.cents) FILTER (WHERE p.book = 'refunds') > 0
               OR -sum(p.cents) FILTER (WHERE p.book = 'cash') NOT BETWEEN 0 AND y.cents""",
    ),
    Check(
        noop("A refund goes to who had paid, in the amount of its entries; paid out it stands approved"),
        """SELECT f.id AS refund, f.cents, -p.cents AS posted FROM accounts_refund f JOIN accounts_payment y ON y.id = f.payment_id
             JOIN accounts_posting p ON p.entry_id = f.entry_id AND p.book = 'refunds'
            WHERE f.payer_id IS DISTINCT FROM y.payer_id OR p.payment_id <> f.payment_id OR p.account_id <> f.account_id
               OR -p.cents <> f.cents
            UNION ALL
           SELECT f.id, f.cents, -p.cents FROM accounts_payout o JOIN accounts_refund f ON f.id = o.refund_id
             JOIN accounts_posting p ON p.entry_id = o.entry_id AND p.book = 'cash'
            WHERE -p.cents <> f.cents OR p.payment_id <> f.payment_id
               OR EXISTS (SELECT 1 FROM accounts_journalentry r WHERE r.reverses_id = f.entry_id)
                  AND NOT EXISTS (SELECT 1 FROM accounts_journalentry r WHERE r.reverses_id = o.entry_id)""",
    ),
    Check(
        noop("Of a payment no more is taken off a charge than was laid on it"),
        """SELECT p.payment_id AS payment, p.charge_id AS charge, -sum(p.cents) AS laid FROM accounts_posting p
             JOIN accounts_journalentry e ON e.id = p.entry_id LEFT JOIN accounts_journalentry r ON r.id = e.reverses_id
            WHERE p.book = 'receivable' AND p.payment_id IS NOT NULL AND coalesce(r.kind, e.kind) <> 'payer_takeback'
            GROUP BY p.payment_id, p.charge_id HAVING sum(p.cents) > 0""",
    ),
    Check(
        noop("A fee stands in the book of its kind"),
        """SELECT c.id AS charge, c.kind, p.book FROM accounts_charge c JOIN accounts_posting p ON p.charge_id = c.id
            WHERE p.book IN ('revenue', 'late_fees', 'interest') AND c.kind <> 'service'
              AND p.book <> CASE c.kind WHEN 'interest' THEN 'interest' ELSE 'late_fees' END""",
    ),
    Check(
        noop("A run posted what it had shown, once an account"),
        """SELECT l.run_id AS run, l.account_id AS account, l.cents, s.cents AS posted FROM accounts_runline l
             JOIN (SELECT entry_id, sum(cents) FILTER (WHERE cents > 0) AS cents FROM accounts_posting GROUP BY entry_id) s
               ON s.entry_id = l.entry_id JOIN accounts_journalentry e ON e.id = l.entry_id
            WHERE s.cents <> l.cents OR e.account_id <> l.account_id""",
    ),
    Check(
        noop("Of a payment no more is spent than came in"),
        """SELECT payment_id AS payment, account_id AS account, -sum(cents) AS unapplied FROM accounts_posting
            WHERE book = 'unapplied' GROUP BY payment_id, account_id HAVING sum(cents) > 0""",
    ),
    Check(
        noop(
            "Of each charge: billed = adjusted + paid by payers + paid by the client + open at payers + open at the client"
        ),
        """SELECT c.id AS charge, c.cents AS billed, s.adjusted, s.payers_paid, s.client_paid, s.open_payers, s.open_client
             FROM accounts_charge c
             JOIN (SELECT p.charge_id,
                          coalesce(sum(p.cents) FILTER (WHERE p.book NOT IN ('receivable', 'revenue', 'late_fees', 'interest')), 0) AS adjusted,
                          -coalesce(sum(p.cents) FILTER (WHERE p.book = 'receivable' AND y.payer_id IS NOT NULL), 0) AS payers_paid,
                          -coalesce(sum(p.cents) FILTER (WHERE p.book = 'receivable' AND p.payment_id IS NOT NULL AND y.payer_id IS NULL), 0) AS client_paid,
                          -coalesce(sum(p.cents) FILTER (WHERE p.book IN ('revenue', 'late_fees', 'interest')), 0) AS earned,
                          coalesce(sum(p.cents) FILTER (WHERE p.book = 'receivable' AND p.payer_id IS NOT NULL), 0) AS open_payers,
                          coalesce(sum(p.cents) FILTER (WHERE p.book = 'receivable' AND p.payer_id IS NULL), 0) AS open_client
                     FROM accounts_posting p LEFT JOIN accounts_payment y ON y.id = p.payment_id
                    WHERE p.charge_id IS NOT NULL GROUP BY p.charge_id) s ON s.charge_id = c.id
            WHERE s.earned <> s.adjusted + s.payers_paid + s.client_paid + s.open_payers + s.open_client OR s.earned NOT IN (c.cents, 0) AND NOT EXISTS (
                  SELECT 1 FROM accounts_posting p WHERE p.charge_id = c.id AND p.book IN ('late_fees', 'interest'))""",
    ),
    Check(
        noop("Every charge was posted"),
        "SELECT c.id AS charge FROM accounts_charge c WHERE NOT EXISTS (SELECT 1 FROM accounts_posting p WHERE p.charge_id = c.id)",
    ),
    Check(
        noop("A reversal mirrors one entry that is no reversal"),
        """SELECT r.id AS reversal, r.reverses_id AS entry FROM accounts_journalentry r JOIN accounts_journalentry e ON e.id = r.reverses_id
            WHERE e.reverses_id IS NOT NULL OR e.account_id <> r.account_id OR EXISTS (
                  SELECT 1 FROM accounts_posting p WHERE p.entry_id IN (r.id, e.id)
                   GROUP BY p.book, p.payment_id, p.charge_id, p.payer_id HAVING sum(p.cents) <> 0)""",
    ),
    Check(
        noop("A credit has nothing due"),
        """SELECT i.id AS open_item, i.cents, d.cents AS due FROM accounts_openitem i
             JOIN accounts_due d ON d.open_item_id = i.id AND d.cents > 0 AND d.in_force_from > CURRENT_DATE
            WHERE i.cents < 0""",
    ),
    Check(
        noop("No amount is beyond the limit, nothing was made in the future"),
        """SELECT id AS posting, cents FROM accounts_posting WHERE abs(cents) > 1000000000000
            UNION ALL SELECT id, 0 FROM accounts_journalentry WHERE posted_at > clock_timestamp() + interval '5 minutes'""",
    ),
    Check(
        noop("Nothing was posted into a period after it closed"),
        """SELECT e.id AS entry, e.effective_date, p.last_day AS closed_through FROM accounts_journalentry e
             JOIN accounts_period p ON e.effective_date <= p.last_day AND e.posted_at > p.closed_at""",
    ),
    Check(
        noop("What the last closed period kept equals its postings"),
        """WITH last AS (SELECT id, last_day FROM accounts_period ORDER BY last_day DESC LIMIT 1),
                counted AS (SELECT p.charge_id, p.payer_id, sum(p.cents) AS cents
                              FROM last JOIN accounts_journalentry e ON e.effective_date <= last.last_day
                              JOIN accounts_posting p ON p.entry_id = e.id AND p.book = 'receivable'
                             GROUP BY p.charge_id, p.payer_id HAVING sum(p.cents) <> 0),
                kept AS (SELECT i.charge_id, i.payer_id, s.cents FROM last JOIN accounts_snapshot s ON s.period_id = last.id
                           JOIN accounts_openitem i ON i.id = s.open_item_id)
           SELECT coalesce(k.charge_id, c.charge_id) AS charge, k.cents AS kept, c.cents AS posted FROM kept k
             FULL JOIN counted c ON c.charge_id = k.charge_id AND coalesce(c.payer_id, 0) = coalesce(k.payer_id, 0)
            WHERE k.cents IS DISTINCT FROM c.cents""",
    ),
    Check(
        noop("A document's stored bytes are those of its hash"),
        "SELECT sha256 FROM accounts_blob WHERE encode(sha256(content), 'hex') <> sha256 OR length(content) <> size",
    ),
    Check(
        noop("A message has the addressee of its document"),
        """SELECT m.id AS message FROM accounts_message m JOIN accounts_document d ON d.id = m.document_id
            WHERE (m.account_id, m.payer_id) IS DISTINCT FROM (d.account_id, d.payer_id)""",
    ),
]
