"""Finding accounts by what a person types: name, phone, e-mail or number. Each way has its own index, and what each word
may be a slip for is looked up in a table of the distinct words of names, small however many people there are.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from difflib import SequenceMatcher
from string import ascii_lowercase

from django.contrib.postgres.search import TrigramSimilarity
from django.db import connection, transaction
from django.db.models import Q, QuerySet, Value
from django.db.models.functions import Lower, Reverse

from billing_office.lib.sorting import sort_key

from .models import ContactPoint, NameBearer, NameWord
from .models.client import DROPPED, JOINED
from .models.contact import FIGURES
from .opening import ACCOUNT_PREFIX

Kind = ContactPoint.Kind
FEWEST_FIGURES = 4  # of a phone number
ALIKE = 12  # how many words a misspelt one may stand for
SPELT = 4  # letters of a word below which everything looks like everything

Slips = list[dict[str, float]]  # for each word typed: what else it may mean, and how like that is (below 1)


# -- names ----------------------------------------------------------------------------------------------------------------


def name_words(text: str) -> list[str]:
    """The words of a name as they are indexed.

    >>> name_words("O’Brien-Núñez, Ana")
    ['obrien', 'nunez', 'ana']
    """
    table = str.maketrans(JOINED, " ", DROPPED)
    return sort_key(text).translate(table).split()


def misspelt(words: list[str]) -> Slips:
    """The words that each may be a slip for: two letters changed over, one missing, one wrong, one too many. One query, since
    all words one slip away can be written down; where nobody is called so, a second one for words that are alike at all.
    """
    slips: Slips = [{} for _ in words]
    near = {at: _one_slip_away(word) for at, word in enumerate(words) if _spelt(word)}
    found = NameWord.objects.filter(word__in=sorted(set().union(*near.values()))).values_list("word", flat=True)
    known = set(found) if near else set()
    alike = {at: _nearest(known & away, words[at]) for at, away in near.items()}
    lost = [_alike(words[at]).annotate(at=Value(at)) for at, others in alike.items() if not others]
    if lost:
        each = [others.values_list("at", "word") for others in lost]
        for at, other in each[0].union(*each[1:], all=True):
            alike[at].append(other)
    for at, others in alike.items():
        slips[at] = {other: 0.8 * SequenceMatcher(None, other, words[at]).ratio() for other in others}
    return slips


def _spelt(word: str) -> bool:
    return len(word) >= SPELT and word.isalpha()


def _one_slip_away(word: str) -> set[str]:
    """The word itself, and all that it becomes by one slip: some 50 for each letter."""
    cut = [(word[:n], word[n:]) for n in range(len(word) + 1)]
    missing = {a + c + b for a, b in cut for c in ascii_lowercase}
    wrong = {a + c + b[1:] for a, b in cut if b for c in ascii_lowercase}
    return {word} | _turned(word) | missing | wrong | {a + b[1:] for a, b in cut if b}


def _turned(word: str) -> set[str]:
    return {word[:n] + word[n + 1] + word[n] + word[n + 2 :] for n in range(len(word) - 1)}


def _nearest(others: set[str], word: str) -> list[str]:
    turned = _turned(word)
    return sorted(others, key=lambda o: (o not in turned, -SequenceMatcher(None, o, word).ratio(), o))[:ALIKE]


def _alike(word: str) -> QuerySet[NameWord]:
    alike = NameWord.objects.filter(word__trigram_similar=word)
    return alike.order_by(TrigramSimilarity("word", word).desc())[:ALIKE]


def named(
    words: list[str], slips: Slips | None = None, bearers: QuerySet[NameBearer] | None = None
) -> QuerySet[NameBearer]:
    """Of `bearers`, or of all, whose name has for each word typed one that begins so, or one that it may be a slip for, in any
    order. Whoever has several such words may come several times.
    """
    meant = [Q(word__startswith=word) for word in words]
    for at, others in enumerate(slips or []):
        meant[at] |= Q(word__in=sorted(others))
    bearers = (NameBearer.objects.all() if bearers is None else bearers).filter(meant[0])
    for other in meant[1:]:
        bearers = bearers.filter(client__in=NameBearer.objects.filter(other).values("client"))
    return bearers


# -- numbers and addresses ------------------------------------------------------------------------------------------------


def numbers(text: str) -> list[str]:
    """The account numbers that the text may begin: A-10023 is also typed a-10023 or 10023."""
    bare = "".join(text.split()).upper()
    if not any(c.isdigit() for c in bare):
        return []
    return [bare, f"{ACCOUNT_PREFIX}{bare}"] if bare.isascii() and bare.isdecimal() else [bare]


def numbered(accounts: QuerySet, text: str) -> QuerySet:
    """Those whose number begins so."""
    begins = Q(pk__in=[])
    for number in numbers(text):
        begins |= Q(number__startswith=number)
    return accounts.filter(begins)


def points(text: str) -> list[QuerySet[ContactPoint]]:
    """Phones that begin or end with these figures, e-mail addresses that begin so: a query for each way, since each has its
    own index. None where it looks like neither.
    """
    if "@" in text:
        emails = ContactPoint.objects.filter(kind=Kind.EMAIL).alias(low=Lower("value")).order_by()
        return [emails.filter(low__startswith=text.lower())]
    figures = "".join(c for c in text if c.isascii() and c.isdigit())
    if len(figures) < FEWEST_FIGURES or any(c.isalpha() for c in text):
        return []
    if len(figures) == 11:
        figures = figures.removeprefix("1")  # the country's, which some write and some do not
    phones = ContactPoint.objects.filter(kind=Kind.PHONE).alias(bare=FIGURES, back=Reverse(FIGURES)).order_by()
    begins = [phones.filter(bare__startswith=start) for start in (figures, f"1{figures}")]
    return [*begins, phones.filter(back__startswith=figures[::-1])]


# -- all of it --------------------------------------------------------------------------------------------------------------


def account_ids(text: str) -> list[QuerySet]:
    """Ids of the accounts that the text finds as it is written, one query for each way; the caller scopes them."""
    words = name_words(text)
    found = [named(words).values_list("account")] if words else []
    return found + [way.values_list("client__account") for way in points(text)]


@contextmanager
def by_index() -> Iterator[None]:
    """Ask by the indexes alone. For a frequent name and a few rows the planner would rather read the table from its
    beginning, which takes as long as the table is when the name is rare in this office."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        yield
        cursor.execute("SET LOCAL enable_seqscan = on")
