"""Which rows of clients are one person, as the merges that stand have it."""

from collections.abc import Iterable

from django.db.models import Exists, OuterRef, Q

from accounts.models import Account, Merge


def rows_of(clients: Iterable[int]) -> dict[int, set[int]]:
    """Ids of all rows that are the same person as each of these clients, itself among them, however many accounts were merged.

    One query where none of their accounts was merged with another.
    """
    clients = set(clients)
    same: dict[int, set[int]] = {pk: {pk} for pk in clients}
    others = Account.objects.filter(merged_into=OuterRef("pk"))
    family = Account.objects.filter(Q(merged_into__isnull=False) | Exists(others), clients__in=clients)
    reached, asked = set(family.values_list("pk", flat=True)), set()
    while new := reached - asked:
        asked |= new
        for row in Merge.objects.standing().filter(Q(duplicate__in=new) | Q(survivor__in=new)):
            reached |= {row.duplicate_id, row.survivor_id}
            for old, now in row.moved.get("people", []):
                _join(same, old, now)
    return {pk: same[pk] for pk in clients}


def _join(same: dict[int, set[int]], one: int, other: int):
    both = same.get(one, {one}) | same.get(other, {other})
    same.update(dict.fromkeys(both, both))
