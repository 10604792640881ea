"""What must always be true of reminders, each as a query for the rows that offend."""

from billing_office.lib.checks import Check

CHECKS = [
    Check(
        "A reminder goes to the account or payer of its cycle",
        """SELECT r.id AS reminder FROM dunning_reminder r JOIN dunning_dunningcycle c ON c.id = r.cycle_id
             JOIN accounts_message m ON m.id = r.message_id JOIN accounts_document d ON d.id = m.document_id
            WHERE (m.account_id, m.payer_id, d.office_id) IS DISTINCT FROM (c.account_id, c.payer_id, c.office_id)""",
    ),
    Check(
        "No reminder was sent outside the hours that its rule names",
        """SELECT e.id AS contact, e.moment FROM dunning_contactevent e
             JOIN dunning_compliancerule r ON r.rule_id = 'HOURS' AND r.active
            CROSS JOIN LATERAL unnest(string_to_array(e.zone, ', ')) AS place
            WHERE e.action = 'reminder' AND e.stage = 'sending' AND e.zone <> ''
              AND (date_trunc('minute', e.moment AT TIME ZONE place)::time < (r.params ->> 'from')::time
                OR date_trunc('minute', e.moment AT TIME ZONE place)::time > (r.params ->> 'until')::time)""",
    ),
]
