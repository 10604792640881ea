"""A payment entered by hand, and where it goes: proposed, shown, changed by the person if they wish, then posted."""

from dataclasses import dataclass
from datetime import date

from django import forms
from django.core.exceptions import ValidationError
from django.forms.boundfield import BoundField

from accounts import aging
from accounts.allocation import in_order, propose
from accounts.ledger import Share
from accounts.models import Account, Charge, Payer, Payment
from billing_office.lib import dates
from billing_office.lib.fields import LineField, MoneyField, OfficeForm
from billing_office.lib.money import show
from billing_office.staff.access import may

from .parts import OnceMixin, PastDayField

LISTED = 300  # charges that one form offers, in the order of paying; more are settled by the next payment
PAY = "pay_"


@dataclass(frozen=True)
class Line:
    """One charge on which the paying party owes: what is open, and the earliest day of it."""

    charge: Charge
    words: str
    code: str
    day: date
    due: bool
    open: int
    field: BoundField | None = None
    left: int | None = None  # None where what was typed is no amount

    @property
    def after(self) -> tuple[str, str] | None:
        if self.left is None or self.left == self.open:
            return None
        return ("Settled", "good") if self.left == 0 else ("Part paid", "warn")


@dataclass(frozen=True)
class Sums:
    received: int | None
    laid: int
    open: int

    @property
    def unapplied(self) -> int | None:
        return None if self.received is None else self.received - self.laid

    @property
    def left(self) -> int:
        return self.open - self.laid


class PaymentForm(OnceMixin, OfficeForm):
    """`party` is who pays: "" the client, else a payer's id; only those with the right may choose a payer.

    `shown_for` says for which amount and party the allocation on the screen was worked out. Nothing is posted whose
    allocation the person has not seen: when it differs, the page shows a new one first.
    """

    title = "The payment was not posted."
    amount = MoneyField()
    received_on = PastDayField(label="Received", future="A payment is posted when it is there, not before.")
    method = forms.ChoiceField(choices=Payment.Method.choices, initial=Payment.Method.CHEQUE)
    reference = LineField(max_length=60, required=False, help_text="Check number, or the bank’s text.")
    party = forms.ChoiceField(label="From", required=False)
    shown_for = forms.CharField(required=False, max_length=60, widget=forms.HiddenInput)

    def __init__(self, *args, account: Account, by, today: date, **kwargs):
        super().__init__(*args, **kwargs)
        self.account, self.today = account, today
        self.fields["amount"].widget.attrs["autofocus"] = not self.is_bound
        parts = [part for part in aging.parts(Account.objects.filter(pk=account.pk), today) if part.cents > 0]
        self._offer_parties(by)
        self.payer = self._chosen()
        owner = self.payer and self.payer.pk
        self.parts = in_order([part for part in parts if part.payer == owner], today)
        self.owed = self._lines(by)
        for line in self.owed:
            label = f"Pay {line.words}, {dates.short(line.charge.service_on, today)}"
            field = MoneyField(least=0, required=False, label=label)
            field.widget.attrs["aria-label"] = label
            self.fields[f"{PAY}{line.charge.pk}"] = field

    def _offer_parties(self, by):
        if not may(by, "post_payer_payments"):
            del self.fields["party"]
            return
        payers = Payer.objects.filter(house_account__isnull=False, active=True).values_list("pk", "name")
        self.fields["party"].choices = [("", self.account.name), *((str(pk), name) for pk, name in payers)]

    def _chosen(self) -> Payer | None:
        """The payer that the data names, before the form is checked: the charges to offer depend on it."""
        if "party" not in self.fields:
            return None
        named = self.data.get("party", "") if self.is_bound else self.initial.get("party", "")
        if named not in dict(self.fields["party"].choices) or not named:
            return None
        return Payer.objects.select_related("house_account").get(pk=named)

    def _lines(self, by) -> list[Line]:
        opened: dict[int, list[aging.Part]] = {}
        for part in self.parts:
            opened.setdefault(part.charge, []).append(part)
        listed = list(opened.items())[:LISTED]
        charges = Charge.objects.in_bulk([pk for pk, _ in listed])
        return [
            Line(
                charge=charges[pk],
                words=charges[pk].words_for(by),
                code=charges[pk].code_for(by),
                day=theirs[0].day,
                due=theirs[0].dated,
                open=sum(part.cents for part in theirs),
            )
            for pk, theirs in listed
        ]

    # -- the allocation -----------------------------------------------------------------------------------------------

    @property
    def received(self) -> int | None:
        return getattr(self, "cleaned_data", {}).get("amount")

    @property
    def wants_showing(self) -> bool:
        """The amount or the party is another than the allocation on the screen was made for."""
        return self.received is not None and self.data.get("shown_for") != self._now

    @property
    def _now(self) -> str:
        return f"{self.payer.pk if self.payer else ''}:{self.received}"

    def proposed(self):
        """The form's data with the received amount laid on the charges in order: bind a new form to it."""
        listed = {line.charge.pk for line in self.owed}
        shares = propose(self.received, [part for part in self.parts if part.charge in listed])
        data = self.data.copy()
        for pk in listed:
            data[f"{PAY}{pk}"] = show(shares[pk]) if pk in shares else ""
        data["shown_for"] = self._now
        return data

    @property
    def shown(self) -> bool:
        return self.is_bound and bool(self.data.get("shown_for"))

    @property
    def lines(self) -> list[Line]:
        """The charges with their fields and what would be left on each."""
        if not self.shown:
            return self.owed
        return [self._with_field(line) for line in self.owed]

    def _with_field(self, line: Line) -> Line:
        name = f"{PAY}{line.charge.pk}"
        paid = None if name in self.errors else self._paid(name)
        facts = {name: getattr(line, name) for name in ("charge", "words", "code", "day", "due", "open")}
        return Line(**facts, field=self[name], left=None if paid is None else line.open - paid)

    def _paid(self, name: str) -> int:
        return self.cleaned_data.get(name) or 0

    @property
    def sums(self) -> Sums:
        laid = sum(self._paid(name) for name in self.fields if name.startswith(PAY)) if self.shown else 0
        return Sums(received=self.received, laid=laid, open=sum(line.open for line in self.owed))

    @property
    def more(self) -> int:
        """Charges that are open and not listed."""
        return len({part.charge for part in self.parts}) - len(self.owed)

    @property
    def shares(self) -> list[Share]:
        paid = ((line.charge.pk, self._paid(f"{PAY}{line.charge.pk}")) for line in self.owed)
        return [Share(charge, cents) for charge, cents in paid if cents]

    @property
    def head_fields(self) -> list[BoundField]:
        return [field for field in self.visible_fields() if not field.name.startswith(PAY)]

    def clean(self):
        cleaned = super().clean()
        for line in self.owed:
            name = f"{PAY}{line.charge.pk}"
            if (cleaned.get(name) or 0) > line.open:
                self.add_error(
                    name,
                    ValidationError(
                        f"Only {show(line.open)} is open. Lower it; the rest stays unapplied.", code="too_much"
                    ),
                )
        self._check_sum(cleaned)
        self._check_missing()
        return cleaned

    def _check_sum(self, cleaned):
        laid = sum(cents or 0 for name, cents in cleaned.items() if name.startswith(PAY))
        amount = cleaned.get("amount")
        if amount is not None and laid > amount and not self.wants_showing:
            words = f"You laid {show(laid)} on charges, but {show(amount)} was received. Lower the parts by {show(laid - amount)}."
            self.add_error(None, ValidationError(words, code="sum"))

    def _check_missing(self):
        """What was typed for a charge that is not open any more must not become unapplied money unsaid."""
        gone = [
            n for n, typed in self.data.items() if n.startswith(PAY) and n not in self.fields and typed.strip(" 0.,$")
        ]
        if gone and not self.wants_showing:
            words = (
                "A charge that you were paying is settled meanwhile. What you laid on it is unapplied now; look again."
            )
            self.add_error(None, ValidationError(words, code="gone"))
