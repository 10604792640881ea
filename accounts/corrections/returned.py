"""A check that came back: the payment is undone wherever its money went, the bank's fee is asked, the account is flagged."""

from dataclasses import dataclass, field
from datetime import date
from typing import ClassVar
from uuid import UUID

from django.utils.translation import gettext as _

from accounts import ledger
from accounts.ledger import Refused, StillNeeded
from accounts.models import Account, AccountFlag, Charge, JournalEntry, Kind, MoneyRule, Payment, Posting, Reason
from billing_office.approvals.proposals import Fact
from billing_office.audit.acts import record
from billing_office.lib.money import show

from .undo import changes_of, other_offices

RETURNABLE = (Payment.Method.CHEQUE, Payment.Method.TRANSFER, Payment.Method.EFT)


@dataclass(frozen=True)
class Returned:
    """`entries` are all that stand of the payment, the newest first; `fee` in cents, 0 for none."""

    payment: Payment
    reason: Reason
    note: str = ""
    fee: int = 0
    entries: list[JournalEntry] = field(default_factory=list, compare=False)
    verb: ClassVar[str] = "return_cheque"
    act: ClassVar[str] = "cheque_returned"
    undoable: ClassVar[bool] = False

    @property
    def account(self) -> Account:
        return self.payment.account

    @property
    def cents(self) -> int:
        return self.payment.cents

    @property
    def why(self) -> str:
        return f"{self.reason.words}: {self.note}" if self.note else self.reason.words

    @property
    def title(self) -> str:
        payment = f"{self.payment.get_method_display()} {self.payment.reference}".strip()
        return _("%(payment)s of %(amount)s returned") % {"payment": payment, "amount": show(self.cents)}

    @property
    def told(self) -> str:
        undone = _("%(act)s: the payment is undone wherever it was laid.") % {"act": self.title}
        return f"{undone} {_('A fee of %(amount)s is charged.') % {'amount': show(self.fee)}}" if self.fee else undone

    def args(self) -> dict:
        return {"payment": self.payment.pk, "reason": self.reason.pk, "note": self.note, "fee": self.fee}

    def locked(self):
        return ledger.locked({self.payment.account_id, *(entry.account_id for entry in self.entries)})

    def facts(self) -> list[Fact]:
        if not self.entries:
            raise Refused(_("The payment was undone already."))
        if paid_back := [entry for entry in self.entries if entry.kind == Kind.REFUND]:
            raise StillNeeded(paid_back)
        legs = Posting.objects.filter(entry__in=self.entries)
        fee = [Fact(_("Returned check fee"), 0, self.fee)] if self.fee else []
        return [*changes_of(legs), *fee]

    def sum_after(self) -> str:
        return ""

    def above_limit(self, by, on: date) -> str:
        limit = self.reason.limit_of(by)
        return f"{self.reason.limit_said(by)}." if limit is not None and self.cents > limit else ""

    def carry_out(self, *, by, on: date, key: UUID) -> dict:
        ledger.take_back(self.payment, on=on, by=by, memo=self.why, reason=self.reason)
        accounts = sorted({entry.account_id for entry in self.entries})
        detail = {"cents": self.cents, "reason": self.reason.code, "form": str(key), "payment": self.payment.pk}
        came = JournalEntry.objects.get(reverses=self.entries[-1])
        record(by, self.act, came, reason=self.reason.words, detail=detail | {"accounts": accounts, "fee": self.fee})
        if self.fee:
            ledger.charge(
                self.account, cents=self.fee, service_on=on, description=_("Returned check fee"), key=f"returned:{key}",
                kind=Charge.Kind.BANK_FEE, by=by,
            )  # fmt: skip
        self._flag(by, on)
        return {"entry": came.pk}

    def _flag(self, by, on: date):
        """The next check of the account is taken with a warning (receipts)."""
        kind = AccountFlag.Kind.RETURNED_CHEQUE
        is_check = self.payment.method == Payment.Method.CHEQUE
        if not is_check or AccountFlag.objects.on(on).filter(account=self.account, kind=kind).exists():
            return
        came_back = _("%(payment)s of %(amount)s came back") % {"payment": self.payment, "amount": show(self.cents)}
        flag = AccountFlag.objects.create(
            account=self.account,
            kind=kind,
            since=on,
            reason=came_back[:200],
            set_by=by,
        )
        record(by, "flag_set", flag, detail={"kind": kind})


def returned(payment: Payment, reason: Reason, by, *, note="", fee: int) -> Returned:
    """Raises Refused where the payment is none that comes back, or stands on accounts of other offices too."""
    if payment.method not in RETURNABLE:
        raise Refused(
            _("%(method)s does not come back. Reverse the payment instead.") % {"method": payment.get_method_display()}
        )
    entries = list(ledger.of_payment(payment))
    if other_offices(entries, by):
        raise Refused(_("It was laid on accounts of other offices too. Somebody who works for all of them undoes it."))
    return Returned(payment, reason, note, fee, entries)


def fee_of(payment: Payment, on: date) -> int:
    """What the office's rule asks for a client's returned check, in cents; of a payer nothing."""
    if payment.payer_id or payment.method != Payment.Method.CHEQUE:
        return 0
    rule = MoneyRule.objects.in_force(MoneyRule.Kind.RETURNED_CHEQUE, payment.account.office, on)
    return rule.least_cents if rule else 0


def load_returned(args: dict, by) -> Returned:
    payment = (
        Payment.objects.for_staff(by).select_related("account__office", "payer").filter(pk=args["payment"]).first()
    )
    if payment is None:
        raise Refused(_("The payment is not of your offices. Somebody of its office decides."))
    reason = Reason.objects.get(pk=args["reason"])
    return returned(payment, reason, by, note=args["note"], fee=args["fee"])
