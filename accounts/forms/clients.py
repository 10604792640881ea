"""Clients: who is served on an account, or answers for it."""

from zoneinfo import available_timezones

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from accounts.models import Account, Client
from billing_office.lib.fields import OfficeModelForm
from billing_office.lib.sorting import sort_key

from .parts import EditForm, OnceMixin, PastDayField, after

LANGUAGES = [
    ("en", lazy("English")),
    ("es", lazy("Spanish")),
    ("zh", lazy("Chinese")),
    ("vi", lazy("Vietnamese")),
    ("ko", lazy("Korean")),
    ("tl", lazy("Tagalog")),
    ("ru", lazy("Russian")),
    ("ar", lazy("Arabic")),
    ("fr", lazy("French")),
    ("ht", lazy("Haitian Creole")),
    ("pt", lazy("Portuguese")),
    ("pl", lazy("Polish")),
    ("de", lazy("German")),
    ("hi", lazy("Hindi")),
    ("so", lazy("Somali")),
]
ZONES = [
    ("", lazy("From the address")),
    ("America/New_York", lazy("Eastern")),
    ("America/Chicago", lazy("Central")),
    ("America/Denver", lazy("Mountain")),
    ("America/Phoenix", lazy("Arizona")),
    ("America/Los_Angeles", lazy("Pacific")),
    ("America/Anchorage", lazy("Alaska")),
    ("Pacific/Honolulu", lazy("Hawaii")),
    ("America/Puerto_Rico", lazy("Puerto Rico")),
]
BORN_LATER = lazy("A birth date cannot lie in the future.")


class PersonFields(forms.Form):
    """Name, kind, birth date and language of a client, wherever they are asked."""

    kind = forms.ChoiceField(label=lazy("Kind"), choices=Client.Kind.choices, initial=Client.Kind.PERSON)
    first_name = forms.CharField(
        label=lazy("First name"), max_length=80, required=False, widget=forms.TextInput(attrs={"autofocus": True})
    )
    last_name = forms.CharField(label=lazy("Last name"), max_length=80, help_text=lazy("An organization’s whole name."))
    birth_date = PastDayField(label=lazy("Birth date"), required=False, future=BORN_LATER)
    language = forms.ChoiceField(label=lazy("Language"), choices=LANGUAGES, initial="en")

    def clean(self):
        cleaned = super().clean()
        first, last = cleaned.get("first_name", ""), cleaned.get("last_name", "")
        too_long = len(sort_key(last, first)) > Client._meta.get_field("sort_key").max_length
        if too_long or len(f"{first} {last}") > Account._meta.get_field("name").max_length:
            self.add_error(
                "last_name", ValidationError(_("First and last name together are too long."), code="too_long")
            )
        if cleaned.get("kind") == Client.Kind.ORGANISATION and first:
            self.add_error(
                "first_name", ValidationError(_("An organization has one name; leave this empty."), code="kind")
            )
        return cleaned


def _with(choices: list[tuple[str, str]], value: str) -> list[tuple[str, str]]:
    """The choices, and what the row has if an import brought something rarer."""
    return choices if not value or value in dict(choices) else [*choices, (value, value)]


class ClientFields(PersonFields):
    time_zone = forms.ChoiceField(
        label=lazy("Clock"),
        choices=ZONES,
        required=False,
        help_text=lazy("For the hours in which we may call or write."),
    )
    deceased_on = PastDayField(label=lazy("Died on"), required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["language"].choices = _with(LANGUAGES, self.instance.language)
        known = self.instance.time_zone if self.instance.time_zone in available_timezones() else ""
        self.fields["time_zone"].choices = _with(ZONES, known)

    def clean(self):
        cleaned = super().clean()
        if after(cleaned.get("birth_date"), cleaned.get("deceased_on")):
            self.add_error("deceased_on", ValidationError(_("This lies before the birth date."), code="order"))
        return cleaned


class _Meta:
    model = Client
    fields = [
        "kind", "first_name", "last_name", "birth_date", "language", "relation", "served", "time_zone", "deceased_on",
    ]  # fmt: skip
    labels = {"served": lazy("Receives services")}
    help_texts = {"relation": lazy("For example: daughter, spouse, employee.")}


class ClientForm(ClientFields, EditForm):
    title = lazy("The client was not saved.")

    class Meta(_Meta):
        pass


class NewClientForm(OnceMixin, ClientFields, OfficeModelForm):
    title = lazy("The client was not added.")

    class Meta(_Meta):
        pass
