"""Refunds: how much, which way, why; then the paying out. A credit taken off its charge. A returned check."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from accounts.corrections.refunding import Release, Repayment, most_released, paid_on
from accounts.corrections.returned import Returned, fee_of, returned
from accounts.ledger import Refused
from accounts.models import Account, Charge, Payment, Reason, Refund
from billing_office.lib import dates
from billing_office.lib.fields import LineField, MoneyField, OfficeForm
from billing_office.lib.money import show

from .corrections import CorrectionForm, ReasonChoice
from .parts import PastDayField


class RefundForm(CorrectionForm):
    title = lazy("Nothing was refunded.")
    amount = MoneyField(label=lazy("Amount"), required=False, help_text=lazy("Empty: all that is unapplied."))
    way = forms.ChoiceField(label=lazy("Way"), choices=Refund.Way.choices)
    reason = ReasonChoice(Reason.Kind.REFUND)
    field_order = ["amount", "way", "reason", "note"]

    def __init__(self, *args, payment: Payment, account: Account, left: int, **kwargs):
        super().__init__(*args, **kwargs)
        self.payment, self.account, self.left = payment, account, left
        ways = [way for way in Refund.Way.choices if way[0] != Refund.Way.CARD or payment.method == Payment.Method.CARD]
        self.fields["way"].choices = ways
        self.initial.setdefault("way", "card" if payment.method == Payment.Method.CARD else "cheque")

    def clean_amount(self):
        amount = self.cleaned_data["amount"]
        if amount and amount > self.left:
            raise ValidationError(_("Only %(amount)s is unapplied.") % {"amount": show(self.left)}, code="too_much")
        return amount

    def proposal(self) -> Repayment:
        given = self.cleaned_data
        return Repayment(
            self.payment,
            given["amount"] or self.left,
            given["reason"],
            given["note"],
            account=self.account,
            way=given["way"],
        )


class ReleaseForm(CorrectionForm):
    title = lazy("The credit stays where it is.")
    payment = forms.ModelChoiceField(queryset=Payment.objects.none(), label=lazy("Paid by"), empty_label=None)
    amount = MoneyField(
        label=lazy("Amount"), required=False, help_text=lazy("Empty: all of the credit that is from this payment.")
    )
    reason = ReasonChoice(Reason.Kind.REFUND)
    field_order = ["payment", "amount", "reason", "note"]

    def __init__(self, *args, charge: Charge, **kwargs):
        super().__init__(*args, **kwargs)
        self.charge = charge
        self.fields["payment"].queryset = paid_on(charge)
        self.initial.setdefault("payment", self.fields["payment"].queryset.first())

    def proposal(self) -> Release:
        given = self.cleaned_data
        most = most_released(self.charge, given["payment"])
        if not most:
            raise Refused(
                _("Nothing of the credit is from this payment. Choose another, or reverse what made the credit.")
            )
        return Release(given["payment"], given["amount"] or most, given["reason"], given["note"], charge=self.charge)


class ReturnedForm(CorrectionForm):
    shown_at_once = True
    title = lazy("Nothing was undone.")
    reason = ReasonChoice(Reason.Kind.REVERSAL)
    charge_fee = forms.BooleanField(label=lazy("Charge fee"), required=False)
    field_order = ["reason", "charge_fee", "note"]

    def __init__(self, *args, payment: Payment, by, **kwargs):
        super().__init__(*args, **kwargs)
        self.payment, self.by, self.fee = payment, by, fee_of(payment, dates.today())
        reasons = self.fields["reason"].queryset
        self.initial.setdefault("reason", reasons.filter(code="NSF").first() or reasons.first())
        if self.fee:
            self.fields["charge_fee"].label = _("Charge the fee of %(amount)s") % {"amount": show(self.fee)}
            self.initial.setdefault("charge_fee", True)
        else:
            del self.fields["charge_fee"]

    def proposal(self) -> Returned:
        given = self.cleaned_data if self.is_bound else self.initial
        reason = given.get("reason") or self.initial["reason"]
        if reason is None:
            raise Refused(_("No reason for reversals is in use. A supervisor switches one on."))
        fee = self.fee if given.get("charge_fee") else 0
        return returned(self.payment, reason, self.by, note=given.get("note", ""), fee=fee)


class PayoutForm(OfficeForm):
    title = lazy("The refund was not paid out.")
    way = forms.ChoiceField(label=lazy("Way"), choices=Refund.Way.choices)
    reference = LineField(
        label=lazy("Reference"), max_length=60, help_text=lazy("Check number, reversal of the card, or transfer.")
    )
    paid_on = PastDayField(label=lazy("Paid out on"), future=lazy("It is paid out when it left the house, not before."))

    def __init__(self, *args, refund: Refund, **kwargs):
        super().__init__(*args, **kwargs)
        self.refund = refund
        self.initial |= {"way": refund.way, "paid_on": dates.today()}

    def clean_paid_on(self):
        day = self.cleaned_data["paid_on"]
        if day < self.refund.entry.effective_date:
            raise ValidationError(_("This lies before the refund was approved."), code="order")
        return day
