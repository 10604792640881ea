"""Form fields that refuse what must never reach the books, in words that help."""

import unicodedata

from django import forms
from django.core.exceptions import ValidationError

from . import dates, money


class MoneyField(forms.CharField):
    """An amount of money; cleans to whole cents (int)."""

    widget = forms.TextInput

    def __init__(self, *, least: int | None = 1, most: int = money.MAX_CENTS, **kwargs):
        self.least, self.most = least, most
        super().__init__(max_length=40, **kwargs)

    def widget_attrs(self, widget):
        return {"inputmode": "decimal", "autocomplete": "off", "class": "in money"}

    def prepare_value(self, value):
        return money.plain(value) if isinstance(value, int) else value

    def to_python(self, value):
        text = super().to_python(value)
        if not text:
            return None
        try:
            cents = money.parse(text)
        except money.NotMoney as error:
            raise ValidationError(str(error), code="not_money") from error
        if self.least is not None and cents < self.least:
            raise ValidationError(f"The amount must be at least {money.show(self.least)}.", code="too_small")
        if cents > self.most:
            raise ValidationError(f"The amount must be at most {money.show(self.most)}.", code="too_large")
        return cents


class DayField(forms.DateField):
    """A day within the books' range, 1900 to 2199."""

    widget = forms.DateInput(attrs={"type": "date", "class": "in"}, format="%Y-%m-%d")

    def __init__(self, **kwargs):
        kwargs.setdefault("error_messages", {}).setdefault("invalid", "Enter a day as year-month-day, for example 2026-11-23.")
        super().__init__(input_formats=["%Y-%m-%d", "%m/%d/%Y"], **kwargs)

    def clean(self, value):
        day = super().clean(value)
        if day and not dates.FIRST <= day <= dates.LAST:
            raise ValidationError("Enter a day between 1900 and 2199.", code="out_of_range")
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
        if any(unicodedata.category(c) == "Cc" for c in text):
            raise ValidationError("Remove the line breaks and control characters.", code="control")
        return " ".join(text.split())
