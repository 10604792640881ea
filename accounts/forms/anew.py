"""A wrong charge: void, or as it ought to have been."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from accounts.corrections.anew import Anew, Correct, Void
from accounts.ledger import Refused
from accounts.models import Charge, Reason
from billing_office.lib.fields import OfficeForm

from .charges import ChargeForm
from .corrections import CorrectionForm, ReasonChoice


class VoidForm(CorrectionForm):
    shown_at_once = True
    title = lazy("The charge was not voided.")
    reason = ReasonChoice(Reason.Kind.REVERSAL)
    field_order = ["reason", "note"]

    def __init__(self, *args, charge: Charge, **kwargs):
        super().__init__(*args, **kwargs)
        self.charge = charge
        self.initial.setdefault("reason", self.fields["reason"].queryset.first())

    def proposal(self) -> Void:
        given = self.cleaned_data if self.is_bound else self.initial
        if given["reason"] is None:
            raise Refused(_("No reason for reversals is in use. A supervisor switches one on."))
        return Void(self.charge, given["reason"], given.get("note", ""))


class CorrectForm(CorrectionForm, ChargeForm, OfficeForm):
    """The fields of a charge, filled in as it is; units and provider stay."""

    title = lazy("The charge was not corrected.")
    reason = ReasonChoice(Reason.Kind.REVERSAL)
    field_order = ["service_on", "description", "amount", "code", "payer", "client", "reason", "note"]
    units, provider = None, None

    def __init__(self, *args, charge: Charge, payer, **kwargs):
        self.row = charge
        super().__init__(*args, account=charge.account, **kwargs)
        names = ["service_on", "description", "code", "client"]
        self.was = {name: getattr(charge, name) for name in names} | {"amount": charge.cents, "payer": payer}
        self.initial |= self.was

    def clean(self):
        cleaned = super().clean()
        if not self.errors and all(cleaned[name] == was for name, was in self.was.items()):
            raise ValidationError(_("It says what the charge says. Change what is wrong."), code="same")
        return cleaned

    def proposal(self) -> Correct:
        given = self.cleaned_data
        anew = Anew(
            given["amount"], *(given[name] for name in ["service_on", "description", "code", "payer", "client"])
        )
        return Correct(self.row, given["reason"], given["note"], anew=anew)
