"""Form fields that refuse what must never reach the books, in words that help."""

import json
import unicodedata
from dataclasses import dataclass

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import BLANK_CHOICE_DASH
from django.forms.widgets import Input
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from . import cards, dates, money


class MoneyField(forms.CharField):
    """An amount of money; cleans to whole cents (int)."""

    widget = forms.TextInput

    def __init__(self, *, least: int | None = 1, most: int = money.MAX_CENTS, **kwargs):
        self.least, self.most = least, most
        super().__init__(**kwargs)

    def widget_attrs(self, widget):
        return {"inputmode": "decimal", "autocomplete": "off", "class": "in money"}

    def prepare_value(self, value):
        return money.plain(value) if isinstance(value, int) else value

    def to_python(self, value):
        text = super().to_python(value)
        if not text:
            return None
        if len(text) > 40:
            raise ValidationError(_("Enter an amount in figures, for example 224.00 or 1,224.00."), code="not_money")
        try:
            cents = money.parse(text)
        except money.NotMoney as error:
            raise ValidationError(str(error), code="not_money") from error
        if self.least is not None and cents < self.least:
            raise ValidationError(
                _("The amount must be at least %(amount)s.") % {"amount": money.show(self.least)}, code="too_small"
            )
        if cents > self.most:
            raise ValidationError(
                _("The amount must be at most %(amount)s.") % {"amount": money.show(self.most)}, code="too_large"
            )
        return cents

    def run_validators(self, value):
        """Nothing: those of a text field read texts, and this is cents by now."""


class DayField(forms.DateField):
    """A day within the books' range, 1900 to 2199."""

    widget = forms.DateInput(attrs={"type": "date", "class": "in"}, format="%Y-%m-%d")

    def __init__(self, **kwargs):
        kwargs.setdefault("error_messages", {}).setdefault(
            "invalid", lazy("Enter a day as year-month-day, for example 2026-11-23.")
        )
        super().__init__(input_formats=["%Y-%m-%d", "%m/%d/%Y"], **kwargs)

    def clean(self, value):
        day = super().clean(value)
        if day and not dates.FIRST <= day <= dates.LAST:
            raise ValidationError(_("Enter a day between 1900 and 2199."), code="out_of_range")
        return day


class LineField(forms.CharField):
    """One line of text without control characters; spaces at the ends and runs of them are folded."""

    def __init__(self, **kwargs):
        kwargs.setdefault("max_length", 200)
        super().__init__(**kwargs)

    def widget_attrs(self, widget):
        return super().widget_attrs(widget) | {"class": "in"}

    def to_python(self, value):
        text = super().to_python(value)
        _no_controls(text)
        return " ".join(text.split())


NO_CARDS = lazy("Do not write card numbers here. The number was taken out; the last four digits are enough.")


def no_card_number(value):
    """Raise ValidationError where a text holds what may be a payment card's number (lib.cards says how it is told)."""
    if isinstance(value, str) and cards.holds_number(value):
        raise ValidationError(NO_CARDS, code="card")


_BARE = (forms.HiddenInput, forms.CheckboxInput, forms.FileInput)


class HouseLook:
    """Mixin of all our forms: widgets get the house's class, one-line texts take no control characters, no text a card number.

    `title` is what the error summary says was not done: "The office was not saved."
    """

    title = lazy("Not saved.")
    use_required_attribute = (
        False  # our own errors, beside the field and in the summary, rather than the browser's bubble
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            if field.error_messages.get("required") == forms.Field.default_error_messages["required"]:
                field.error_messages["required"] = lazy("Fill this in.")
            _say_choose(field)
            if isinstance(field.widget, Input) and not isinstance(field.widget, _BARE):
                field.widget.attrs.setdefault("class", "in")
            if isinstance(field, forms.CharField) and isinstance(field.widget, forms.TextInput):
                field.validators.append(_no_controls)
            if isinstance(field, forms.CharField) and not isinstance(field.widget, forms.PasswordInput):
                field.validators.append(no_card_number)

    @property
    def first_asked(self) -> str:
        """The id of the first field that must be filled and is empty: there the cursor stands. "" in a form sent before."""
        if self.is_bound:
            return ""
        asked = (one for one in self.visible_fields() if one.field.required and one.value() in (None, ""))
        return next((one.id_for_label for one in asked), "")

    def full_clean(self):
        """Of a card number nothing stays, not even on the page that refuses it; the rest of the text is kept."""
        super().full_clean()
        told = [name for name in self.fields if self.has_error(name, "card")] if self.is_bound else []
        if told:
            self.data = self.data.copy()
            for name in map(self.add_prefix, told):
                self.data[name] = cards.masked(self.data[name])


def _say_choose(field: forms.Field):
    """Django's nine dashes say nothing: where one must choose the empty choice says so, elsewhere it is our dash for nothing."""
    dashes, words = BLANK_CHOICE_DASH[0], lazy("Choose…") if field.required else "–"
    if isinstance(field, forms.ModelChoiceField):
        if field.empty_label == dashes[1]:
            field.empty_label = words
    elif isinstance(field, forms.ChoiceField) and dashes in (choices := list(field.choices)):
        field.choices = [(value, words if (value, label) == dashes else label) for value, label in choices]


# They turn what stands after them around, amounts too: 12.00 reads 00.21.
_TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def _no_controls(text: str):
    if any(c in _TURNING or unicodedata.category(c) == "Cc" for c in text):
        raise ValidationError(_("Remove the line breaks and control characters."), code="control")


class OfficeForm(HouseLook, forms.Form):
    """A plain form in the house's look."""


class OfficeModelForm(HouseLook, forms.ModelForm):
    """A model's form in the house's look."""


def kind_of(field: forms.Field) -> str:
    """What `_field.html` draws a field as: tick, ticks, money, long (the whole width of the form) or line."""
    match field:
        case forms.BooleanField():
            return "tick"
        case MoneyField():
            return "money"
    match field.widget:
        case forms.CheckboxSelectMultiple() | forms.RadioSelect():
            return "ticks"
        case forms.Textarea():
            return "long"
    return "line"


class OpenedField(forms.Field):
    """What every field said when the form was opened, carried along as JSON. Never a change, never wrong."""

    widget = forms.HiddenInput

    def has_changed(self, initial, data):
        return False


@dataclass(frozen=True)
class Difference:
    """One field in which a form and its row differ: `theirs` stands now, `yours` was entered, both in words.

    `keep` is the choice, "theirs" or "mine"; `both`: both were changed since the form was opened.
    """

    name: str
    label: str
    theirs: str
    yours: str
    keep: str
    both: bool


class StaleFormMixin(forms.Form):
    """A model form that never overwrites what someone else saved since it was opened.

    The model counts its saves in `lock_version`. The view reads the row under a lock, inside the transaction in which
    it saves, and binds the form to that row. `clean()` compares the version the person saw with the row's; when they
    differ the form is refused, keeps what was typed, and `theirs` lists every field that differs, with a choice for each
    (`keep-<field>`, "theirs" or "mine"). What only the other one changed is theirs unless the person says otherwise. The form
    then carries the new version: choosing and saving is one more press.
    """

    lock_version = forms.CharField(required=False, widget=forms.HiddenInput, max_length=20)
    opened = OpenedField(required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.theirs: list[Difference] = []
        self.initial["lock_version"] = self.instance.lock_version or 0
        self.initial["opened"] = self._as_opened

    def who_changed(self) -> str:
        """Who saved meanwhile and when, "J. Tran at 1:12 pm"; empty when not known. The form of the model says it."""
        return ""

    def full_clean(self):
        if self.is_bound:
            self._take_theirs()
        super().full_clean()

    def clean(self):
        cleaned = super().clean()
        now = str(self.instance.lock_version or 0)
        if self.instance.pk and self.cleaned_data.get("lock_version") != now:
            was = self._was()
            self.theirs = [self._difference(name, was) for name in self.changed_data if name != "lock_version"]
            self.data = self.data.copy()
            self.data[self.add_prefix("lock_version")] = now
            by = self.who_changed() or _("Someone else")
            self.add_error(
                None,
                ValidationError(
                    _("%(by)s saved this meanwhile. Your entries are kept; look again and save.") % {"by": by},
                    code="stale",
                ),
            )
        return cleaned

    def save(self, commit=True):
        self.instance.lock_version = (self.instance.lock_version or 0) + 1
        return super().save(commit)

    def _difference(self, name: str, was: dict) -> Difference:
        stands, entered = self._raw(name, self[name].initial), self._raw(name, self[name].data)
        touched = was.get(name) != entered
        keep = self.data.get(f"keep-{self.add_prefix(name)}") or ("mine" if touched else "theirs")
        told = self._told(name, self[name].initial), self._told(name, self[name].data)
        both = name in was and touched and was[name] != stands
        return Difference(name, str(self[name].label), *told, keep, both)

    def _take_theirs(self):
        """Where the person chose what stands now, that takes the place of what was entered."""
        chosen = [name for name in self.fields if self.data.get(f"keep-{self.add_prefix(name)}") == "theirs"]
        if not chosen:
            return
        self.data = self.data.copy()
        for name in chosen:
            key, raw = self.add_prefix(name), self._raw(name, self.get_initial_for_field(self.fields[name], name))
            self.data.pop(key, None)
            if hasattr(self.data, "setlist"):
                self.data.setlist(key, raw)
            elif raw:
                self.data[key] = raw[0]

    def _as_opened(self) -> str:
        names = [name for name in self.fields if name not in ("lock_version", "opened", "once")]
        return json.dumps({n: self._raw(n, self.get_initial_for_field(self.fields[n], n)) for n in names})

    def _was(self) -> dict:
        """As `_as_opened` wrote it; empty where a browser sent something else."""
        try:
            was = json.loads(self.data.get(self.add_prefix("opened")) or "{}")
        except (ValueError, RecursionError):
            return {}
        return was if isinstance(was, dict) else {}

    def _raw(self, name: str, value) -> list[str]:
        """A value as a browser would send it."""
        field = self.fields[name]
        if isinstance(field.widget, forms.CheckboxInput):
            return ["on"] if field.to_python(value) else []
        value = field.widget.format_value(field.prepare_value(value))
        values = value if isinstance(value, list | tuple) else [value]
        return [str(one) for one in values if one not in (None, "")]

    def _told(self, name, value) -> str:
        """A field's value in words, whether it comes from the row or from what was typed."""
        field = self.fields[name]
        if isinstance(field, forms.BooleanField):
            return _("yes") if field.to_python(value) else _("no")
        if isinstance(value, list | tuple):
            return ", ".join(self._told_one(field, one) for one in value) or "–"
        return self._told_one(field, value)

    def _told_one(self, field, value) -> str:
        value = getattr(value, "pk", value)
        if value is None or value == "":
            return "–"
        if isinstance(field, forms.ModelChoiceField):
            try:
                return str(field.queryset.filter(pk=value).first() or "–")
            except ValueError:  # what was typed names no row at all
                return str(value)
        names = {str(key): label for key, label in getattr(field, "choices", [])}
        return str(names.get(str(value), field.prepare_value(value)))
