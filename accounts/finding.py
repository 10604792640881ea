"""Finding accounts by what a person types: name, phone, e-mail or number. Each way has its own index, and only what each
word may mean is compared by likeness: a table of the distinct words of names, small however many people there are.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from difflib import SequenceMatcher

from django.contrib.postgres.search import TrigramSimilarity
from django.db import connection, transaction
from django.db.models import Case, Q, QuerySet, Value, When
from django.db.models.functions import Lower, Reverse

from billing_office.lib.sorting import sort_key

from .models import Client, ContactPoint, NameWord
from .models.client import DROPPED, JOINED, NAME_WORDS, SPACED_NAME
from .models.contact import FIGURES
from .opening import ACCOUNT_PREFIX

Kind = ContactPoint.Kind
FEWEST_FIGURES = 4  # of a phone number
WIDE = 200  # a beginning of more words than this narrows nothing down: it is only compared
ALIKE = 12  # how many words a misspelt one may stand for
SPELT = 4  # letters of a word below which everything looks like everything

Meanings = list[dict[str, float]]  # for each word typed: what it may mean, and how like (1: the word itself)


# -- names ----------------------------------------------------------------------------------------------------------------


def name_words(text: str) -> list[str]:
    """The words of a name as they are indexed.

    >>> name_words("O’Brien-Núñez, Ana")
    ['obrien', 'nunez', 'ana']
    """
    table = str.maketrans(JOINED, " ", DROPPED)
    return sort_key(text).translate(table).split()


def begun(words: list[str]) -> Meanings:
    """The words of names that begin with each; {} for a beginning so short that it narrows nothing. One query."""
    known = [NameWord.objects.filter(word__startswith=word)[: WIDE + 1] for word in words]
    meanings = _meant(known, lambda at, word: 1.0 if word == words[at] else 0.9)
    return [{} if len(each) > WIDE else each or {words[at]: 1.0} for at, each in enumerate(meanings)]


def misspelt(words: list[str], begun: Meanings) -> Meanings:
    """As `begun`, and the words that each may be a slip for: two letters changed over, one missing, one wrong. One query."""
    known = [_slips(word) if len(word) >= SPELT else NameWord.objects.none() for word in words]
    alike = _meant(known, lambda at, word: 0.8 * SequenceMatcher(None, word, words[at]).ratio())
    return [slips | sure if sure else {} for sure, slips in zip(begun, alike, strict=True)]


def _slips(word: str) -> QuerySet:
    turned = {word[:n] + word[n + 1] + word[n] + word[n + 2 :] for n in range(len(word) - 1)}
    like = Case(When(word__in=turned, then=Value(1.0)), default=TrigramSimilarity("word", word))
    alike = NameWord.objects.filter(Q(word__in=turned) | Q(word__trigram_similar=word))
    return alike.order_by(like.desc())[:ALIKE]


def _meant(known: list[QuerySet], like: Callable[[int, str], float]) -> Meanings:
    meanings: Meanings = [{} for _ in known]
    if known:
        each = [words.annotate(at=Value(at)).values_list("at", "word") for at, words in enumerate(known)]
        for at, word in each[0].union(*each[1:], all=True):
            meanings[at][word] = like(at, word)
    return meanings


def named(words: list[str], meanings: Meanings) -> QuerySet:
    """Clients whose names have a word for each typed, in any order."""
    clients = Client.objects.alias(words=NAME_WORDS, spaced=SPACED_NAME).order_by()
    for word, known in zip(words, meanings, strict=True):
        if known:
            clients = clients.filter(words__overlap=list(known))
        else:
            clients = clients.filter(Q(spaced__startswith=word) | Q(spaced__contains=f" {word}"))
    return clients


def beginning(word: str) -> QuerySet:
    """Clients whose last name begins so, in the order of names."""
    return Client.objects.filter(sort_key__startswith=word).order_by("sort_key", "id")


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


def points(text: str) -> QuerySet | None:
    """Phones that begin or end with these figures (the first WIDE of them), e-mail addresses that begin so; None where it
    looks like neither."""
    if "@" in text:
        return (
            ContactPoint.objects.filter(kind=Kind.EMAIL).alias(low=Lower("value")).filter(low__startswith=text.lower())
        )
    figures = "".join(c for c in text if c.isascii() and c.isdigit())
    if len(figures) < FEWEST_FIGURES or any(c.isalpha() for c in text):
        return None
    if len(figures) == 11:
        figures = figures.removeprefix("1")  # the country's, which some write and some do not
    # Asked by itself: the planner guesses that far more phones begin so than do.
    return ContactPoint.objects.filter(pk__in=list(_phones(figures)[:WIDE]))


def _phones(figures: str) -> QuerySet:
    """One by one, and not by "or": each way has its own index."""
    phones = ContactPoint.objects.filter(kind=Kind.PHONE).order_by().alias(bare=FIGURES, back=Reverse(FIGURES))
    begin = [phones.filter(bare__startswith=start).values_list("pk", flat=True) for start in (figures, f"1{figures}")]
    return phones.filter(back__startswith=figures[::-1]).values_list("pk", flat=True).union(*begin, all=True)


# -- all of it --------------------------------------------------------------------------------------------------------------


def account_ids(text: str) -> list[QuerySet]:
    """Ids of the accounts that the text finds as it is written, one query for each way; the caller scopes them."""
    words = name_words(text)
    found = [named(words, begun(words)).values_list("account")] if words else []
    if (reached := points(text)) is not None:
        found.append(reached.order_by().values_list("client__account"))
    return found


@contextmanager
def by_index() -> Iterator[None]:
    """Ask by the indexes alone. For a frequent name and a few rows the planner would rather read the table from its
    beginning, which takes as long as the table is when the name is rare in this office."""
    with transaction.atomic(), _without("enable_seqscan"):
        yield


@contextmanager
def by_words() -> Iterator[None]:
    """Within `by_index`: nor by another index from end to end, as the planner would while it thinks that it costs nothing
    to take a name apart. The index of words answers with a bitmap, which stays allowed."""
    with _without("enable_indexscan"):
        yield


@contextmanager
def _without(way: str) -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL {way} = off")
        yield
        cursor.execute(f"SET LOCAL {way} = on")
