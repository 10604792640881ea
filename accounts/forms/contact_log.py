"""One line that logs a contact: whom, what came of it, and what that outcome needs to be known."""

from datetime import timedelta

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from accounts.models import Account, Client, ContactMade, ContactPoint
from accounts.models.contact_made import OUTCOMES
from billing_office.lib import dates
from billing_office.lib.fields import DayField, LineField, MoneyField, OfficeForm

from .parts import OnceMixin

Outcome, Way = ContactMade.Outcome, ContactMade.Way
A_WEEK = timedelta(days=7)  # what most promise, so that a promise is an amount and enter
NEEDS_NUMBER = {Outcome.WRONG_NUMBER, Outcome.STOP}


class ContactLogForm(OnceMixin, OfficeForm):
    """Whom: a client at one of their numbers (`p<id>`), or a client (`c<id>`). The best number comes first."""

    title = lazy("It was not logged.")
    outcome = forms.ChoiceField(
        label=lazy("Outcome"),
        choices=Outcome.choices,
        widget=forms.RadioSelect,
        error_messages={"required": lazy("Choose what came of it.")},
    )
    way = forms.ChoiceField(label=lazy("Way"), choices=Way.choices, initial=Way.CALL)
    whom = forms.ChoiceField(label=lazy("With"))
    cents = MoneyField(label=lazy("Amount"), required=False)
    promised_on = DayField(label=lazy("By"), required=False)
    note = LineField(label=lazy("Note"), required=False, max_length=1000)

    def __init__(self, *args, account: Account, **kwargs):
        super().__init__(*args, **kwargs)
        self.initial.setdefault("promised_on", dates.today() + A_WEEK)
        clients = {client.pk: client for client in account.clients.all()}
        phones = ContactPoint.objects.filter(client__in=clients, kind=ContactPoint.Kind.PHONE)
        first = account.guarantor_id
        phones = sorted(phones, key=lambda p: (not p.usable, p.client_id != first, not p.preferred, p.pk))
        self.points = {f"p{point.pk}": point for point in phones}
        self.clients = {f"c{pk}": client for pk, client in clients.items()}
        numbers = [(key, _called(clients[p.client_id], p)) for key, p in self.points.items()]
        names = [(key, client.name) for key, client in self.clients.items()]
        names.sort(key=lambda row: row[0] != f"c{first}")
        self.fields["whom"].choices = [*numbers, *names]

    def clean(self):
        given = super().clean()
        outcome, point = given.get("outcome"), self.points.get(given.get("whom"))
        if outcome == Outcome.PROMISE:
            self._promise(given)
        elif outcome:
            given["cents"] = given["promised_on"] = None
        if outcome in NEEDS_NUMBER and given.get("whom") and point is None:
            self.add_error("whom", ValidationError(_("Choose the number that was called."), code="number"))
        if outcome == Outcome.WRONG_NUMBER and given.get("way") not in (Way.CALL, Way.CALL_IN):
            self.add_error("outcome", ValidationError(_("Only a call has a wrong number."), code="way"))
        return given

    def _promise(self, given: dict):
        if given.get("cents") is None and "cents" not in self.errors:
            self.add_error("cents", ValidationError(_("How much was promised?"), code="required"))
        if given.get("promised_on") is None and "promised_on" not in self.errors:
            self.add_error("promised_on", ValidationError(_("By which day?"), code="required"))
        elif given.get("promised_on") and given["promised_on"] < dates.today():
            self.add_error("promised_on", ValidationError(_("This day is over."), code="past"))

    def made(self) -> ContactMade:
        """What the form says, unsaved."""
        given = self.cleaned_data
        point = self.points.get(given["whom"])
        client = self.clients[given["whom"]] if point is None else self.clients[f"c{point.client_id}"]
        names = ("way", "outcome", "cents", "promised_on", "note")
        return ContactMade(client=client, point=point, **{name: given[name] for name in names})

    @property
    def outcomes(self) -> list[tuple]:
        """Each outcome's radio, the letter that chooses it and what follows from it, in order."""
        specs = [OUTCOMES[outcome] for outcome in Outcome]
        return [(radio, spec.letter, spec.note) for radio, spec in zip(self["outcome"], specs, strict=True)]


def _called(client: Client, point: ContactPoint) -> str:
    """A number as it is chosen, with what speaks against it."""
    told = {"client": client.name, "number": point, "reason": point.bad_reason or _("bad")}
    if point.opted_out_on:
        return _("%(client)s, %(number)s (opted out)") % told
    return _("%(client)s, %(number)s (%(reason)s)") % told if point.bad_since else f"{client.name}, {point}"
