"""A bill beside its good-faith estimate: 399.99 above it passes, 400.00 stops until a supervisor has looked at it.

45 CFR 149.620(b)(1): substantially in excess is at least $400 above the expected charges of a provider. The office is the
provider; charges of one client and day are compared together, whether or not the estimate named them. Rows of clients that a
merge of accounts made one person are one here: what their duplicate was told counts for the survivor's bill.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Q, Sum
from django.utils.translation import gettext as _

from accounts import ledger
from accounts.merging import persons
from accounts.models import Account, Book, Charge, Client, Posting
from accounts.once import once
from billing_office.audit import acts
from billing_office.lib import dates, money

from ..models import Estimate, GoodFaithReview

OVER = 400_00


class Reviewed(ValueError):
    """There is nothing to let go; the message says why."""


@dataclass(frozen=True)
class Exceeds:
    """A client's bill of a day above what was estimated; cents. `allowed`: up to which amount a supervisor let it go."""

    client: Client
    service_on: date
    estimate: Estimate
    expected: int
    billed: int
    allowed: int | None = None

    @property
    def over(self) -> int:
        return self.billed - self.expected

    @property
    def stops(self) -> bool:
        return self.over >= OVER and (self.allowed is None or self.billed > self.allowed)

    @property
    def sentence(self) -> str:
        return _(
            "%(client)s was told $%(told)s for %(day)s (%(estimate)s); the bill is $%(billed)s, $%(over)s above it."
        ) % {
            "client": self.client.name,
            "told": money.show(self.expected),
            "day": dates.long(self.service_on),
            "estimate": self.estimate,
            "billed": money.show(self.billed),
            "over": money.show(self.over),
        }


def compare(days: Iterable[tuple[int, date]]) -> list[Exceeds]:
    """Of these clients (ids) and days of service, those billed more than their good-faith estimate said. Four queries, two where
    nobody was given any."""
    asked = set(days)
    same = persons.rows_of({client for client, day in asked})
    person = {pk: min(rows) for rows in same.values() for pk in rows}
    days = {(pk, day) for client, day in asked for pk in same[client]}
    told = _told(days, person)
    if not told:
        return []
    billed, allowed = _billed(days, person), _allowed(days, person)
    return [
        Exceeds(rows[0].client, of_day[1], rows[-1], expected, billed[of_day], allowed.get(of_day))
        for of_day, rows in sorted(told.items(), key=lambda item: item[0])
        if billed[of_day] > (expected := sum(row.client_cents for row in rows))
    ]


def stops(days: Iterable[tuple[int, date]]) -> list[Exceeds]:
    return [one for one in compare(days) if one.stops]


def _of(days: Iterable[tuple[int, date]]) -> Q:
    found = Q(pk=None)
    for client, day in days:
        found |= Q(client=client, service_on=day)
    return found


def _told(days: set[tuple[int, date]], person: dict[int, int]) -> dict[tuple[int, date], list[Estimate]]:
    """Per person and day, of each number the version that counts: the last that was given by the day of service. What was
    given only afterwards estimates nothing; the first one of it counts where there is no other."""
    rows = Estimate.objects.exclude(state=Estimate.State.DRAFT).filter(_of(days), facts=[]) if days else []
    numbers: dict[tuple[int, date], dict[str, Estimate]] = defaultdict(dict)
    for row in rows and rows.select_related("client__account").order_by("number", "version"):
        in_time = row.given_at.astimezone(dates.office_zone()).date() <= row.service_on
        of_day = numbers[person[row.client_id], row.service_on]
        if in_time or row.number not in of_day:
            of_day[row.number] = row
    return {day: list(of_day.values()) for day, of_day in numbers.items()}


def _billed(days, person: dict[int, int]) -> dict[tuple[int, date], int]:
    """What was charged for services less what came off again: discounts, and charges that were voided."""
    legs = Posting.objects.filter(
        charge__in=Charge.objects.filter(_of(days), kind=Charge.Kind.SERVICE)
    ).exclude(book=Book.RECEIVABLE)  # fmt: skip
    billed: dict[tuple[int, date], int] = defaultdict(int)
    for client, day, cents in legs.values_list("charge__client", "charge__service_on").annotate(Sum("cents")):
        billed[person[client], day] -= cents
    return billed


def _allowed(days, person: dict[int, int]) -> dict[tuple[int, date], int]:
    rows = GoodFaithReview.objects.filter(_of(days)).order_by("billed_cents")
    return {(person[row.client_id], row.service_on): row.billed_cents for row in rows}


def let_go(client: Client, service_on: date, reason: str, *, shown: int, form, by) -> GoodFaithReview:
    """A supervisor has looked at the bill and lets it go out, up to what it is now; once however often the form is sent.

    `shown` is the bill they saw, in cents. Raises Reviewed where nothing stops it, or where it is another amount by now.
    """
    # Under the lock, so that of two supervisors at once the second finds it let go.
    with once(form, "good_faith_reviewed", by) as done, ledger.locked(_accounts(client)):
        if done:
            return GoodFaithReview.objects.get(pk=done.object_id)
        found = stops([(client.pk, service_on)])
        if not found:
            raise Reviewed(_("Nothing stops this bill."))
        one = found[0]
        if one.billed != shown:
            raise Reviewed(_("The bill is $%(amount)s by now. Look at it again.") % {"amount": money.show(one.billed)})
        row = GoodFaithReview.objects.create(
            client=client, service_on=service_on, estimate=one.estimate, expected_cents=one.expected,
            billed_cents=one.billed, reason=reason, at=dates.now(), by=by,
        )  # fmt: skip
        detail = {"form": str(form), "number": one.estimate.full_number, "cents": one.billed, "expected": one.expected}
        acts.record(by, "good_faith_reviewed", row, account_id=client.account_id, reason=reason, detail=detail)
    return row


def _accounts(client: Client) -> list[int]:
    rows = persons.rows_of([client.pk])[client.pk]
    return list(Account.objects.filter(clients__in=rows).values_list("pk", flat=True))
