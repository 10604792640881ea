"""Finding accounts by what a person types: name, phone, e-mail or number. Each way has its own index, and only what each
word may mean is compared by likeness: a table of the distinct words of names, small however many people there are.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from difflib import SequenceMatcher

from django.contrib.postgres.search import TrigramSimilarity
from django.db import connection, transaction
from django.db.models import Case, Q, QuerySet, Value, When
from django.db.models.functions import Lower, Reverse

from billing_office.lib.sorting import sort_key

from .models import ContactPoint, NameBearer, NameWord
from .models.client import DROPPED, JOINED
from .models.contact import FIGURES
from .opening import ACCOUNT_PREFIX

Kind = ContactPoint.Kind
FEWEST_FIGURES = 4  # of a phone number
ALIKE = 12  # how many words a misspelt one may stand for
LEAST_ALIKE = 0.3  # by trigrams, what PostgreSQL takes for alike by itself
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
    """The words that each may be a slip for: two letters changed over, one missing, one wrong, one too many. One query; where
    that leaves a word with none, a second one for words less like it. Within `by_index`.
    """
    slips: Slips = [{} for _ in words]
    asked = {at: word for at, word in enumerate(words) if _spelt(word)}
    for least in (min(map(_after_a_slip, asked.values()), default=LEAST_ALIKE), LEAST_ALIKE):
        for at, word in _alike({at: word for at, word in asked.items() if not slips[at]}, least):
            slips[at][word] = 0.8 * SequenceMatcher(None, word, words[at]).ratio()
    return slips


def _alike(words: dict[int, str], least: float) -> list[tuple[int, str]]:
    if not words:
        return []
    with (
        connection.cursor() as cursor
    ):  # the index passes over what is less alike, which is most of what 0.3 would let through
        cursor.execute("SET LOCAL pg_trgm.similarity_threshold = %s", [least])
    each = [_slips(word).annotate(at=Value(at)).values_list("at", "word") for at, word in words.items()]
    return list(each[0].union(*each[1:], all=True))


def _after_a_slip(word: str) -> float:
    """How alike, by trigrams, one wrong letter leaves words of this length, a little less for trigrams that come twice. Any
    other slip of one letter leaves them more alike."""
    return max(LEAST_ALIKE, 0.9 * (len(word) - 2) / (len(word) + 4))


def _spelt(word: str) -> bool:
    return len(word) >= SPELT and word.isalpha()


def _slips(word: str) -> QuerySet[NameWord]:
    turned = {word[:n] + word[n + 1] + word[n] + word[n + 2 :] for n in range(len(word) - 1)}
    like = Case(When(word__in=turned, then=Value(1.0)), default=TrigramSimilarity("word", word))
    alike = NameWord.objects.filter(Q(word__in=turned) | Q(word__trigram_similar=word))
    return alike.order_by(like.desc())[:ALIKE]


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
        cursor.execute("SET LOCAL enable_seqscan = on; SET LOCAL pg_trgm.similarity_threshold TO DEFAULT")
