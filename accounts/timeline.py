"""What happened on an account, in one order: acts, money, messages, contacts, notes, follow-ups, files, insurance.

One query, whatever is asked for. What happened on the duplicates that became part of the account stands with it.
"""

import json
from dataclasses import dataclass
from datetime import datetime

from django.db import connection
from django.utils.dateparse import parse_datetime

from .models import Account

Mark = tuple[datetime, str, int]  # where a page ends: moment, kind, id


@dataclass(frozen=True)
class Happening:
    """One line: `kind` of BRANCHES; `what` is its word, `cents` its amount if any.

    `facts` is what else is known: an act's own detail with `object` and `changed`; the `service` or `services` (how many)
    of an entry and the `payment` it names; the `document` of a message; what a contact was about; whether a note stands.
    """

    at: datetime
    kind: str
    what: str
    detail: str
    state: str
    cents: int | None
    who: str
    id: int
    facts: dict

    @property
    def mark(self) -> Mark:
        return self.at, self.kind, self.id


# Money and acts stand on the day they count for, which may lie before they were entered. Money tells its own story by its
# entries, and so do messages, notes, contacts and files: acts that only repeat them are left out, and so is who read or
# exported what.
_ACTS = """
        (SELECT CASE WHEN (a.detail->>'on')::date < a.at::date
                     THEN ((a.detail->>'on')::date + time '12:00') AT TIME ZONE 'UTC' ELSE a.at END AS at,
                '{kind}' AS kind, a.verb, a.reason, '', (a.detail->>'cents')::bigint, u.name, a.id,
                a.detail || jsonb_build_object('object', a.object_id, 'changed', a.changed)
           FROM audit_act a JOIN staff_user u ON u.id = a.actor_id
          WHERE a.account_id IN (SELECT id FROM family) AND a.verb NOT LIKE '%%\\_read' AND a.verb {insurance}
            AND a.verb NOT IN ('charge_posted', 'recurring_charged', 'payment_posted', 'note_written', 'account_exported',
                               'message_printed', 'message_sent_again', 'adjusted', 'responsibility_moved', 'entry_reversed',
                               'payment_allocated', 'money_moved', 'receipt_issued', 'contact_logged', 'follow_up_asked',
                               'follow_up_done', 'file_attached', 'timeline_exported'))"""
_INSURANCE = "'^(coverage|estimate|authorization|visit|verification|card|advice|good_faith)_'"

BRANCHES = {
    "act": _ACTS.format(kind="act", insurance=f"!~ {_INSURANCE}"),
    "insurance": _ACTS.format(kind="insurance", insurance=f"~ {_INSURANCE}"),
    "money": """
        (SELECT CASE WHEN e.effective_date < e.posted_at::date
                     THEN (e.effective_date + time '12:00') AT TIME ZONE 'UTC' ELSE e.posted_at END AS at,
                'money' AS kind, e.kind, e.memo, '', max(abs(p.cents)), u.name, e.id,
                jsonb_build_object('service', min(c.description), 'services', count(DISTINCT c.id), 'payment', min(p.payment_id))
           FROM accounts_journalentry e JOIN staff_user u ON u.id = e.posted_by_id
           JOIN accounts_posting p ON p.entry_id = e.id LEFT JOIN accounts_charge c ON c.id = p.charge_id
          WHERE e.account_id IN (SELECT id FROM family) GROUP BY e.id, u.name)""",
    "message": """
        (SELECT coalesce(m.sent_at, m.created_at) AS at, 'message' AS kind, m.channel, d.number || ' to ' || m.to, m.state,
                NULL::bigint, m.error, m.id, jsonb_build_object('document', d.id)
           FROM accounts_message m JOIN accounts_document d ON d.id = m.document_id
          WHERE m.account_id IN (SELECT id FROM family))""",
    "contact": """
        (SELECT m.at AS at, 'contact' AS kind, m.outcome, m.note, m.way, m.cents, u.name, m.id,
                jsonb_build_object('to', m.to, 'with', trim(k.first_name || ' ' || k.last_name), 'promised_on', m.promised_on,
                                   'refused', m.refused)
           FROM accounts_contactmade m JOIN staff_user u ON u.id = m.by_id LEFT JOIN accounts_client k ON k.id = m.client_id
          WHERE m.account_id IN (SELECT id FROM family))""",
    "note": """
        (SELECT n.at AS at, 'note' AS kind, 'note', n.text, CASE WHEN c.id IS NULL THEN '' ELSE 'corrected' END, NULL::bigint,
                u.name, n.id, jsonb_build_object('corrects', n.corrects_id)
           FROM accounts_note n JOIN staff_user u ON u.id = n.author_id LEFT JOIN accounts_note c ON c.corrects_id = n.id
          WHERE n.account_id IN (SELECT id FROM family))""",
    "follow_up": """
        (SELECT coalesce(f.done_at, (f.on + time '23:00') AT TIME ZONE 'UTC') AS at, 'follow_up' AS kind, 'follow_up', f.what,
                CASE WHEN f.done_at IS NULL THEN 'open' ELSE 'done' END, NULL::bigint, coalesce(d.name, m.name), f.id,
                jsonb_build_object('for', coalesce(u.name, f.for_role))
           FROM accounts_followup f JOIN staff_user m ON m.id = f.made_by_id LEFT JOIN staff_user d ON d.id = f.done_by_id
           LEFT JOIN staff_user u ON u.id = f.for_user_id
          WHERE f.account_id IN (SELECT id FROM family))""",
    "file": """
        (SELECT t.added_at AS at, 'file' AS kind, t.kind, t.title, CASE WHEN t.withdrawn_at IS NULL THEN '' ELSE 'withdrawn' END,
                NULL::bigint, u.name, t.id, '{}'::jsonb
           FROM accounts_attachment t JOIN staff_user u ON u.id = t.added_by_id
          WHERE t.account_id IN (SELECT id FROM family))""",
}

_TIMELINE = """
    WITH RECURSIVE family AS (
        SELECT id, office_id FROM accounts_account WHERE id = %(account)s
        UNION
        SELECT a.id, a.office_id FROM accounts_account a JOIN family f ON a.merged_into_id = f.id AND a.office_id = f.office_id
    )
    SELECT * FROM ({branches}) AS happened (at, kind, what, detail, state, cents, who, id, facts)
     WHERE {which} ORDER BY at DESC, kind DESC, id DESC LIMIT %(limit)s
"""
# Words as the screen says them, amounts as people type them; of services only for those who may read them.
_HAYSTACK = (
    "concat_ws(' ', replace(what, '_', ' '), detail, replace(state, '_', ' '), who, facts->>'to', facts->>'with',"
    " facts->>'number', to_char(cents / 100.0, 'FM999999999990.00'){service})"
)


def timeline(
    account: Account, *, kinds=tuple(BRANCHES), limit: int = 60, before: Mark | None = None, text: str = "", services=True
) -> list[Happening]:  # fmt: skip
    """Newest first: of these kinds, before a mark, holding each word of the text. `services`: the reader may know these."""
    which, given = ["true"], {"account": account.pk, "limit": limit}
    if before:
        which.append("(at, kind, id) < (%(at)s, %(kind)s, %(id)s)")
        given |= dict(zip(("at", "kind", "id"), before, strict=True))
    haystack = _HAYSTACK.format(service=", facts->>'service'" if services else "")
    for at, word in enumerate(text.split()[:6]):
        which.append(f"{haystack} ILIKE %(word{at})s")
        given[f"word{at}"] = f"%{_plain(word)}%"
    branches = " UNION ALL ".join(BRANCHES[kind] for kind in kinds)
    with connection.cursor() as cursor:
        cursor.execute(_TIMELINE.format(branches=branches, which=" AND ".join(which)), given)
        return [Happening(*row, facts=json.loads(facts)) for *row, facts in cursor.fetchall()]


def _plain(word: str) -> str:
    """A word as it is looked for: an amount without its sign and commas, nothing in it a wildcard."""
    bare = word.lstrip("$").replace(",", "") if word.lstrip("$").replace(",", "").replace(".", "").isdigit() else word
    return bare.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_").replace("\x00", "")


def written(mark: Mark) -> list:
    """A mark as plain values, and `read` back."""
    return [mark[0].isoformat(), mark[1], mark[2]]


def read(values) -> Mark | None:
    try:
        at, kind, pk = values
        return parse_datetime(at), kind, int(pk)
    except (TypeError, ValueError):
        return None
