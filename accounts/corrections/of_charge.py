"""Taking money off a charge, and moving it to another party: proposals (approvals/proposals.py) of what is open on it."""

from dataclasses import dataclass, replace
from datetime import date
from typing import ClassVar
from uuid import UUID

from django.db.models import Sum
from django.utils.translation import gettext as _

from accounts import ledger, reading
from accounts.ledger import Refused
from accounts.models import Account, Book, Charge, JournalEntry, OpenItem, Payer, Posting, Reason
from billing_office.approvals.proposals import Fact
from billing_office.audit.acts import record
from billing_office.lib import dates
from billing_office.lib.money import show


def of_party(payer: Payer | None) -> str:
    return payer.name if payer else _("the client")


@dataclass(frozen=True)
class OfCharge:
    """`cents` of what one party (None: the client) owes on a charge, and why."""

    charge: Charge
    payer: Payer | None
    cents: int
    reason: Reason
    note: str = ""
    act: ClassVar[str]  # what the audit calls it
    undoable: ClassVar[bool] = True

    @property
    def told(self) -> str:
        """What is said when it is posted."""
        return _("%(act)s: posted.") % {"act": self.title}

    @property
    def why(self) -> str:
        return f"{self.reason.words}: {self.note}" if self.note else self.reason.words

    @property
    def account(self) -> Account:
        return self.charge.account

    def args(self) -> dict:
        payer = self.payer and self.payer.pk
        return {
            "charge": self.charge.pk,
            "payer": payer,
            "cents": self.cents,
            "reason": self.reason.pk,
            "note": self.note,
        }

    def locked(self):
        return ledger.locked([self.charge.account_id])

    def open_at(self, payer: Payer | None) -> int:
        return OpenItem.objects.filter(charge=self.charge, payer=payer).values_list("cents", flat=True).first() or 0

    def open_now(self) -> int:
        """What is open at the party; raises Refused when the amount is more."""
        open_now = self.open_at(self.payer)
        if self.cents > open_now:
            raise Refused(
                _("Only %(amount)s is open at %(party)s. Enter that or less.")
                % {"amount": show(open_now), "party": of_party(self.payer)}
            )
        return open_now

    def above_limit(self, by, on: date) -> str:
        """Why a second person is needed, or "": the limit is for one act and for the account's day together."""
        limit = self.reason.limit_of(by)
        if limit is None:
            return ""
        before = self.done_today(by, on)
        if self.cents + before <= limit:
            return ""
        said = {"limit": self.reason.limit_said(by), "amount": show(before)}
        if before:
            return _("%(limit)s a day and account, and %(amount)s was done today.") % said
        return _("%(limit)s a day and account.") % said

    def done_today(self, by, on: date) -> int:
        """Cents that this person posted on the account today for the same kind of reason, less what was undone."""
        entries = JournalEntry.objects.filter(
            account=self.charge.account_id, kind=self.reason.kind, posted_by=by, effective_date=on, reversal=None
        )
        legs = Posting.objects.filter(entry__in=entries, book=Book.RECEIVABLE, cents__lt=0)
        return -(legs.aggregate(sum=Sum("cents"))["sum"] or 0)

    def recorded(self, entry: JournalEntry, by, key: UUID) -> dict:
        detail = {"cents": self.cents, "reason": self.reason.code, "form": str(key)}
        record(by, self.act, entry, reason=self.reason.words, detail=detail)
        return {"entry": entry.pk}


@dataclass(frozen=True)
class Adjustment(OfCharge):
    """Take it off, into the book of the reason's kind."""

    verb: ClassVar[str] = "adjust"
    act: ClassVar[str] = "adjusted"

    @property
    def title(self) -> str:
        what, day = self.reason.get_kind_display(), dates.short(self.charge.service_on)
        return _("%(what)s of %(amount)s for %(party)s, charge of %(day)s") % {
            "what": what,
            "amount": show(self.cents),
            "party": of_party(self.payer),
            "day": day,
        }

    def facts(self) -> list[Fact]:
        open_now, line, owed = self.open_now(), reading.charge(self.charge), ledger.balance(self.account)[0]
        return [
            Fact(_("Open at %(party)s") % {"party": of_party(self.payer)}, open_now, open_now - self.cents),
            Fact(_("Taken off so far"), line.off, line.off + self.cents),
            Fact(_("Owed on the account in all"), owed, owed - self.cents, binding=False),
        ]

    def sum_after(self) -> str:
        line = reading.charge(self.charge)
        side = "open_payers" if self.payer else "open_client"
        return replace(line, off=line.off + self.cents, **{side: getattr(line, side) - self.cents}).sum_of_parts

    def carry_out(self, *, by, on: date, key: UUID) -> dict:
        entry = ledger.adjust(
            self.reason.kind, self.charge, self.cents, on=on, key=f"adjust:{key}", by=by, payer=self.payer, memo=self.why,
            reason=self.reason,
        )  # fmt: skip
        return self.recorded(entry, by, key)


@dataclass(frozen=True)
class Move(OfCharge):
    """Ask another party for it: `target`, None the client."""

    target: Payer | None = None
    verb: ClassVar[str] = "move"
    act: ClassVar[str] = "responsibility_moved"

    @property
    def title(self) -> str:
        day = dates.short(self.charge.service_on)
        return _("%(amount)s from %(party)s to %(other)s, charge of %(day)s") % {
            "amount": show(self.cents),
            "party": of_party(self.payer),
            "other": of_party(self.target),
            "day": day,
        }

    def args(self) -> dict:
        return super().args() | {"target": self.target and self.target.pk}

    def facts(self) -> list[Fact]:
        if self.payer == self.target:
            raise Refused(_("It is there already. Choose another party."))
        here, there = self.open_now(), self.open_at(self.target)
        return [
            Fact(_("Open at %(party)s") % {"party": of_party(self.payer)}, here, here - self.cents),
            Fact(_("Open at %(party)s") % {"party": of_party(self.target)}, there, there + self.cents),
        ]

    def sum_after(self) -> str:
        line = reading.charge(self.charge)
        to_client = self.cents * (bool(self.payer) - bool(self.target))
        after = replace(line, open_client=line.open_client + to_client, open_payers=line.open_payers - to_client)
        return after.sum_of_parts

    def carry_out(self, *, by, on: date, key: UUID) -> dict:
        entry = ledger.transfer_responsibility(
            self.charge, self.cents, source=self.payer, target=self.target, on=on, key=f"move:{key}", by=by, memo=self.why,
            reason=self.reason,
        )  # fmt: skip
        return self.recorded(entry, by, key)


# -- from what was kept with a request -------------------------------------------------------------------------------------


def load_adjustment(args: dict, by) -> Adjustment:
    return Adjustment(**_parts(args, by))


def load_move(args: dict, by) -> Move:
    target = args["target"] and Payer.objects.get(pk=args["target"])
    return Move(**_parts(args, by), target=target or None)


def _parts(args: dict, by) -> dict:
    charges = Charge.objects.filter(account__in=Account.objects.for_staff(by)).select_related("account__office")
    charge = charges.filter(pk=args["charge"]).first()
    if charge is None:
        raise Refused(_("The account is not of your offices. Somebody of its office decides."))
    payer = args["payer"] and Payer.objects.get(pk=args["payer"])
    return {
        "charge": charge, "payer": payer or None, "cents": args["cents"], "note": args["note"],
        "reason": Reason.objects.get(pk=args["reason"]),
    }  # fmt: skip
