"""What must always be true of reminders, each as a query for the rows that offend."""

from django.utils.translation import gettext_noop as noop

from accounts import aging
from billing_office.lib.checks import Check

_ALL = {"items": "SELECT * FROM accounts_openitem", "which": aging.OF_CLIENTS, "known": "true"}
_PARTS = aging.PARTS.format(**_ALL).replace("%s", "CURRENT_DATE")
_FORGOTTEN = """
    SELECT DISTINCT p.account_id AS account, b.look_on
      FROM part p LEFT JOIN accounts_accountbalance b ON b.account_id = p.account_id
     WHERE p.part > 0 AND p.dated AND p.day <= CURRENT_DATE AND coalesce(b.look_on > CURRENT_DATE, true)
       AND NOT EXISTS (SELECT 1 FROM dunning_dunningcycle c WHERE c.account_id = p.account_id AND c.closed_on IS NULL)
"""

CHECKS = [
    Check(
        noop("Whoever is past due is looked at, or has a cycle that says when"),
        _PARTS + _FORGOTTEN,
    ),
    Check(
        noop("A reminder goes to the account or payer of its cycle"),
        """SELECT r.id AS reminder FROM dunning_reminder r JOIN dunning_dunningcycle c ON c.id = r.cycle_id
             JOIN accounts_message m ON m.id = r.message_id JOIN accounts_document d ON d.id = m.document_id
            WHERE (m.account_id, m.payer_id, d.office_id) IS DISTINCT FROM (c.account_id, c.payer_id, c.office_id)""",
    ),
    Check(
        noop("No reminder was sent outside the hours that its rule names"),
        """SELECT e.id AS contact, e.moment FROM dunning_contactevent e
             JOIN dunning_compliancerule r ON r.rule_id = 'HOURS' AND r.active
            CROSS JOIN LATERAL unnest(string_to_array(e.zone, ', ')) AS place
            WHERE e.action = 'reminder' AND e.stage = 'sending' AND e.zone <> ''
              AND (date_trunc('minute', e.moment AT TIME ZONE place)::time < (r.params ->> 'from')::time
                OR date_trunc('minute', e.moment AT TIME ZONE place)::time > (r.params ->> 'until')::time)""",
    ),
]
