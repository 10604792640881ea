"""Expected against actual: what became of a given estimate once its services were charged and the payers answered."""

from collections import Counter
from dataclasses import dataclass

from django.db import connection

from ..codes.rows import normal
from ..models import Estimate, EstimateLine


@dataclass(frozen=True)
class Actual:
    """What was charged for a code on the estimate's day, in cents, beside what its lines expected of the client: agreed
    discounts, what payers paid, what they still owe, and the rest, which is the client's."""

    description: str
    code: str
    expected: int
    billed: int
    writeoff: int
    payers: int
    waits: int

    @property
    def client(self) -> int:
        return self.billed - self.writeoff - self.payers - self.waits

    @property
    def more(self) -> int | None:
        """How much more than estimated the client owes, below zero: less; None while a payer owes some of it."""
        return None if self.waits else self.client - self.expected


# Charges that were voided have no revenue left. Payers' money is receivable legs of their payments; what they owe, open items.
_CHARGED = """
    SELECT upper(replace(c.code, '.', '')), sum(b.billed)::bigint, sum(b.off)::bigint, sum(b.paid)::bigint, sum(w.waits)::bigint
      FROM accounts_charge c
      JOIN LATERAL (
           SELECT -coalesce(sum(p.cents) FILTER (WHERE p.book = 'revenue'), 0) AS billed,
                  coalesce(sum(p.cents) FILTER (WHERE p.book = 'contractual'), 0) AS off,
                  -coalesce(sum(p.cents) FILTER (WHERE p.book = 'receivable' AND y.payer_id IS NOT NULL), 0) AS paid
             FROM accounts_posting p LEFT JOIN accounts_payment y ON y.id = p.payment_id WHERE p.charge_id = c.id) b ON true
      JOIN LATERAL (
           SELECT coalesce(sum(i.cents), 0) AS waits FROM accounts_openitem i
            WHERE i.charge_id = c.id AND i.payer_id IS NOT NULL) w ON true
     WHERE c.client_id = %s AND c.service_on = %s AND c.kind = 'service' AND b.billed <> 0
     GROUP BY 1
"""


def compare(estimate: Estimate, lines: list[EstimateLine]) -> list[Actual]:
    """Per code that was charged on the day, what came of it. One query. A draft is compared with nothing."""
    if estimate.is_draft:
        return []
    with connection.cursor() as cursor:
        cursor.execute(_CHARGED, [estimate.client_id, estimate.service_on])
        charged = {code: sums for code, *sums in cursor.fetchall()}
    expected, named = Counter(), {}
    for line in lines:
        expected[normal(line.code)] += line.client_cents
        named.setdefault(normal(line.code), line.description)
    return [Actual(named[code], code, cents, *charged[code]) for code, cents in expected.items() if code in charged]
