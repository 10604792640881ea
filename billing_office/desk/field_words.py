"""What a field of the history says to people: its name and its value in words, from the model that owns the column."""

from datetime import date, datetime
from functools import cache

from django.apps import apps
from django.conf import settings
from django.db import models
from django.utils.translation import gettext as _

from billing_office.lib import dates, money


@cache
def _models() -> dict[str, type[models.Model]]:
    return {model._meta.db_table: model for model in apps.get_models(include_auto_created=True)}


@cache
def _fields(table: str) -> dict[str, models.Field]:
    model = _models().get(table)
    return {field.column: field for field in model._meta.concrete_fields} if model else {}


def record(table: str, row_id: int) -> str:
    """`accounts_contactpoint`, 7 → `Contact point 7`."""
    model = _models().get(table)
    name = _(str(model._meta.verbose_name)) if model else table
    return f"{name[:1].upper()}{name[1:]} {row_id}"


def people(changes) -> set[int]:
    """Whose names the values of these changes are: ids of users."""
    return {
        value
        for change in changes
        for column, pair in change.changes.items()
        if _is_person(_fields(change.table_name).get(column))
        for value in pair
        if value is not None
    }


def _is_person(field: models.Field | None) -> bool:
    return isinstance(field, models.ForeignKey) and field.related_model._meta.label == settings.AUTH_USER_MODEL


def change(table: str, column: str, before, after, names: dict[int, str]) -> str:
    """`last name: White → Whyte`; one that was empty says its value alone. `names` are those of `people`."""
    field = _fields(table).get(column)
    word = _((field.name if field else column).replace("_", " "))
    said = [_value(field, value, names) for value in (before, after)]
    return f"{word}: {said[1]}" if before in (None, "") else f"{word}: {said[0]} → {said[1]}"


def _value(field: models.Field | None, value, names: dict[int, str]) -> str:
    if value is None or value == "":
        return _("nothing")
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if field is None:
        return str(value)
    if field.choices:
        return str(dict(field.flatchoices).get(value, value))
    if _is_person(field):
        return names.get(value, str(value))
    if isinstance(field, models.ForeignKey):
        return _("no. %(number)s") % {"number": value}
    if field.name.endswith("cents") and isinstance(value, int):
        return money.show(value)
    return _day(field, str(value))


def _day(field: models.Field, text: str) -> str:
    """Days and moments as every screen writes them, by the office's clock; any other value as it is."""
    if isinstance(field, models.DateTimeField):
        at = datetime.fromisoformat(text).astimezone(dates.office_zone())
        return f"{dates.short(at.date())} {at:%H:%M}"
    return dates.short(date.fromisoformat(text)) if isinstance(field, models.DateField) else text
