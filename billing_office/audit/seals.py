"""Seals: what was written stays provable. A minute job hashes the rows that came since into a chain of seals.

Rows carry no chain when they are written, because that would make all writers queue (14 times slower, measured). The
sealer runs after them. A row must not come to light under a seal, that is with a smaller id than the seal's last one,
because its transaction ended late. Who inserts holds a lock on the table (ROW EXCLUSIVE, seen in pg_locks) from before
its id is drawn until it commits; so the sealer notes the highest id and who holds that lock, waits until each of those
has ended, and then no id up to the noted one can come any more. Nobody waits for the sealer. Transaction numbers would
say the same more shortly, but they start anew in a restored database, and with them every seal would be doubtful.

What the chain proves: a row that was sealed has not been changed, removed or slipped in since, whoever did it, the
tables' owner included, unless every later seal was forged too. Against that, write down a head (`verify_audit` tells
them) outside of the database now and then: `verify_audit --contains` proves that it is still in the chain.
"""

import hashlib
import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from django.db import connection, transaction

from .models import ChainHead, Seal

BATCH = 10_000  # rows in one seal, at the most
LEAF = 40  # bytes: the row's id and its hash
START = "0" * 64
LOWEST = -(2**63)


@dataclass(frozen=True)
class Chain:
    """A table whose rows are never changed and have a number `id`, and the word for its chain."""

    kind: str
    table: str


def seal(chain: Chain, now: datetime, patience: float = 1) -> int:
    """Seal what is settled; the count of rows. 0 also when another sealer is at it or a writer stays longer than `patience` seconds."""
    up_to, total = _settled(chain, patience), 0
    while up_to is not None and (count := _seal_batch(chain, up_to, now)):
        total += count
    return total


def _settled(chain: Chain, patience: float) -> int | None:
    """The highest id below which nothing can come any more; None when a writer does not end."""
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT max(id) FROM "{chain.table}"')  # noqa: S608  a name from our own list
        up_to = cursor.fetchone()[0]
        writers, end = _writers(cursor, chain), time.monotonic() + patience
        while writers:
            if time.monotonic() > end:
                return None
            time.sleep(0.05)
            writers &= _writers(cursor, chain)
    return up_to


def _writers(cursor, chain: Chain) -> set[str]:
    """Transactions of others that may have drawn an id of the table, and not ended."""
    cursor.execute(
        "SELECT virtualtransaction FROM pg_locks WHERE locktype = 'relation' AND mode = 'RowExclusiveLock'"
        " AND relation = %s::regclass AND pid <> pg_backend_pid()"
        " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())",
        [f'public."{chain.table}"'],
    )
    return {row[0] for row in cursor.fetchall()}


@transaction.atomic
def _seal_batch(chain: Chain, up_to: int, now: datetime) -> int:
    if not _alone(chain):
        return 0
    last = Seal.objects.filter(kind=chain.kind).defer("leaves").order_by("number").last()
    after = last.up_to if last else LOWEST
    columns = columns_of(chain)
    sealed = list(leaves(chain, columns, after, up_to, BATCH))
    if not sealed:
        return 0
    fresh = Seal(
        kind=chain.kind,
        number=last.number + 1 if last else 1,
        from_id=after + 1 if last else sealed[0][0],
        up_to=sealed[-1][0],
        count=len(sealed),
        columns=columns,
        leaves=b"".join(packed(leaf) for leaf in sealed),
        prev_hash=last.hash if last else START,
        sealed_at=now,
    )
    fresh.hash = seal_hash(fresh)
    fresh.save(force_insert=True)
    ChainHead.objects.update_or_create(kind=chain.kind, defaults={"number": fresh.number, "hash": fresh.hash})
    return fresh.count


def _alone(chain: Chain) -> bool:
    """Whether this transaction is the only one at this chain, until it ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(hashtext('audit_seal'), hashtext(%s))", [chain.kind])
        return cursor.fetchone()[0]


def columns_of(chain: Chain) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped ORDER BY 1",
            [f'public."{chain.table}"'],
        )
        return [row[0] for row in cursor.fetchall()]


def leaves(
    chain: Chain, columns: list[str], after: int, up_to: int, limit: int | None = None
) -> Iterator[tuple[int, bytes]]:
    """(id, SHA-256) of each row in the order of ids. The canonical spelling of a row is its columns as jsonb, in UTC."""
    names = ", ".join(f'"{name}"' for name in columns)
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT id, sha256(convert_to(to_jsonb(r)::text, 'UTF8'))
              FROM (SELECT {names} FROM public."{chain.table}" WHERE id > %s AND id <= %s ORDER BY id LIMIT %s) r ORDER BY id
            """,  # noqa: S608  names from our own list and from the catalogue
            [after, up_to, limit],
        )
        for row_id, digest in cursor.fetchall():
            yield row_id, bytes(digest)


def packed(leaf: tuple[int, bytes]) -> bytes:
    return leaf[0].to_bytes(8, "big", signed=True) + leaf[1]


def unpacked(packed: bytes) -> dict[int, bytes]:
    steps = range(0, len(packed) - LEAF + 1, LEAF)
    return {int.from_bytes(packed[at : at + 8], "big", signed=True): packed[at + 8 : at + LEAF] for at in steps}


def seal_hash(one: Seal) -> str:
    """SHA-256, in hex, of all that a seal says and of the seal before it."""
    said = [
        one.kind, one.number, one.from_id, one.up_to, one.count, one.columns, one.sealed_at.astimezone(UTC).isoformat(),
        one.prev_hash, hashlib.sha256(bytes(one.leaves)).hexdigest(),
    ]  # fmt: skip
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()
