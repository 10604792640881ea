"""Clients: who is served on an account, or answers for it."""

from zoneinfo import available_timezones

from django import forms
from django.core.exceptions import ValidationError

from accounts.models import Account, Client
from billing_office.lib.fields import OfficeModelForm
from billing_office.lib.sorting import sort_key

from .parts import EditForm, OnceMixin, PastDayField, after

LANGUAGES = [
    ("en", "English"), ("es", "Spanish"), ("zh", "Chinese"), ("vi", "Vietnamese"), ("ko", "Korean"), ("tl", "Tagalog"),
    ("ru", "Russian"), ("ar", "Arabic"), ("fr", "French"), ("ht", "Haitian Creole"), ("pt", "Portuguese"), ("pl", "Polish"),
    ("de", "German"), ("hi", "Hindi"), ("so", "Somali"),
]  # fmt: skip
ZONES = [
    ("", "From the address"), ("America/New_York", "Eastern"), ("America/Chicago", "Central"), ("America/Denver", "Mountain"),
    ("America/Phoenix", "Arizona"), ("America/Los_Angeles", "Pacific"), ("America/Anchorage", "Alaska"),
    ("Pacific/Honolulu", "Hawaii"), ("America/Puerto_Rico", "Puerto Rico"),
]  # fmt: skip
BORN_LATER = "A birth date cannot lie in the future."


class PersonFields(forms.Form):
    """Name, kind, birth date and language of a client, wherever they are asked."""

    kind = forms.ChoiceField(choices=Client.Kind.choices, initial=Client.Kind.PERSON)
    first_name = forms.CharField(max_length=80, required=False, widget=forms.TextInput(attrs={"autofocus": True}))
    last_name = forms.CharField(max_length=80, help_text="An organization’s whole name.")
    birth_date = PastDayField(required=False, future=BORN_LATER)
    language = forms.ChoiceField(choices=LANGUAGES, initial="en")

    def clean(self):
        cleaned = super().clean()
        first, last = cleaned.get("first_name", ""), cleaned.get("last_name", "")
        too_long = len(sort_key(last, first)) > Client._meta.get_field("sort_key").max_length
        if too_long or len(f"{first} {last}") > Account._meta.get_field("name").max_length:
            self.add_error("last_name", ValidationError("First and last name together are too long.", code="too_long"))
        if cleaned.get("kind") == Client.Kind.ORGANISATION and first:
            self.add_error(
                "first_name", ValidationError("An organization has one name; leave this empty.", code="kind")
            )
        return cleaned


def _with(choices: list[tuple[str, str]], value: str) -> list[tuple[str, str]]:
    """The choices, and what the row has if an import brought something rarer."""
    return choices if not value or value in dict(choices) else [*choices, (value, value)]


class ClientFields(PersonFields):
    time_zone = forms.ChoiceField(
        label="Clock", choices=ZONES, required=False, help_text="For the hours in which we may call or write."
    )
    deceased_on = PastDayField(label="Died on", required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["language"].choices = _with(LANGUAGES, self.instance.language)
        known = self.instance.time_zone if self.instance.time_zone in available_timezones() else ""
        self.fields["time_zone"].choices = _with(ZONES, known)

    def clean(self):
        cleaned = super().clean()
        if after(cleaned.get("birth_date"), cleaned.get("deceased_on")):
            self.add_error("deceased_on", ValidationError("This lies before the birth date.", code="order"))
        return cleaned


class _Meta:
    model = Client
    fields = [
        "kind", "first_name", "last_name", "birth_date", "language", "relation", "served", "time_zone", "deceased_on",
    ]  # fmt: skip
    labels = {"served": "Receives services"}
    help_texts = {"relation": "For example: daughter, spouse, employee."}


class ClientForm(ClientFields, EditForm):
    title = "The client was not saved."

    class Meta(_Meta):
        pass


class NewClientForm(OnceMixin, ClientFields, OfficeModelForm):
    title = "The client was not added."

    class Meta(_Meta):
        pass
