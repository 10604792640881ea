"""One line that logs a contact: whom, what came of it, and what that outcome needs to be known."""

from datetime import timedelta

from django import forms
from django.core.exceptions import ValidationError

from accounts.models import Account, ContactMade, ContactPoint
from accounts.models.contact_made import OUTCOMES
from billing_office.lib import dates
from billing_office.lib.fields import DayField, LineField, MoneyField, OfficeForm

from .parts import OnceMixin

Outcome, Way = ContactMade.Outcome, ContactMade.Way
A_WEEK = timedelta(days=7)  # what most promise, so that a promise is an amount and enter
NEEDS_NUMBER = {Outcome.WRONG_NUMBER, Outcome.STOP}


class ContactLogForm(OnceMixin, OfficeForm):
    """Whom: a client at one of their numbers (`p<id>`), or a client (`c<id>`). The best number comes first."""

    title = "It was not logged."
    outcome = forms.ChoiceField(
        choices=Outcome.choices, widget=forms.RadioSelect, error_messages={"required": "Choose what came of it."}
    )
    way = forms.ChoiceField(choices=Way.choices, initial=Way.CALL)
    whom = forms.ChoiceField(label="With")
    cents = MoneyField(label="Amount", required=False)
    promised_on = DayField(label="By", required=False)
    note = LineField(required=False, max_length=1000)

    def __init__(self, *args, account: Account, **kwargs):
        super().__init__(*args, **kwargs)
        self.initial.setdefault("promised_on", dates.today() + A_WEEK)
        clients = {client.pk: client for client in account.clients.all()}
        phones = ContactPoint.objects.filter(client__in=clients, kind=ContactPoint.Kind.PHONE)
        first = account.guarantor_id
        phones = sorted(phones, key=lambda p: (not p.usable, p.client_id != first, not p.preferred, p.pk))
        self.points = {f"p{point.pk}": point for point in phones}
        self.clients = {f"c{pk}": client for pk, client in clients.items()}
        numbers = [(key, f"{clients[p.client_id].name}, {p}{_ill(p)}") for key, p in self.points.items()]
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
            self.add_error("whom", ValidationError("Choose the number that was called.", code="number"))
        if outcome == Outcome.WRONG_NUMBER and given.get("way") not in (Way.CALL, Way.CALL_IN):
            self.add_error("outcome", ValidationError("Only a call has a wrong number.", code="way"))
        return given

    def _promise(self, given: dict):
        if given.get("cents") is None and "cents" not in self.errors:
            self.add_error("cents", ValidationError("How much was promised?", code="required"))
        if given.get("promised_on") is None and "promised_on" not in self.errors:
            self.add_error("promised_on", ValidationError("By which day?", code="required"))
        elif given.get("promised_on") and given["promised_on"] < dates.today():
            self.add_error("promised_on", ValidationError("This day is over.", code="past"))

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


def _ill(point: ContactPoint) -> str:
    return " (opted out)" if point.opted_out_on else f" ({point.bad_reason or 'bad'})" if point.bad_since else ""
