"""Keyset pages: as quick on the last page as on the first, and no row twice or missed."""

from functools import reduce
from typing import NamedTuple

from django.core import signing
from django.db.models import Q, QuerySet


def ordering(asked: str, orders: dict[str, tuple[str, ...]], default: str) -> tuple[str, tuple[str, ...]]:
    """The ?sort= word in force and its order for `keyset`. `orders` names an ascending order for each column's `sort`
    word; "-word" turns it. What nobody declared is the default.

    >>> ordering("-open", {"open": ("open_cents", "id"), "name": ("sort_key", "id")}, "name")
    ('-open', ('-open_cents', '-id'))
    """
    sort = asked if asked.removeprefix("-") in orders else default
    order = orders[sort.removeprefix("-")]
    return sort, tuple(_turned(name) for name in order) if sort.startswith("-") else order


class Page(NamedTuple):
    rows: list
    next: str = ""  # token for ?after=
    previous: str = ""  # token for ?before=
    lost: bool = False  # the token was none of this list, so it begins anew


def keyset(
    queryset: QuerySet, order=("sort_key", "id"), after: str | None = None, before: str | None = None, size=50
) -> Page:
    """One page of `queryset` in `order`: the rows after, or before, the row that the token names.

    `order` names fields ("-" descends, "__" leads on) that are never null; the last one must be unique. Tokens are
    signed for this model and order: a forged or foreign one gives the first page, which is then `lost`.
    """
    salt = f"{queryset.model._meta.label} {' '.join(order)}"
    mark = _read_token(before or after, salt, len(order))
    lost = bool(before or after) and mark is None
    back = bool(before) and mark is not None
    way = tuple(_turned(name) for name in order) if back else tuple(order)
    found = queryset.order_by(*way)
    if mark is not None:
        found = found.filter(_beyond(way, mark))
    rows = list(found[: size + 1])
    more, rows = len(rows) > size, rows[:size]
    if back:
        rows.reverse()
    if not rows:
        return Page([], lost=lost)
    last, first = _token(rows[-1], order, salt), _token(rows[0], order, salt)
    previous = first if (more if back else mark is not None) else ""
    return Page(rows, next=last if more or back else "", previous=previous, lost=lost)


def _turned(name: str) -> str:
    return name[1:] if name.startswith("-") else f"-{name}"


def _beyond(way, mark) -> Q:
    """Rows that come after `mark`: a later first key, or the same and a later second one, and so on. The bound on the
    first key alone repeats what the alternatives imply, because an index can use it."""
    steps, same = [], Q()
    for name, value in zip(way, mark, strict=True):
        bare = name.removeprefix("-")
        steps.append(same & Q(**{f"{bare}__{'lt' if name.startswith('-') else 'gt'}": value}))
        same &= Q(**{bare: value})
    first = way[0].removeprefix("-")
    return Q(**{f"{first}__{'lte' if way[0].startswith('-') else 'gte'}": mark[0]}) & reduce(Q.__or__, steps)


def _token(row, order, salt) -> str:
    values = [attribute(row, name.removeprefix("-").replace("__", ".")) for name in order]
    plain = [value if isinstance(value, int | str) else str(value) for value in values]
    return signing.dumps(plain, salt=salt)


def _read_token(token, salt, length) -> list | None:
    try:
        mark = signing.loads(token, salt=salt) if token else None
    except signing.BadSignature:
        return None
    return mark if mark is not None and len(mark) == length else None


def attribute(row, path: str):
    """What the row has under this name: dots lead on, dicts are looked into, methods are called; None where a step is."""
    for name in path.split("."):
        row = row.get(name) if isinstance(row, dict) else getattr(row, name, None)
        if callable(row):
            row = row()
        if row is None:
            return None
    return row
