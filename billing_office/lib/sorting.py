"""How names sort, on every server: a stored key, since the database may know no language's order."""

import unicodedata


def sort_key(*names: str) -> str:
    """Lower case without accents, `ß` as `ss`, spaces folded.

    >>> sort_key("Núñez-Straße", "Ana")
    'nunez-strasse ana'
    """
    folded = unicodedata.normalize("NFKD", " ".join(names).casefold())
    return " ".join("".join(c for c in folded if not unicodedata.combining(c)).split())
