"""What must always be true of invoices, each as a query for the rows that offend."""

from django.utils.translation import gettext_noop as noop

from billing_office.lib.checks import Check

CHECKS = [
    Check(
        noop("Invoice numbers have no gap in their series"),
        """SELECT office_id AS office, min(series_number) AS first, max(series_number) AS last, count(*) AS count FROM invoices_invoice
            GROUP BY office_id HAVING max(series_number) - min(series_number) + 1 <> count(*)""",
    ),
    Check(
        noop("Invoice numbers end where their counter stands"),
        """SELECT i.office_id AS office, max(i.series_number) AS last, max(n.last) AS counter FROM invoices_invoice i
             LEFT JOIN accounts_numberseries n ON n.office_id = i.office_id AND n.kind = 'invoice'
            GROUP BY i.office_id HAVING max(i.series_number) IS DISTINCT FROM max(n.last)""",
    ),
    Check(
        noop("An invoice is the sum of its lines"),
        """SELECT i.number, i.cents AS total, coalesce(sum(l.cents), 0) AS lines FROM invoices_invoice i
             LEFT JOIN invoices_invoiceline l ON l.invoice_id = i.id GROUP BY i.id HAVING i.cents <> coalesce(sum(l.cents), 0)""",
    ),
    Check(
        noop("An invoice's lines are open items of its addressee"),
        """SELECT i.number, l.id AS line FROM invoices_invoiceline l JOIN invoices_invoice i ON i.id = l.invoice_id
             JOIN accounts_openitem o ON o.id = l.open_item_id
            WHERE o.payer_id IS DISTINCT FROM i.payer_id OR (i.account_id IS NOT NULL AND o.account_id <> i.account_id)""",
    ),
    Check(
        noop("An invoice's document has its addressee and number"),
        """SELECT i.number, d.number AS document FROM invoices_invoice i JOIN accounts_document d ON d.id = i.document_id
            WHERE (d.account_id, d.payer_id) IS DISTINCT FROM (i.account_id, i.payer_id) OR d.number <> i.number""",
    ),
    Check(
        noop("An invoice's document asks for what the invoice says"),
        """SELECT i.number, i.cents AS total, d.context -> 'ask' ->> 'amount' AS asked
             FROM invoices_invoice i JOIN accounts_document d ON d.id = i.document_id
            WHERE replace(replace(d.context -> 'ask' ->> 'amount', '$', ''), ',', '')::numeric * 100 <> i.cents""",
    ),
    Check(
        noop("A void invoice has its credit note, and no other invoice has one"),
        """SELECT i.number, c.number AS credit_note FROM invoices_invoice i LEFT JOIN invoices_creditnote c ON c.invoice_id = i.id
            WHERE (i.voided_at IS NULL) <> (c.id IS NULL)""",
    ),
    Check(
        noop("A credit note takes back what its invoice asked"),
        """SELECT c.number, c.cents, i.cents AS invoice FROM invoices_creditnote c
             JOIN invoices_invoice i ON i.id = c.invoice_id JOIN accounts_document d ON d.id = c.document_id
            WHERE c.cents <> -i.cents OR c.office_id <> i.office_id OR d.number <> c.number
               OR (d.account_id, d.payer_id) IS DISTINCT FROM (i.account_id, i.payer_id)
               OR translate(d.context -> 'ask' ->> 'amount', '−$,', '-')::numeric * 100 <> c.cents""",
    ),
    Check(
        noop("Credit note numbers have no gap in their series"),
        """SELECT office_id AS office, min(series_number) AS first, max(series_number) AS last, count(*) AS count FROM invoices_creditnote
            GROUP BY office_id HAVING max(series_number) - min(series_number) + 1 <> count(*)""",
    ),
    Check(
        noop("A void invoice asks nothing: what fell due by invoices is on live ones"),
        """SELECT d.open_item_id AS item, sum(d.cents) AS due, coalesce(max(l.cents), 0) AS invoiced
             FROM accounts_due d
             JOIN (SELECT open_item_id, max(version) AS version FROM accounts_due GROUP BY open_item_id) v USING (open_item_id, version)
             LEFT JOIN (SELECT l.open_item_id, sum(l.cents) AS cents FROM invoices_invoiceline l
                          JOIN invoices_invoice i ON i.id = l.invoice_id AND i.voided_at IS NULL
                         GROUP BY l.open_item_id) l USING (open_item_id)
            WHERE d.because IN (SELECT number FROM invoices_invoice UNION ALL SELECT number || ' void' FROM invoices_invoice)
            GROUP BY d.open_item_id HAVING sum(d.cents) > coalesce(max(l.cents), 0)""",
    ),
    Check(
        noop("An invoice to a payer is over accounts of its own office"),
        """SELECT i.number, l.id AS line FROM invoices_invoiceline l JOIN invoices_invoice i ON i.id = l.invoice_id
             JOIN accounts_openitem o ON o.id = l.open_item_id JOIN accounts_account a ON a.id = o.account_id
            WHERE a.office_id <> i.office_id""",
    ),
    Check(
        noop("Every issued invoice has a message, every queued e-mail a job"),
        """SELECT i.number, 'no message' AS lacks FROM invoices_invoice i
            WHERE NOT EXISTS (SELECT 1 FROM accounts_message m WHERE m.document_id = i.document_id)
            UNION ALL
           SELECT d.number, 'no job' FROM accounts_message m JOIN accounts_document d ON d.id = m.document_id
            WHERE m.state = 'queued' AND m.channel = 'email' AND NOT EXISTS (
                  SELECT 1 FROM outbox_job j WHERE j.state <> 'done' AND (j.kind = 'send_message' AND j.object_id = m.id
                                                                       OR j.kind = 'render_document' AND j.object_id = m.document_id))""",
    ),
    Check(
        noop("A sent message has its Message-ID and time"),
        "SELECT id AS message FROM accounts_message WHERE state = 'sent' AND channel = 'email' AND (message_id IS NULL OR sent_at IS NULL)",
    ),
]
