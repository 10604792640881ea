"""What a merge would do: what stands in its way, what goes over, what stays under the old number."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from functools import cache

from django.conf import settings
from django.db.models import Model, Q, Sum
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from accounts import closing
from accounts.closing import Obstacle
from accounts.models import Account, AccountFlag, Book, Client, ContactPoint, Hold, Payment, Posting
from billing_office.lib.money import show


@dataclass(frozen=True)
class Person:
    """A client of the duplicate, and who they are on the survivor; None: nobody yet, they are written anew there."""

    client: Client
    same: Client | None

    @property
    def differs(self) -> list[str]:
        """What the two rows of one person say differently, in words."""
        if self.same is None:
            return []
        said = [] if self.client.name == self.same.name else [_("another name")]
        born = self.client.birth_date, self.same.birth_date
        return [*said, _("another birth date")] if all(born) and born[0] != born[1] else said


@dataclass
class Preview:
    """Of one pair. `money`: the client's payments with what is unapplied of each; `open_cents` stays owed under the old number;
    `others`: rows of apps above by what they are called, each with the person they go over with."""

    duplicate: Account
    survivor: Account
    people: list[Person]
    contacts: list[ContactPoint]
    flags: list[AccountFlag]
    holds: list[Hold]
    money: list[tuple[Payment, int]]
    open_cents: int
    others: dict[str, list[tuple[Model, Person]]] = field(default_factory=dict)
    obstacles: list[Obstacle] = field(default_factory=list)

    @property
    def unapplied(self) -> int:
        return sum(cents for payment, cents in self.money)

    @property
    def counts(self) -> list[tuple[str, int]]:
        own = [(_("contacts"), self.contacts), (_("flags"), self.flags), (_("holds"), self.holds)]
        others = [(_(name), rows) for name, rows in self.others.items()]  # marked by gettext_noop where they are named
        return [(name, len(rows)) for name, rows in own + others if rows]


@cache
def _followers() -> list[Callable[[Client, Client | None], tuple[str, Iterable[Model]]]]:
    """Of apps above: two clients that are one in (None: newly written); what goes over with them out, called so and so."""
    return [import_string(name) for name in settings.CLIENT_FOLLOWERS]


def look(duplicate: Account, survivor: Account, on: date) -> Preview:
    """As it stands now; certain only under the locks of both."""
    in_force = Q(until=None) | Q(until__gte=on)
    found = Preview(
        duplicate=duplicate,
        survivor=survivor,
        people=_people(duplicate, survivor),
        contacts=list(ContactPoint.objects.filter(client__account=duplicate).select_related("client")),
        flags=list(duplicate.flags.filter(in_force)),
        holds=list(duplicate.holds.filter(in_force, charge=None)),
        money=_money(duplicate),
        open_cents=sum(duplicate.open_items.values_list("cents", flat=True)),
    )
    for person in found.people:
        for follower in _followers():
            name, rows = follower(person.client, person.same)
            found.others.setdefault(name, []).extend((row, person) for row in rows)
    found.obstacles = _obstacles(found)
    return found


def _people(duplicate: Account, survivor: Account) -> list[Person]:
    """Who answers is the same person: that is why accounts are merged. Others are, by the same name and no other birth date."""
    there = [client for client in survivor.clients.all() if client.pk != survivor.guarantor_id]
    people = []
    for client in duplicate.clients.all():
        same = (
            survivor.guarantor
            if client.pk == duplicate.guarantor_id
            else next((c for c in there if _same(c, client)), None)
        )
        people.append(Person(client, same))
        there = [one for one in there if same is None or one.pk != same.pk]
    return people


def _same(one: Client, other: Client) -> bool:
    born = {one.birth_date, other.birth_date} - {None}
    return one.sort_key == other.sort_key and len(born) < 2


def _money(account: Account) -> list[tuple[Payment, int]]:
    legs = Posting.objects.filter(account=account, book=Book.UNAPPLIED, payment__payer=None)
    left = legs.order_by().values("payment").annotate(sum=Sum("cents")).filter(sum__lt=0)
    sums = dict(left.values_list("payment", "sum"))
    return [(payment, -sums[payment.pk]) for payment in Payment.objects.filter(pk__in=sums).order_by("pk")]


def _strangers(found: Preview) -> list[Obstacle]:
    """Who answers for one account is not made to answer for what another person owes."""
    one, other = found.duplicate.guarantor, found.survivor.guarantor
    born = {one.birth_date, other.birth_date} - {None}
    if len(born) < 2 or one.sort_key == other.sort_key:
        return []
    words = _("%(one)s and %(other)s have other names and other birth dates.") % {"one": one.name, "other": other.name}
    return [Obstacle(words, _("Correct what is wrong on one of them first."), "account", (found.duplicate.pk,))]


def _obstacles(found: Preview) -> list[Obstacle]:
    duplicate, survivor, at = found.duplicate, found.survivor, (found.duplicate.pk,)
    if duplicate.pk == survivor.pk:
        return [Obstacle(_("This is the account itself."), _("Name the other one."))]
    said = []
    if duplicate.merged_into_id or survivor.merged_into_id:
        one = duplicate if duplicate.merged_into_id else survivor
        said.append(
            Obstacle(
                _("%(account)s is part of %(other)s already.") % {"account": one.number, "other": one.answering.number},
                _("Name that one."),
            )
        )
    if duplicate.office_id != survivor.office_id:
        said.append(Obstacle(_("They belong to different offices."), _("Each office keeps its own account.")))
    if survivor.closed_on:
        said.append(
            Obstacle(
                _("%(account)s is closed.") % {"account": survivor.number},
                _("Reopen it first."),
                "account_reopen",
                (survivor.pk,),
            )
        )
    if found.money and duplicate.open_items.filter(payer=None, cents__gt=0).exists():
        words = _("%(amount)s is unapplied while the client owes on %(account)s.") % {
            "amount": show(found.unapplied),
            "account": duplicate.number,
        }
        said.append(Obstacle(words, _("Lay it on their charges first."), "account", at))
    said += _strangers(found)
    for person in found.people:
        died, born = person.client.deceased_on, person.same and person.same.birth_date
        if died and born and died < born:
            said.append(
                Obstacle(
                    _("%(client)s died before %(other)s was born.")
                    % {"client": person.client.name, "other": person.same.name},
                    _("Two people, then."),
                    "account",
                    at,
                )
            )
    return said + closing.waiting(duplicate)
