"""Accounts that look like one client's: pairs with a score and its reasons, the likeliest first.

Facts of clients are compared exactly (a phone by its last ten figures, an address by its words): a typo in a name still
shares its birth date and one of the names. What many share (a shelter's phone, an employer's address) says nothing.
"""

from dataclasses import dataclass
from functools import cache

from django.conf import settings
from django.db import connection, transaction
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as noop

from accounts.models import Account, KeptApart
from billing_office.audit.acts import record

LEAST = 40  # points from which a pair is shown
MANY = 8  # clients who share a fact: beyond that it says nothing
STRANGERS = 60  # points lost by two birth dates: a family shares everything else
SHOWN = 200

EXACT = noop("Same name and birth date")
# What is shared, its points, and SQL of (client, fact). The first says what those after it say too.
FACTS = [
    (EXACT, 70, "SELECT id, sort_key || birth_date FROM accounts_client WHERE birth_date IS NOT NULL"),
    (
        noop("Same last name and birth date"), 30,
        "SELECT id, lower(last_name) || birth_date FROM accounts_client WHERE birth_date IS NOT NULL",
    ),
    (
        noop("Same first name and birth date"), 30,
        "SELECT id, lower(first_name) || birth_date FROM accounts_client WHERE birth_date IS NOT NULL AND first_name <> ''",
    ),
    (noop("Same name"), 20, "SELECT id, sort_key FROM accounts_client"),
    (noop("Same e-mail"), 30, "SELECT client_id, lower(value) FROM accounts_contactpoint WHERE kind = 'email'"),
    (
        noop("Same phone"), 25,
        r"SELECT client_id, right(regexp_replace(value, '\D', '', 'g'), 10) FROM accounts_contactpoint WHERE kind = 'phone'",
    ),
    (
        noop("Same address"), 15,
        "SELECT client_id, lower(street || ' ' || postcode) FROM accounts_contactpoint WHERE kind = 'postal'",
    ),
]  # fmt: skip
SUBSUMED = {noop("Same last name and birth date"), noop("Same first name and birth date"), noop("Same name")}

PAIRS = """
    WITH known AS (
        SELECT c.id, c.account_id, a.office_id, c.birth_date
          FROM accounts_client c JOIN accounts_account a ON a.id = c.account_id
         WHERE a.kind = 'client' AND a.merged_into_id IS NULL AND a.office_id = ANY(%(offices)s)
    ), fact (why, points, client_id, said) AS ({facts}), telling AS (
        SELECT f.*, k.account_id, k.office_id, k.birth_date, count(*) OVER (PARTITION BY f.why, f.said) AS shared
          FROM (SELECT DISTINCT * FROM fact) f JOIN known k ON k.id = f.client_id
    ), twin AS (
        SELECT DISTINCT a.client_id AS one, b.client_id AS other, a.account_id AS first, b.account_id AS second, a.why, a.points,
               coalesce(a.birth_date <> b.birth_date, false) AS strangers
          FROM telling a JOIN telling b ON b.why = a.why AND b.said = a.said AND b.office_id = a.office_id
           AND b.account_id > a.account_id
         WHERE a.shared BETWEEN 2 AND %(many)s
    ), pair AS (
        SELECT first, second, array_agg(why ORDER BY points DESC, why) AS why,
               (sum(points) - CASE WHEN strangers THEN %(strangers)s ELSE 0 END)::int AS score
          FROM twin GROUP BY first, second, one, other, strangers
    ), best AS (
        SELECT DISTINCT ON (first, second) * FROM pair ORDER BY first, second, score DESC
    )
    SELECT first, second, why, score FROM best
     WHERE score >= %(least)s
       AND NOT EXISTS (SELECT 1 FROM accounts_keptapart k WHERE k.first_id = first AND k.second_id = second)
     ORDER BY score DESC, first, second LIMIT %(shown)s
"""


@dataclass(frozen=True)
class Pair:
    """Two accounts of one office that may be one, the older first; `score` of 100; `why` in English, the most telling first."""

    first: Account
    second: Account
    score: int
    why: tuple[str, ...]

    @property
    def reasons(self) -> str:
        return ", ".join(_(word) for word in self.why)


@cache
def _facts() -> list[tuple[str, int, str]]:
    """With those of apps above, which nobody here may import."""
    return FACTS + [import_string(name)() for name in settings.CLIENT_TWINS]


def pairs(user) -> list[Pair]:
    """Those of the user's offices, without pairs that somebody kept apart; at most SHOWN."""
    facts = _facts()
    shares = [f"SELECT %(w{n})s, %(p{n})s::int, t.* FROM ({sql}) t" for n, (*_, sql) in enumerate(facts)]  # noqa: S608
    given = {"offices": list(user.offices.values_list("pk", flat=True)), "many": MANY, "strangers": STRANGERS}
    given |= {"least": LEAST, "shown": SHOWN}
    given |= {f"w{n}": why for n, (why, points, sql) in enumerate(facts)} | {
        f"p{n}": points for n, (why, points, sql) in enumerate(facts)
    }
    with connection.cursor() as cursor:
        cursor.execute(PAIRS.format(facts=" UNION ALL ".join(shares)), given)
        rows = cursor.fetchall()
    accounts = Account.objects.for_staff(user).in_bulk({pk for first, second, *_ in rows for pk in (first, second)})
    return [
        Pair(accounts[first], accounts[second], min(score, 100), _plain(why))
        for first, second, why, score in rows
        if first in accounts and second in accounts
    ]


def _plain(why: list[str]) -> tuple[str, ...]:
    return tuple(word for word in why if EXACT not in why or word not in SUBSUMED)


def keep_apart(one: Account, other: Account, why: str, *, by) -> KeptApart:
    """Somebody looked: they are two. Said already: what was said first."""
    first, second = sorted([one, other], key=lambda account: account.pk)
    with transaction.atomic():
        row, new = KeptApart.objects.get_or_create(first=first, second=second, defaults={"why": why, "by": by})
        if new:
            for account in (first, second):
                record(by, "accounts_kept_apart", row, account_id=account.pk, reason=why)
        return row
