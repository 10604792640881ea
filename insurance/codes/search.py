"""Finding a code at once: by number, by its words, or by the words a clerk has for it."""

import re
from datetime import date

from django.contrib.postgres.search import SearchQuery, SearchRank
from django.db.models import Case, IntegerField, Q, QuerySet, Value, When

from ..models import Code
from .rows import is_code, normal

MOST = 50


def find(text: str, *, on: date, system: str = "") -> QuerySet[Code]:
    """Codes valid on that day, the best first: the number itself, numbers that begin so, then every word as the beginning of one."""
    codes = Code.objects.valid(on)
    if system:
        codes = codes.filter(system=system)
    number, words = normal(text[:40]), re.findall(r"[^\W_]+", text[:200])[:8]
    number = number if is_code(number) else ""
    if not words:
        return codes.none()
    asked = SearchQuery(" & ".join(f"{word}:*" for word in words), search_type="raw", config="english")
    by_number = Q(value__startswith=number) if number else Q(pk=None)
    nearness = Case(
        When(value=number, then=Value(0)), When(by_number, then=Value(1)), default=Value(2), output_field=IntegerField()
    )
    return (
        codes.filter(by_number | Q(search=asked))
        .alias(near=nearness, rank=SearchRank("search", asked))
        .order_by("near", "-rank", "value")
    )
