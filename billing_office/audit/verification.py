"""Proving the seals from the first to the last: what was changed, removed or slipped in since is named, row by row."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from django.db import connection, transaction
from django.utils.translation import gettext as _

from . import seals
from .models import ChainHead, Seal
from .seals import LOWEST, START, Chain

SHOWN = 100  # findings named of each chain; the count is of all


@dataclass(frozen=True)
class Finding:
    """One thing that is not as it was sealed. `row` is the id in the chain's table, None where the seal itself is meant."""

    kind: str
    seal: int
    row: int | None
    words: str

    def __str__(self):
        return f"{self.kind}: {self.words}"


@dataclass
class Proof:
    """How one chain stands. `sealed_to` and `sealed_at` tell of its last seal, `head` is that seal's hash."""

    chain: Chain
    seals: int = 0
    rows: int = 0
    unsealed: int = 0
    sealed_to: int | None = None
    sealed_at: datetime | None = None
    head: str = START
    found: int = 0
    findings: list[Finding] = field(default_factory=list)

    def note(self, finding: Finding):
        self.found += 1
        if len(self.findings) < SHOWN:
            self.findings.append(finding)


@transaction.atomic
def verify(chain: Chain) -> Proof:
    """Prove one chain. The sealer leaves it alone meanwhile; whoever writes does not wait."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('audit_seal'), hashtext(%s))", [chain.kind])
        cursor.execute("SET LOCAL timezone = 'UTC'")
    proof, before = Proof(chain), None
    for one in Seal.objects.filter(kind=chain.kind).order_by("number").iterator(chunk_size=20):
        for finding in _of_seal(chain, one, before):
            proof.note(finding)
        proof.seals, proof.rows, before = proof.seals + 1, proof.rows + one.count, one
    if before:
        proof.sealed_to, proof.sealed_at, proof.head = before.up_to, before.sealed_at, before.hash
    for finding in _of_head(chain, before):
        proof.note(finding)
    with connection.cursor() as cursor:
        after = before.up_to if before else LOWEST
        cursor.execute(f'SELECT count(*) FROM public."{chain.table}" WHERE id > %s', [after])  # noqa: S608  our own list
        proof.unsealed = cursor.fetchone()[0]
    return proof


def _of_seal(chain: Chain, one: Seal, before: Seal | None) -> Iterator[Finding]:
    """What is wrong with one seal, and, where the seal itself can be believed, with its rows."""
    expected = before.number + 1 if before else 1
    for number in range(expected, min(one.number, expected + SHOWN)):
        yield Finding(
            chain.kind,
            number,
            None,
            _("seal %(seal)s is gone, and the rows it covered are covered no more") % {"seal": number},
        )
    if one.number == expected and one.prev_hash != (before.hash if before else START):
        yield Finding(
            chain.kind, one.number, None, _("seal %(seal)s does not follow the seal before it") % {"seal": one.number}
        )
    if one.hash != seals.seal_hash(one):
        yield Finding(chain.kind, one.number, None, _("seal %(seal)s was changed") % {"seal": one.number})
        return
    # Whatever lies below the first seal's rows lies under it.
    after = before.up_to if before and one.number == expected else LOWEST if expected == one.number else one.from_id - 1
    yield from _of_rows(chain, one, after)


def _of_rows(chain: Chain, one: Seal, after: int) -> Iterator[Finding]:
    gone = set(one.columns) - set(seals.columns_of(chain))
    if gone:
        names = ", ".join(sorted(gone))
        yield Finding(
            chain.kind,
            one.number,
            None,
            _("the columns %(names)s under seal %(seal)s are gone") % {"names": names, "seal": one.number},
        )
        return
    sealed = seals.unpacked(bytes(one.leaves))
    for row, digest in seals.leaves(chain, one.columns, after, one.up_to):
        told = sealed.pop(row, None)
        if told is None:
            yield Finding(
                chain.kind,
                one.number,
                row,
                _("row %(row)s was slipped in under seal %(seal)s") % {"row": row, "seal": one.number},
            )
        elif told != digest:
            yield Finding(
                chain.kind,
                one.number,
                row,
                _("row %(row)s was changed after seal %(seal)s") % {"row": row, "seal": one.number},
            )
    for row in sealed:
        yield Finding(
            chain.kind,
            one.number,
            row,
            _("row %(row)s is gone from under seal %(seal)s") % {"row": row, "seal": one.number},
        )


def _of_head(chain: Chain, last: Seal | None) -> Iterator[Finding]:
    """The chain must end where its head says: that is how a missing last seal is noticed."""
    head, end = ChainHead.objects.filter(kind=chain.kind).first(), last.number if last else 0
    if head is None:
        if last:
            yield Finding(
                chain.kind,
                end,
                None,
                _("the mark of where the chain ends is gone; its last seal is %(seal)s") % {"seal": end},
            )
        return
    for number in range(end + 1, min(head.number, end + SHOWN) + 1):
        yield Finding(
            chain.kind,
            number,
            None,
            _("seal %(seal)s is gone, and the rows it covered are covered no more") % {"seal": number},
        )
    if head.number < end or (head.number == end and head.hash != last.hash):
        yield Finding(
            chain.kind, end, None, _("seal %(seal)s is not the one that the chain is known to end with") % {"seal": end}
        )
