"""What waits for a person: the sources of their day, and those that accounts knows. settings.DAY_SOURCES lists all.

Each source is one query of the same columns, so that a day is one query however many sources it has (desk/my_day).
A line clears itself: it is there while its source finds it.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Case, CharField, Exists, F, OuterRef, Q, QuerySet, Subquery, Sum, TextChoices, Value, When
from django.db.models.functions import Coalesce, Concat, TruncDate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from billing_office.staff.access import may
from billing_office.staff.models import Role, User

from .models import (
    Account,
    AccountFlag,
    Book,
    ContactMade,
    FollowUp,
    Hold,
    Kind,
    Mention,
    Message,
    Payment,
    Posting,
    Refund,
)


@dataclass(frozen=True)
class Waiting:
    """`rows(user, today)` gives `columns(…)` of what waits for this person, None where nothing of it can.

    `page` is the name of the address that a line leads to by its `link`; `done` of the one that a press posts to, by its
    `of`, labelled `act`.
    """

    kind: str
    label: str
    rows: Callable[[User, date], QuerySet | None]
    page: str = "account"
    done: str = ""
    act: str = ""


COLUMNS = ("of", "link", "account", "name", "number", "cents", "day", "why")


def columns(rows: QuerySet, *, day, why, cents=None, of="pk", link="", account="account") -> QuerySet:
    """Id of the row, what its page takes, account (id, name, number), cents at stake, the day that counts, why it waits.

    `account` is the path to it; by default a line leads to it and what is owed on it is at stake.
    """
    cents = Coalesce(F(f"{account}__balance__receivable_cents"), 0) if cents is None else cents
    names = (F(f"{account}__pk"), F(f"{account}__name"), F(f"{account}__number"))
    return rows.order_by().values_list(F(of), F(link or f"{account}__pk"), *names, cents, day, why)


def sentence(translated: str, **places) -> Concat:
    """A sentence whose places %(so)s are filled in by the query, each from the path or expression given for it."""
    texts = _PLACE.split(translated)  # text, place, text, …
    return Concat(*(places[text] if at % 2 else Value(text) for at, text in enumerate(texts)), output_field=CharField())


_PLACE = re.compile(r"%\((\w+)\)s")


def labelled(choices: type[TextChoices], path: str) -> Case:
    """What a choice is called, where the row holds its key at `path`."""
    names = [When(**{path: key}, then=Value(str(label))) for key, label in choices.choices]
    return Case(*names, default=F(path), output_field=CharField())


# -- what people ask of each other ------------------------------------------------------------------------------------------


def _follow_ups(user: User, today: date):
    if not may(user, "write_notes"):
        return None
    return columns(FollowUp.objects.waiting(user).filter(on__lte=today), day=F("on"), why=F("what"))


def _mentions(user: User, today: date):
    why = Concat("note__author__name", Value(": "), "note__text", output_field=CharField())
    return columns(Mention.objects.waiting(user), account="note__account", day=TruncDate("note__at"), why=why)


def _promises(user: User, today: date):
    """The day has passed without the money, and nobody has been in touch since. A collector's are all of the office's."""
    if not may(user, "log_contacts"):
        return None
    made = ContactMade.objects.for_staff(user).filter(outcome=ContactMade.Outcome.PROMISE, promised_on__lt=today)
    if user.role != Role.COLLECTOR:
        made = made.filter(by=user)
    cash = Posting.objects.filter(
        account=OuterRef("account"), book=Book.CASH, entry__kind=Kind.CLIENT_PAYMENT, entry__reversal=None,
        entry__effective_date__gte=OuterRef("made_on"),
    )  # fmt: skip
    paid = Coalesce(Subquery(cash.order_by().values("account").annotate(sum=Sum("cents")).values("sum")), 0)
    since = ContactMade.objects.filter(account=OuterRef("account"), pk__gt=OuterRef("pk"))
    since = since.filter(Q(outcome=ContactMade.Outcome.PROMISE) | Q(at__date__gt=OuterRef("promised_on")))
    broken = (
        made.annotate(made_on=TruncDate("at"))
        .annotate(paid=paid)
        .filter(~Exists(since), cents__gt=F("paid"), account__balance__receivable_cents__gt=0)
    )
    why = sentence(_("Promised to %(person)s. %(note)s"), person="by__name", note="note")
    return columns(broken, cents=F("cents") - F("paid"), day=F("promised_on"), why=why)


# -- mail, money, stops ----------------------------------------------------------------------------------------------------


def _failed(user: User, today: date):
    """Messages that did not go out and were not sent again."""
    if not may(user, "send_messages"):
        return None
    again = Message.objects.filter(document=OuterRef("document"), pk__gt=OuterRef("pk"))
    rows = Message.objects.for_staff(user).failed().filter(~Exists(again))
    name, number = Coalesce("account__name", "payer__name"), Coalesce("account__number", Value(""))
    cents = Coalesce("account__balance__receivable_cents", 0)
    why = Concat("document__number", Value(": "), "error", output_field=CharField())
    return rows.order_by().values_list(
        F("pk"), F("document"), F("account"), name, number, cents, TruncDate("created_at"), why
    )  # fmt: skip


def _unapplied(user: User, today: date):
    if not may(user, "post_client_payments"):
        return None
    rows = Account.objects.for_staff(user).filter(balance__unapplied_cents__gt=0)
    last = Payment.objects.filter(account=OuterRef("pk")).order_by("-received_on").values("received_on")[:1]
    names = (F("pk"), F("pk"), F("pk"), F("name"), F("number"), F("balance__unapplied_cents"))
    return rows.order_by().values_list(*names, Subquery(last), Value(_("Received, on no charge yet")))


NEAR = timedelta(days=3)  # so long before its end a stop is somebody's to think of; and one day after


def _stops(model):
    def rows(user: User, today: date):
        if not may(user, "edit_accounts"):
            return None
        ending = model.objects.filter(until__range=(today - timedelta(days=1), today + NEAR))
        why = Concat(labelled(model.Kind, "kind"), Value(": "), "reason", output_field=CharField())
        return columns(ending.filter(account__in=Account.objects.for_staff(user)), day=F("until"), why=why)

    return rows


def _refunds(user: User, today: date):
    if not may(user, "pay_out_refunds"):
        return None
    day, why = TruncDate("created_at"), sentence(_("To be paid out: %(way)s"), way=labelled(Refund.Way, "way"))
    return columns(Refund.objects.for_staff(user).to_pay(), cents=F("cents"), link="pk", day=day, why=why)


FOLLOW_UPS = Waiting("follow_up", lazy("Follow-ups"), _follow_ups, done="follow_up_done", act=lazy("Done"))
MENTIONS = Waiting("mention", lazy("Mentions"), _mentions, done="mention_read", act=lazy("Read"))
PROMISES = Waiting("promise", lazy("Broken promises"), _promises)
FAILED = Waiting("failed", lazy("Did not go out"), _failed, page="document_page")
UNAPPLIED = Waiting("unapplied", lazy("Unapplied money"), _unapplied)
FLAGS = Waiting("flag", lazy("Flags ending"), _stops(AccountFlag))
HOLDS = Waiting("hold", lazy("Holds ending"), _stops(Hold))
REFUNDS = Waiting("refund", lazy("Refunds to pay"), _refunds, page="refund_pay")
