"""The desk's forms: a receipt, unapplied money laid later, unapplied money moved."""

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.forms.boundfield import BoundField
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from accounts.forms.parts import OnceMixin, PastDayField
from accounts.ledger import NO_CARD, Card
from accounts.models import Account, AccountFlag, Payer, Payment
from billing_office.lib.fields import LineField, MoneyField, OfficeForm
from billing_office.lib.money import show
from billing_office.staff.access import may

from .laying import PAY, LayingForm

CARD_FIELDS = ("card_brand", "card_last4", "card_token")


class ReceiptForm(LayingForm):
    """A receipt. On an account's page `party` is who pays: "" the client, else a payer's id, for those who may post a payer's.

    On a payer's own page `payer` pays, over as many accounts as the remittance names.
    """

    title = lazy("The payment was not posted.")
    apart = CARD_FIELDS
    amount = MoneyField(
        label=lazy("Amount"),
    )
    received_on = PastDayField(label=lazy("Received"), future=lazy("A payment is posted when it is there, not before."))
    method = forms.ChoiceField(label=lazy("Method"), choices=Payment.Method.choices, initial=Payment.Method.CHEQUE)
    reference = LineField(
        label=lazy("Reference"), max_length=60, required=False, help_text=lazy("Check number, or the bank’s text.")
    )
    card_brand = forms.ChoiceField(label=lazy("Card"), required=False, choices=[("", "–"), *Payment.CardBrand.choices])
    card_last4 = LineField(
        label=lazy("Last four digits"), required=False, max_length=4, help_text=lazy("Never the whole number."),
        validators=[RegexValidator(r"^[0-9]{4}\Z", lazy("Enter the last four digits only."))],
    )  # fmt: skip
    card_token = LineField(
        label=lazy("Token"), required=False, max_length=80, help_text=lazy("What the terminal or processor calls it."),
        validators=[RegexValidator(r"^(?![0-9 -]{13,}\Z)[A-Za-z0-9_.:-]+\Z", lazy("Use the token that the processor gave, no number."))],
    )  # fmt: skip
    party = forms.ChoiceField(label=lazy("From"), required=False)
    field_order = ["amount", "received_on", "method", *CARD_FIELDS, "reference", "party", "stub"]

    def __init__(self, *args, payer: Payer | None = None, **kwargs):
        self._of = payer
        super().__init__(*args, **kwargs)
        self.fields["amount"].widget.attrs["autofocus"] = not self.is_bound

    def _paying(self) -> Payer | None:
        if self._of or not may(self.by, "post_payer_payments"):
            del self.fields["party"]
            return self._of
        payers = Payer.objects.filter(house_account__isnull=False, active=True).values_list("pk", "name")
        self.fields["party"].choices = [("", self.home.name), *((str(pk), name) for pk, name in payers)]
        named = self._given("party")
        if not named or named not in dict(self.fields["party"].choices):
            return None
        return Payer.objects.select_related("house_account").get(pk=named)

    @property
    def received(self) -> int | None:
        return getattr(self, "cleaned_data", {}).get("amount")

    @property
    def card_fields(self) -> list[BoundField]:
        return [self[name] for name in CARD_FIELDS]

    @property
    def card(self) -> Card:
        if self.cleaned_data["method"] != Payment.Method.CARD:
            return NO_CARD
        return Card(*(self.cleaned_data[name] for name in CARD_FIELDS))

    @property
    def twin(self) -> Payment | None:
        """A receipt of the same party with the same amount and reference: perhaps this one, posted before."""
        reference = getattr(self, "cleaned_data", {}).get("reference")
        if not reference or self.received is None:
            return None
        owner = self.payer.house_account if self.payer else self.home
        same = Payment.objects.filter(account=owner, cents=self.received, reference__iexact=reference)
        return same.exclude(postings__entry__reversal__isnull=False).first()

    @property
    def came_back(self) -> AccountFlag | None:
        """The fact that a check of this client came back before, when they pay by check again."""
        if self.payer or not self.home or self._given("method") != Payment.Method.CHEQUE:
            return None
        flags = AccountFlag.objects.on(self.today).filter(account=self.home)
        return flags.filter(kind=AccountFlag.Kind.RETURNED_CHEQUE).first()

    def clean(self):
        cleaned = super().clean()
        method = cleaned.get("method")
        if method == Payment.Method.CARD and not cleaned.get("card_last4") and "card_last4" not in self.errors:
            self.add_error("card_last4", ValidationError(_("Enter the last four digits of the card."), code="required"))
        if method == Payment.Method.EFT and not self.payer:
            words = _("An EFT comes from a payer: choose who, or “Bank transfer” for the client’s own.")
            self.add_error("method", ValidationError(words, code="no_payer"))
        return cleaned


class LaterForm(LayingForm):
    """Unapplied money of a payment, `left` cents of it on one account, laid on charges."""

    title = lazy("Nothing was allocated.")

    def __init__(self, *args, payment: Payment, left: int, **kwargs):
        self._payment, self._left = payment, left
        super().__init__(*args, **kwargs)
        self.fields["stub"].widget.attrs["autofocus"] = not self.is_bound

    def _paying(self) -> Payer | None:
        return self._payment.payer

    @property
    def received(self) -> int:
        return self._left

    def clean(self):
        cleaned = super().clean()
        laid = sum(cents or 0 for name, cents in cleaned.items() if name.startswith(PAY))
        if self.data.get("act") == "post" and not laid and not self.errors:
            self.add_error(None, ValidationError(_("Lay some of the money on a charge first."), code="nothing"))
        return cleaned


class MoveForm(OnceMixin, OfficeForm):
    """Unapplied money of a client moved to another client's account. `seen` names the account that the page showed by name."""

    title = lazy("Nothing was moved.")
    amount = MoneyField(
        label=lazy("Amount"),
    )
    to = LineField(label=lazy("To account"), max_length=20, help_text=lazy("Its number, for example A-10246."))
    reason = LineField(
        label=lazy("Reason"), max_length=200, help_text=lazy("Why the money is theirs; it stands on both ledgers.")
    )
    seen = forms.CharField(required=False, max_length=20, widget=forms.HiddenInput)

    def __init__(self, *args, left: int, source: Account, accounts, **kwargs):
        super().__init__(*args, **kwargs)
        self.left, self.source, self.accounts = left, source, accounts
        self.fields["amount"].widget.attrs["autofocus"] = not self.is_bound

    def clean_amount(self) -> int:
        cents = self.cleaned_data["amount"]
        if cents > self.left:
            raise ValidationError(_("Only %(amount)s is left there.") % {"amount": show(self.left)}, code="too_much")
        return cents

    def clean_to(self) -> Account:
        account = self.accounts.filter(number__iexact=self.cleaned_data["to"]).first()
        if account is None:
            raise ValidationError(_("No account has this number. Find it by name first."), code="unknown")
        if account.pk == self.source.pk:
            raise ValidationError(_("The money stands there already. Choose another account."), code="same")
        if account.closed_on or account.merged_into_id:
            raise ValidationError(_("That account is closed. Choose one that is open."), code="closed")
        return account

    @property
    def target(self) -> Account | None:
        return getattr(self, "cleaned_data", {}).get("to")

    @property
    def confirmed(self) -> bool:
        return self.target is not None and self.data.get("seen") == str(self.target.pk)

    def with_target(self) -> QueryDict:
        data = self.data.copy()
        data["seen"] = str(self.target.pk)
        return data
