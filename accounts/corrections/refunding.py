"""Money that goes back to whoever paid it, and a credit on a charge that becomes unapplied money first: proposals."""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar
from uuid import UUID

from django.db.models import Q, Sum
from django.utils.translation import gettext as _

from accounts import ledger
from accounts.ledger import Refused
from accounts.models import Account, Book, Charge, OpenItem, Payment, Posting, Reason, Refund
from billing_office.approvals.proposals import Fact
from billing_office.audit.acts import record
from billing_office.lib import dates
from billing_office.lib.money import show
from billing_office.staff.access import may

from .of_charge import of_party


def set_aside(payment: Payment) -> int:
    """What of a payment is approved to go back and has not left the house, in cents."""
    legs = Posting.objects.filter(payment=payment, book=Book.REFUNDS)
    return -(legs.aggregate(sum=Sum("cents"))["sum"] or 0)


@dataclass(frozen=True)
class OfPayment:
    """`cents` of a payment, and why."""

    payment: Payment
    cents: int
    reason: Reason
    note: str = ""
    undoable: ClassVar[bool] = True

    @property
    def why(self) -> str:
        return f"{self.reason.words}: {self.note}" if self.note else self.reason.words

    @property
    def told(self) -> str:
        return _("%(act)s: posted.") % {"act": self.title}

    def args(self) -> dict:
        return {"payment": self.payment.pk, "cents": self.cents, "reason": self.reason.pk, "note": self.note}

    def sum_after(self) -> str:
        return ""


@dataclass(frozen=True)
class Repayment(OfPayment):
    """Pay unapplied money that stands on `account` back to whoever had paid it."""

    account: Account = None
    way: str = Refund.Way.CHEQUE
    verb: ClassVar[str] = "refund"
    act: ClassVar[str] = "refund_approved"

    @property
    def to(self) -> str:
        return self.payment.payer.name if self.payment.payer_id else self.payment.account.name

    @property
    def title(self) -> str:
        received = dates.short(self.payment.received_on)
        return _("Refund of %(amount)s from the payment of %(day)s, %(way)s") % {
            "amount": show(self.cents),
            "day": received,
            "way": Refund.Way(self.way).label.lower(),
        }

    @property
    def told(self) -> str:
        return _("%(act)s: approved. It is to be paid out now.") % {"act": self.title}

    def args(self) -> dict:
        return super().args() | {"account": self.account.pk, "way": self.way}

    def locked(self):
        return ledger.locked([self.account.pk])

    def facts(self) -> list[Fact]:
        left, aside = ledger.unapplied(self.payment, self.account.pk), set_aside(self.payment)
        if self.cents > left:
            raise Refused(
                _("Only %(amount)s of the payment is unapplied there. Enter that or less.") % {"amount": show(left)}
            )
        return [
            Fact(_("Unapplied of the payment no. %(number)s") % {"number": self.payment.pk}, left, left - self.cents),
            Fact(_("Waits to be paid out"), aside, aside + self.cents),
            Fact(_("Paid by, and paid back to"), self.to, self.to),
            Fact(_("What they had paid"), self.payment.cents, self.payment.cents, binding=False),
        ]

    def above_limit(self, by, on: date) -> str:
        """The limit is for one act and for the day together: of the account, and of the payment wherever it was moved to."""
        limit = self.reason.limit_of(by)
        if limit is None:
            return ""
        same = Q(account=self.account) | Q(payment=self.payment)
        today = Refund.objects.standing().filter(same, created_by=by, entry__effective_date=on)
        before = today.aggregate(sum=Sum("cents"))["sum"] or 0
        if self.cents + before <= limit:
            return ""
        said = {"limit": self.reason.limit_said(by), "amount": show(before)}
        if before:
            return _("%(limit)s a day and account, and %(amount)s was refunded today.") % said
        return _("%(limit)s a day and account.") % said

    def carry_out(self, *, by, on: date, key: UUID) -> dict:
        row = ledger.refund(
            self.payment, self.account, self.cents, way=self.way, on=on, key=f"refund:{key}", by=by, memo=self.why,
            reason=self.reason,
        )  # fmt: skip
        detail = {"cents": self.cents, "reason": self.reason.code, "form": str(key), "payment": self.payment.pk}
        record(by, self.act, row.entry, reason=self.reason.words, detail=detail)
        return {"entry": row.entry_id, "refund": row.pk}


@dataclass(frozen=True)
class Release(OfPayment):
    """Take the credit on a charge off it again, so that it can be laid elsewhere, moved or refunded."""

    charge: Charge = None
    verb: ClassVar[str] = "release_credit"
    act: ClassVar[str] = "credit_released"

    @property
    def account(self) -> Account:
        return self.charge.account

    @property
    def title(self) -> str:
        return _("%(amount)s of the credit on the charge of %(day)s made unapplied") % {
            "amount": show(self.cents),
            "day": dates.short(self.charge.service_on),
        }

    def args(self) -> dict:
        return super().args() | {"charge": self.charge.pk}

    def locked(self):
        return ledger.locked([self.charge.account_id, self.payment.account_id])

    def facts(self) -> list[Fact]:
        most = most_released(self.charge, self.payment)
        if self.cents > most:
            raise Refused(
                _("Only %(amount)s of the credit is from this payment. Enter that or less.") % {"amount": show(most)}
            )
        item = OpenItem.objects.get(charge=self.charge, payer=self.payment.payer_id)
        left = ledger.unapplied(self.payment)
        return [
            Fact(
                _("Open at %(party)s on the charge") % {"party": of_party(self.payment.payer)},
                item.cents,
                item.cents + self.cents,
            ),
            Fact(_("Unapplied of the payment no. %(number)s") % {"number": self.payment.pk}, left, left + self.cents),
        ]

    def above_limit(self, by, on: date) -> str:
        return ""  # nothing leaves the house

    def carry_out(self, *, by, on: date, key: UUID) -> dict:
        entry = ledger.release(
            self.payment, self.charge, self.cents, on=on, key=f"release:{key}", by=by, memo=self.why, reason=self.reason
        )
        detail = {"cents": self.cents, "reason": self.reason.code, "form": str(key), "payment": self.payment.pk}
        record(by, self.act, entry, reason=self.reason.words, detail=detail)
        return {"entry": entry.pk}


def most_released(charge: Charge, payment: Payment) -> int:
    """What of the credit on a charge is from this payment: the lesser of the two, in cents."""
    credit = OpenItem.objects.filter(charge=charge, payer=payment.payer_id, cents__lt=0).values_list("cents", flat=True)
    return min(-credit[0] if credit else 0, ledger.laid(payment, charge))


def paid_on(charge: Charge):
    """The payments of whoever has a credit on the charge that stand on it, the newest first."""
    in_credit = OpenItem.objects.filter(charge=charge, cents__lt=0).values_list("payer", flat=True)
    theirs = Q(payer__in=[pk for pk in in_credit if pk]) | (Q(payer=None) if None in in_credit else Q(pk=None))
    return Payment.objects.filter(theirs, postings__charge=charge).distinct().order_by("-pk")


# -- from what was kept with a request ----------------------------------------------------------------------------------------


def load_repayment(args: dict, by) -> Repayment:
    payment = (
        Payment.objects.for_staff(by).select_related("account__office", "payer").filter(pk=args["payment"]).first()
    )
    account = Account.objects.select_related("office").filter(pk=args["account"]).first()
    if payment is None or not of_staff(account, by):
        raise Refused(_("The account is not of your offices. Somebody of its office decides."))
    return Repayment(
        payment, args["cents"], Reason.objects.get(pk=args["reason"]), args["note"], account=account, way=args["way"]
    )


def of_staff(account: Account, user) -> bool:
    """Whether money that stands on this account is this person's to touch."""
    if account.kind == Account.Kind.HOUSE:
        return may(user, "post_payer_payments")
    return Account.objects.for_staff(user).filter(pk=account.pk).exists()
