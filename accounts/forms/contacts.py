"""Ways to reach a client. The kind is chosen first; the form has that kind's fields only."""

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator, validate_email
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from accounts import people
from accounts.models import ContactPoint
from billing_office.lib import dates
from billing_office.lib.fields import OfficeModelForm

from .parts import EditForm, OnceMixin, PastDayField

Kind = ContactPoint.Kind
ADDRESS = ["street", "city", "region", "postcode", "country"]
AGREED = "on"
LABELS = {Kind.EMAIL: lazy("E-mail address"), Kind.PHONE: lazy("Phone number")}
KINDS = [(Kind.EMAIL, lazy("E-mail")), (Kind.PHONE, lazy("Phone")), (Kind.POSTAL, lazy("Post"))]
NOT_AN_EMAIL = lazy("Enter one e-mail address, for example anna@example.org.")
phone_number = RegexValidator(
    r"^\+?[0-9(][0-9 ().\-]{5,30}(?: ?(?:x|ext\.?) ?[0-9]{1,6})?$",
    lazy("Enter a phone number in figures, for example (512) 555-0199."),
)


class ConsentField(forms.MultipleChoiceField):
    """One tick with the wording that is read out to the client; cleans to a list, empty where the client did not agree."""

    widget = forms.CheckboxSelectMultiple

    def __init__(self, **kwargs):
        kwargs |= {"choices": [(AGREED, lazy("The client consents"))], "required": False}
        super().__init__(
            label=lazy("Unencrypted e-mail"),
            help_text=format_lazy(lazy("Read out: “{wording}”"), wording=people.CONSENT_WORDING),
            **kwargs,
        )


class ContactFields(forms.ModelForm):
    """`kind` decides which fields there are, `by` is who asks for consent."""

    consents = ConsentField()
    consent_on = PastDayField(label=lazy("Consent given on"), required=False, help_text=lazy("Empty: today."))
    country = forms.CharField(
        label=lazy("Country"),
        required=False,
        max_length=2,
        initial="US",
        validators=[RegexValidator("^[A-Z]{2}$", lazy("Use two letters, for example US."))],
    )
    verified_on = PastDayField(
        label=lazy("Verified on"), required=False, help_text=lazy("When the client confirmed it.")
    )
    bad_since = PastDayField(
        label=lazy("Bad since"), required=False, help_text=lazy("When mail came back or a call failed.")
    )
    opted_out_on = PastDayField(
        label=lazy("Opted out on"), required=False, help_text=lazy("The client asked us not to use it.")
    )

    class Meta:
        model = ContactPoint
        fields = [
            "value", *ADDRESS, "consents", "consent_on", "preferred", "verified_on", "source", "bad_since", "bad_reason",
            "opted_out_on",
        ]  # fmt: skip
        labels = {
            "street": lazy("Street"),
            "city": lazy("City"),
            "region": lazy("State"),
            "postcode": lazy("Postcode"),
            "preferred": lazy("Use this first"),
            "source": lazy("Source"),
            "bad_reason": lazy("What is wrong"),
        }

    def __init__(self, *args, kind: str, by, **kwargs):
        super().__init__(*args, **kwargs)
        self.instance.kind, self.by = kind, by
        self.consent_before = self.instance.consent_on
        self.initial["consents"] = [AGREED] if self.consent_before else []
        for name in ["value"] if kind == Kind.POSTAL else ADDRESS:
            del self.fields[name]
        if kind != Kind.EMAIL:
            del self.fields["consents"], self.fields["consent_on"]
        if kind == Kind.POSTAL:
            self.fields["street"].required = self.fields["city"].required = True
        else:
            self.fields["value"].required = True
            self.fields["value"].widget.attrs["autofocus"] = True
            self.fields["value"].label, self.fields["value"].help_text = LABELS[kind], ""

    def clean_value(self):
        value = " ".join(self.cleaned_data["value"].split())
        if self.instance.kind == Kind.PHONE:
            phone_number(value)
            return value
        try:
            validate_email(value)
        except ValidationError as error:
            raise ValidationError(NOT_AN_EMAIL, code="not_an_email") from error
        return value

    def clean(self):
        cleaned = super().clean()
        if cleaned.get("bad_reason") and not cleaned.get("bad_since") and "bad_since" not in self.errors:
            cleaned["bad_since"] = dates.today()
        day = cleaned.get("consent_on")
        if day and day != self.consent_before and not cleaned.get("consents"):
            self.add_error("consents", ValidationError(_("Tick this, or leave the day empty."), code="no_consent"))
        return cleaned

    def _post_clean(self):
        super()._post_clean()
        if "consents" in self.fields and not self.errors:
            self._note_consent()

    def _note_consent(self):
        point, day = self.instance, self.cleaned_data.get("consent_on")
        if not self.cleaned_data["consents"]:
            people.withdraw_consent(point)
        elif self.consent_before is None or (day and day != self.consent_before):
            people.give_consent(point, day or dates.today(), self.by)
        else:
            point.consent_on = self.consent_before


class ContactForm(ContactFields, EditForm):
    """A corrected address starts afresh: what was noted of the wrong one, bad or verified, does not stand for it."""

    title = lazy("The contact was not saved.")

    class Meta(ContactFields.Meta):
        pass

    def clean(self):
        cleaned = super().clean()
        if {"value", *ADDRESS} & set(self.changed_data):
            for name in ["verified_on", "bad_since", "bad_reason"]:
                if name not in self.changed_data and name in cleaned:
                    cleaned[name] = "" if name == "bad_reason" else None
        return cleaned


class NewContactForm(OnceMixin, ContactFields, OfficeModelForm):
    """What is new is neither bad nor opted out of yet."""

    title = lazy("The contact was not added.")
    kind = forms.CharField(widget=forms.HiddenInput, required=False)
    bad_since = opted_out_on = None

    class Meta(ContactFields.Meta):
        fields = ["value", *ADDRESS, "consents", "consent_on", "preferred", "verified_on", "source"]
