"""Taking off, moving, undoing by form: what, why, and the effect that was looked at."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from accounts.chart import ADJUSTMENTS
from accounts.corrections.of_charge import Adjustment, Move, of_party
from accounts.corrections.undo import Undo, undo_of
from accounts.ledger import Refused
from accounts.models import Account, JournalEntry, OpenItem, Payer, Reason
from billing_office.lib import dates
from billing_office.lib.fields import LineField, MoneyField, OfficeForm
from billing_office.lib.money import show
from billing_office.staff.models import User

from .parts import OnceMixin


class ReasonChoice(forms.ModelChoiceField):
    def __init__(self, *kinds: str, **kwargs):
        self.kinds = kinds
        kwargs.setdefault("label", lazy("Reason"))
        super().__init__(queryset=Reason.objects.none(), empty_label=lazy("Choose"), **kwargs)

    def offer(self):
        self.queryset = Reason.objects.filter(active=True, kind__in=self.kinds)

    def label_from_instance(self, reason: Reason) -> str:
        return str(reason) if len(self.kinds) > 1 else reason.words


class CorrectionForm(OnceMixin, OfficeForm):
    """`seen` is the fingerprint of the effect on the screen: nothing is posted whose effect the person has not seen.
    `shown_at_once`: the effect depends on nothing that the person enters."""

    shown_at_once = False
    note = LineField(
        label=lazy("Note"), max_length=120, required=False, help_text=lazy("Stands on the entry beside the reason.")
    )
    seen = forms.CharField(required=False, max_length=40, widget=forms.HiddenInput)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["reason"].offer()

    def clean(self):
        cleaned = super().clean()
        reason = cleaned.get("reason")
        if reason and reason.needs_note and not cleaned.get("note") and "note" not in self.errors:
            self.add_error(
                "note", ValidationError(_("“%(reason)s” needs a note.") % {"reason": reason.words}, code="note")
            )
        return cleaned

    def show(self, seen: str, **values):
        """Show this effect: it counts as seen when the form comes back. `values` fill in what was left open."""
        if self.is_bound:
            self.data = self.data.copy()
            for name, value in {"seen": seen, **values}.items():
                self.data[name] = value
        self.initial["seen"] = seen


# -- of a charge ----------------------------------------------------------------------------------------------------------


class OpenItemChoice(forms.ModelChoiceField):
    """What is open on the charges of an account, by day and by the words this person may read."""

    def __init__(self, **kwargs):
        self.reader: User | None = None
        super().__init__(queryset=OpenItem.objects.none(), empty_label=lazy("Choose"), **kwargs)

    def label_from_instance(self, item: OpenItem) -> str:
        words = item.charge.words_for(self.reader)
        return _("%(day)s, %(service)s: %(amount)s open at %(party)s") % {
            "day": dates.short(item.charge.service_on, dates.today()),
            "service": words,
            "amount": show(item.cents),
            "party": of_party(item.payer),
        }


class OfChargeForm(CorrectionForm):
    item = OpenItemChoice(label=lazy("Of"))
    amount = MoneyField(label=lazy("Amount"), required=False, help_text=lazy("Empty: all that is open."))

    def __init__(self, *args, account: Account, reader: User, **kwargs):
        super().__init__(*args, **kwargs)
        items = OpenItem.objects.filter(account=account, cents__gt=0)
        self.fields["item"].reader = reader
        self.fields["item"].queryset = items.select_related("charge__account__office", "payer").order_by(
            "charge__service_on", "pk"
        )

    def clean(self):
        cleaned = super().clean()
        item, amount = cleaned.get("item"), cleaned.get("amount")
        if item and amount and amount > item.cents:
            self.add_error(
                "amount", ValidationError(_("Only %(amount)s is open.") % {"amount": show(item.cents)}, code="too_much")
            )
        return cleaned

    @property
    def of_charge(self) -> dict:
        given = self.cleaned_data
        item = given["item"]
        return {
            "charge": item.charge, "payer": item.payer, "cents": given["amount"] or item.cents, "reason": given["reason"],
            "note": given["note"],
        }  # fmt: skip


class AdjustForm(OfChargeForm):
    title = lazy("Nothing was taken off.")
    reason = ReasonChoice(*ADJUSTMENTS)
    field_order = ["item", "reason", "amount", "note"]

    def proposal(self) -> Adjustment:
        return Adjustment(**self.of_charge)


class MoveForm(OfChargeForm):
    title = lazy("Nothing was moved.")
    target = forms.ModelChoiceField(
        queryset=Payer.objects.none(), required=False, label=lazy("To"), empty_label=lazy("The client")
    )
    reason = ReasonChoice(Reason.Kind.TRANSFER_RESPONSIBILITY)
    field_order = ["item", "target", "reason", "amount", "note"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["target"].queryset = Payer.objects.filter(active=True)

    def clean(self):
        cleaned = super().clean()
        item = cleaned.get("item")
        if item and "target" not in self.errors and item.payer == cleaned.get("target"):
            self.add_error("target", ValidationError(_("It is there already. Choose another party."), code="same"))
        return cleaned

    def proposal(self) -> Move:
        return Move(**self.of_charge, target=self.cleaned_data["target"])


# -- undoing --------------------------------------------------------------------------------------------------------------


class UndoForm(CorrectionForm):
    shown_at_once = True
    title = lazy("Nothing was reversed.")
    reason = ReasonChoice(Reason.Kind.REVERSAL)
    field_order = ["reason", "note"]

    def __init__(self, *args, entry: JournalEntry, by: User, **kwargs):
        super().__init__(*args, **kwargs)
        self.entry, self.by = entry, by
        self.initial.setdefault("reason", self.fields["reason"].queryset.first())

    def proposal(self) -> Undo:
        """With the reason that was chosen, or the first one while none is."""
        given = self.cleaned_data if self.is_bound else {}
        reason = given.get("reason") or self.initial["reason"]
        if reason is None:
            raise Refused(_("No reason for reversals is in use. A supervisor switches one on."))
        return undo_of(self.entry, reason, self.by, given.get("note", ""))
