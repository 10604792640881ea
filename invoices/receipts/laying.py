"""Money received, and money that stands unapplied: where it goes is proposed, shown, changed by the person if they wish,
then posted. Nothing is posted whose allocation the person has not seen: `shown_for` says what the one on the screen was
worked out for, and when that differs, the page shows a new one first.
"""

import hashlib
from dataclasses import dataclass, replace
from datetime import date

from django import forms
from django.core.exceptions import ValidationError
from django.forms.boundfield import BoundField
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from accounts.allocation import propose
from accounts.forms.parts import OnceMixin
from accounts.ledger import Share
from accounts.models import Account, Charge, Payer
from accounts.posting import Shares
from billing_office.lib import dates
from billing_office.lib.fields import MoneyField, OfficeForm
from billing_office.lib.money import show

from . import stub
from .owed import Owed, owed

PAY = "pay_"
NOTHING = Owed([], [], [], [], 0, 0)


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
        return (_("Settled"), "good") if self.left == 0 else (_("Part paid"), "warn")


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


class LayingForm(OnceMixin, OfficeForm):
    """Money and the charges it is laid on. Who builds on it says `payer` (None: the client) and `received`.

    `home` is the account whose page it is; on a payer's own page it is None. `laid` is "oldest" when age alone counts.
    """

    stub = forms.CharField(
        label=lazy("What it is for"), required=False, max_length=20_000, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=(
            lazy("As the payer says, one number a line, with its amount if given: account, invoice or charge (C-…)."
            " Empty: what is due, then the oldest.")
        ),
    )  # fmt: skip
    laid = forms.CharField(required=False, max_length=6, widget=forms.HiddenInput)
    shown_for = forms.CharField(required=False, max_length=100, widget=forms.HiddenInput)

    payer: Payer | None = None
    apart: tuple[str, ...] = ()  # fields that the page draws in a place of their own

    def __init__(self, *args, home: Account | None, by, today: date, **kwargs):
        super().__init__(*args, **kwargs)
        self.home, self.today, self.by = home, today, by
        self.payer = self._paying()
        self.offered, self._unread = NOTHING, []
        try:
            named = stub.name(stub.read(self._given("stub")[:20_000]), self.payer, by)
            self.offered = owed(self.payer, home, named, by, today, oldest=self.oldest)
        except stub.Unread as unread:
            self._unread = unread.sentences
        self.owed = self._lines(by)
        for line in self.owed:
            label = _("Pay %(service)s, %(day)s") % {
                "service": line.words,
                "day": dates.short(line.charge.service_on, today),
            }
            field = MoneyField(least=0, required=False, label=label)
            field.widget.attrs["aria-label"] = label
            self.fields[f"{PAY}{line.charge.pk}"] = field

    def _paying(self) -> Payer | None:
        raise NotImplementedError

    @property
    def received(self) -> int | None:
        raise NotImplementedError

    def _given(self, name: str) -> str:
        """What the data or the opening says of a field, before the form is checked: the charges to offer depend on it."""
        value = self.data.get(name, "") if self.is_bound else self.initial.get(name, "")
        return str(value or "").replace("\x00", "")

    @property
    def oldest(self) -> bool:
        return self._given("laid") == "oldest"

    def _lines(self, by) -> list[Line]:
        of_charge: dict[int, list] = {}
        for part in self.offered.parts:
            of_charge.setdefault(part.charge, []).append(part)
        return [
            Line(
                charge=charge,
                words=charge.words_for(by),
                code=charge.code_for(by),
                day=theirs[0].day,
                due=theirs[0].dated,
                open=sum(part.cents for part in theirs),
            )
            for charge in self.offered.charges
            if (theirs := of_charge.get(charge.pk))
        ]

    # -- the allocation -----------------------------------------------------------------------------------------------

    @property
    def wants_showing(self) -> bool:
        """The allocation on the screen was made for another amount, payer, text or order than now stands there."""
        return self.can_show and self.data.get("shown_for") != self._now

    @property
    def can_show(self) -> bool:
        """There is money to lay out. What held a card number is said first: a second look would find it taken out already."""
        held_card = any(self.has_error(name, "card") for name in self.fields)
        return self.received is not None and not self._unread and not held_card

    @property
    def _now(self) -> str:
        words = " ".join(self._given("stub").split())
        text = hashlib.sha256(words.encode()).hexdigest()[:16] if words else ""
        return f"{self.payer.pk if self.payer else ''}:{self.received}:{text}:{self._given('laid')}"

    def proposed(self) -> QueryDict:
        """The form's data with the money laid on the charges in order: bind a new form to it."""
        data = self.data.copy() if self.is_bound else self._opening()
        rest = self.home is not None or not self.offered.told
        shares = propose(self.received, self.offered.parts, self.offered.told, rest=rest)
        for line in self.owed:
            pk = line.charge.pk
            data[f"{PAY}{pk}"] = show(shares[pk]) if pk in shares else ""
        data["shown_for"] = self._now
        return data

    def _opening(self) -> QueryDict:
        data = QueryDict(mutable=True)
        data.update({name: str(self[name].value() or "") for name in self.fields if not name.startswith(PAY)})
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
        return replace(line, field=self[name], left=None if paid is None else line.open - paid)

    def _paid(self, name: str) -> int:
        return self.cleaned_data.get(name) or 0

    @property
    def sums(self) -> Sums:
        laid = sum(self._paid(name) for name in self.fields if name.startswith(PAY)) if self.shown else 0
        return Sums(received=self.received, laid=laid, open=sum(line.open for line in self.owed))

    @property
    def many(self) -> bool:
        """Whether the lines stand on more accounts than the one whose page it is."""
        return self.home is None or any(line.charge.account_id != self.home.pk for line in self.owed)

    @property
    def accounts(self) -> int:
        return len({line.charge.account_id for line in self.owed})

    @property
    def shares(self) -> Shares:
        found: Shares = {}
        for line in self.owed:
            if cents := self._paid(f"{PAY}{line.charge.pk}"):
                found.setdefault(line.charge.account_id, []).append(Share(line.charge.pk, cents))
        return found

    @property
    def head_fields(self) -> list[BoundField]:
        return [f for f in self.visible_fields() if not f.name.startswith(PAY) and f.name not in self.apart]

    # -- checks ---------------------------------------------------------------------------------------------------------

    def clean(self):
        cleaned = super().clean()
        for sentence in self._unread:
            self.add_error("stub", ValidationError(sentence, code="unread"))
        for line in self.owed:
            name = f"{PAY}{line.charge.pk}"
            if (cleaned.get(name) or 0) > line.open:
                words = _("Only %(amount)s is open. Lower it; the rest stays unapplied.") % {"amount": show(line.open)}
                self.add_error(name, ValidationError(words, code="too_much"))
        self._check_sum(cleaned)
        self._check_missing()
        return cleaned

    def _check_sum(self, cleaned):
        laid = sum(cents or 0 for name, cents in cleaned.items() if name.startswith(PAY))
        if self.received is not None and laid > self.received and not self.wants_showing:
            over = show(laid - self.received)
            words = _("You laid %(laid)s on charges, but %(received)s was received. Lower the parts by %(over)s.") % {
                "laid": show(laid),
                "received": show(self.received),
                "over": over,
            }
            self.add_error(None, ValidationError(words, code="sum"))

    def _check_missing(self):
        """What was typed for a charge that is not open any more must not become unapplied money unsaid."""
        gone = [
            n for n, typed in self.data.items() if n.startswith(PAY) and n not in self.fields and typed.strip(" 0.,$")
        ]
        if gone and self.can_show and not self.wants_showing:
            words = _(
                "A charge that you were paying is settled meanwhile. What you laid on it is unapplied now; look again."
            )
            self.add_error(None, ValidationError(words, code="gone"))
