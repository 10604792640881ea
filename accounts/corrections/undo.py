"""Undoing an entry: what its mirror will do, what stands on it, and who may."""

from dataclasses import dataclass, field
from datetime import date
from typing import ClassVar
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts import ledger
from accounts.ledger import Refused, StillNeeded
from accounts.models import Account, Book, JournalEntry, Kind, OpenItem, Payment, Posting, Reason
from billing_office.approvals.proposals import Fact
from billing_office.audit.acts import record
from billing_office.lib import dates
from billing_office.lib.money import show
from billing_office.staff.access import may

from . import obstacles
from .obstacles import Obstructed
from .of_charge import of_party

EARNING = (Kind.CHARGE, Kind.LATE_FEE, Kind.INTEREST)

_RIGHTS = {
    Kind.CHARGE: "post_charges",
    Kind.CLIENT_PAYMENT: "post_client_payments",
    Kind.ALLOCATION: "post_client_payments",
    Kind.PAYER_PAYMENT: "post_payer_payments",
    Kind.TRANSFER_RESPONSIBILITY: "move_responsibility",
    Kind.ACCOUNT_TRANSFER: "transfer_money",
    Kind.REFUND: "refund_money",
}


def may_undo(user, kind: str, *, payers_money: bool) -> bool:
    """People undo what they may post themselves; a reversal nobody does."""
    if kind == Kind.REVERSAL or not may(user, "reverse_entries"):
        return False
    return may(user, "post_payer_payments" if payers_money else _RIGHTS.get(kind, "adjust"))


@dataclass(frozen=True)
class Undo:
    """Reverse an entry, on all accounts on which its act was posted; with `whole`, all that stands of its payment."""

    entry: JournalEntry
    reason: Reason
    note: str = ""
    parts: list[JournalEntry] = field(default_factory=list, compare=False)
    whole: Payment | None = field(default=None, compare=False)
    undoable: ClassVar[bool] = False
    verb: ClassVar[str] = "undo"
    act: ClassVar[str] = "entry_reversed"

    @property
    def account(self) -> Account:
        return self.entry.account

    @property
    def why(self) -> str:
        return f"{self.reason.words}: {self.note}" if self.note else self.reason.words

    @property
    def title(self) -> str:
        return _("Reversal of %(what)s of %(amount)s, %(day)s") % {
            "what": self.entry.get_kind_display().lower(),
            "amount": show(self.cents),
            "day": dates.short(self.entry.effective_date),
        }

    @property
    def told(self) -> str:
        numbers = sorted({part.account.number for part in self.parts})
        if len(numbers) == 1:
            return _("%(act)s: undone. It can be posted again.") % {"act": self.title}
        told = {"act": self.title, "n": len(numbers), "accounts": ", ".join(numbers)}
        return _("%(act)s: undone on %(n)d accounts: %(accounts)s. It can be posted again.") % told

    @property
    def cents(self) -> int:
        return amount(self.parts)

    def args(self) -> dict:
        return {"entry": self.entry.pk, "reason": self.reason.pk, "note": self.note}

    def locked(self):
        return ledger.locked(part.account_id for part in self.parts)

    def facts(self) -> list[Fact]:
        """What each open item and each sum of unapplied money is and will be. Raises Refused, StillNeeded, Obstructed."""
        done = JournalEntry.objects.filter(reverses=self.entry).select_related("posted_by").first()
        if done:
            day = dates.short(done.effective_date)
            raise Refused(
                _("It was reversed on %(day)s by %(person)s: %(reason)s")
                % {"day": day, "person": done.posted_by.short_name, "reason": done.memo}
            )
        charged = self.entry.kind in EARNING and self.entry.postings.values_list("charge", flat=True)
        if charged and (found := obstacles.of_charges(charged)):
            raise Obstructed(found)
        if needed := self._needed():
            raise StillNeeded(needed)
        return changes_of(Posting.objects.filter(entry__in=self.parts))

    def _needed(self) -> list[JournalEntry]:
        if self.whole:  # only what was paid back stands in the way of a payment's end
            return [part for part in self.parts if part.kind == Kind.REFUND]
        return [later for part in self.parts for later in ledger.dependents(part, list(part.postings.all()))]

    def sum_after(self) -> str:
        return ""

    def above_limit(self, by, on: date) -> str:
        limit, days = self.reason.limit_of(by), self.reason.free_days
        if limit is not None and self.cents > limit:
            return f"{self.reason.limit_said(by)}."
        posted = self.entry.posted_at.astimezone(dates.office_zone()).date()
        if days is not None and (on - posted).days > days:
            if not days:
                return _("The entry is older than today.")
            return ngettext("The entry is older than %(n)d day.", "The entry is older than %(n)d days.", days) % {
                "n": days
            }
        return ""

    def carry_out(self, *, by, on: date, key: UUID) -> dict:
        if self.whole:
            ledger.take_back(self.whole, on=on, by=by, memo=self.why, reason=self.reason)
            reversal = JournalEntry.objects.get(reverses=self.entry)
        else:
            reversal = ledger.reverse(self.entry, on=on, by=by, memo=self.why, reason=self.reason)
        accounts = sorted({part.account_id for part in self.parts})
        detail = {"cents": self.cents, "reason": self.reason.code, "form": str(key), "accounts": accounts}
        record(by, self.act, self.entry, reason=self.reason.words, detail=detail)
        return {"entry": reversal.pk}


def changes_of(postings) -> list[Fact]:
    """What each open item and each sum of unapplied money is, and will be without these postings."""
    legs = list(postings.select_related("account", "charge", "payer", "payment").order_by("pk"))
    return [*_open_items(legs), *_unapplied(legs)]


def other_offices(entries: list[JournalEntry], by) -> bool:
    """Whether some of these stand on accounts of clients that this person does not know of."""
    clients = {entry.account_id for entry in entries if entry.account.kind == Account.Kind.CLIENT}
    return Account.objects.for_staff(by).filter(pk__in=clients).count() < len(clients)


def amount(parts: list[JournalEntry]) -> int:
    """What moved, in cents: the debits of all parts but those that only pass through the clearing of transfers."""
    legs = Posting.objects.filter(entry__in=parts, cents__gt=0).exclude(book=Book.TRANSFER_CLEARING)
    return sum(legs.values_list("cents", flat=True))


def undo_of(entry: JournalEntry, reason: Reason, by, note="") -> Undo:
    """Raises Refused where this person may not undo it: by right, or because it stands on accounts of other offices too."""
    if entry.kind == Kind.REVERSAL:
        raise Refused(_("A reversal is never reversed. Post the entry anew."))
    whole = _whole(entry)
    parts = list(ledger.of_payment(whole)) if whole else ledger.together(entry)
    payers_money = Posting.objects.filter(entry__in=parts, payment__payer__isnull=False).exists()
    if not may_undo(by, entry.kind, payers_money=payers_money):
        raise Refused(_("It is reversed by somebody who may post it. Ask a biller or a supervisor."))
    if other_offices(parts, by):
        raise Refused(
            _("It was posted on accounts of other offices too. Somebody who works for all of them reverses it.")
        )
    return Undo(entry, reason, note, parts, whole)


def _whole(entry: JournalEntry) -> Payment | None:
    """The payment that falls with its own entry: money of it left a charge that is void by now, so that entry by entry each
    would wait for the other."""
    undone = JournalEntry.objects.filter(reverses=entry).exists()
    if undone or entry.kind not in (Kind.CLIENT_PAYMENT, Kind.PAYER_PAYMENT):
        return None
    payment = Payment.objects.filter(postings__entry=entry).first()
    return payment if payment and ledger.left_a_void_charge(payment) else None


def load_undo(args: dict, by) -> Undo:
    entry = JournalEntry.objects.for_staff(by).filter(pk=args["entry"]).select_related("account__office").first()
    if entry is None:
        raise Refused(_("The account is not of your offices. Somebody of its office decides."))
    return undo_of(entry, Reason.objects.get(pk=args["reason"]), by, args["note"])


def _open_items(legs: list[Posting]) -> list[Fact]:
    sums: dict[tuple, list] = {}
    for leg in legs:
        if leg.book == Book.RECEIVABLE:
            sums.setdefault((leg.charge_id, leg.payer_id), [leg, 0])[1] += leg.cents
    items = OpenItem.objects.filter(charge__in={charge for charge, _ in sums})
    open_now = {(item.charge_id, item.payer_id): item.cents for item in items}
    return [
        Fact(
            _("%(account)s: open at %(party)s, charge of %(day)s (no. %(number)s)")
            % {
                "account": leg.account.number,
                "party": of_party(leg.payer),
                "day": dates.short(leg.charge.service_on),
                "number": leg.charge_id,
            },
            open_now[party],
            open_now[party] - cents,
        )
        for party, (leg, cents) in sums.items()
    ]


def _unapplied(legs: list[Posting]) -> list[Fact]:
    sums: dict[tuple, list] = {}
    for leg in legs:
        if leg.book == Book.UNAPPLIED:
            sums.setdefault((leg.payment_id, leg.account_id), [leg, 0])[1] += leg.cents
    facts = []
    for leg, cents in sums.values():
        now = ledger.unapplied(leg.payment, leg.account_id)
        facts.append(
            Fact(
                _("%(account)s: unapplied of the payment no. %(number)s")
                % {"account": leg.account.number, "number": leg.payment_id},
                now,
                now + cents,
            )
        )
    return facts
