"""How money, days, ages and states look on every screen. Templates compute nothing: they print through these."""

from datetime import date, datetime

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _

from billing_office.lib import dates, fields, tables
from billing_office.lib import money as amounts

register = template.Library()

BREAK = mark_safe("<br>")  # noqa: S308  a constant
NIL = format_html('<span class="nil">{}</span>', "–")  # nothing, in a column of figures


@register.filter
def money(cents: int | None):
    """`1,234.50`, with a true minus sign; a grey dash when there is no amount."""
    return NIL if cents is None else amounts.show(cents)


@register.filter
def dollars(cents: int | None):
    """`$1,234.50`; of a credit the minus stands first, `−$125.00`."""
    if cents is None:
        return NIL
    shown = amounts.show(cents)
    return f"{amounts.MINUS}${shown.removeprefix(amounts.MINUS)}" if cents < 0 else f"${shown}"


@register.filter
def nil_money(cents: int | None):
    """As `money`, and a grey dash for zero too: "nothing" and not "settled to zero"."""
    return amounts.show(cents) if cents else NIL


@register.filter
def day(value: date | datetime | None):
    """`Nov 23`; the year is added when it is not this one."""
    if value is None or value == "":
        return NIL
    if isinstance(value, datetime):
        value = value.astimezone(dates.office_zone()).date()
    return format_html(
        '<time class="nowrap" datetime="{}">{}</time>', value.isoformat(), dates.short(value, dates.today())
    )


@register.filter
def moment(value: datetime | None):
    """`Nov 23, 1:14 pm` by the office's clock."""
    if value is None or value == "":
        return NIL
    at = value.astimezone(dates.office_zone())
    text = _("%(day)s, %(time)s") % {"day": dates.short(at.date(), dates.today()), "time": dates.clock(at)}
    return format_html('<time class="nowrap" datetime="{}">{}</time>', at.isoformat(), text)


@register.filter
def clock(value: datetime):
    """`1:14 pm` by the office's clock, to stand beside a day."""
    at = value.astimezone(dates.office_zone())
    return format_html('<time class="nowrap" datetime="{}">{}</time>', at.isoformat(), dates.clock(at))


@register.filter
def age(days: int | None):
    """A tag whose colour rises with the age in days: to 30, 60, 90 and above. Below zero: not yet due."""
    if days is None or days == "":
        return NIL
    if days < 0:
        return format_html('<span class="{}">{}</span>', "mut", _("not yet due"))
    return format_html(
        '<span class="tag age a{}">{}</span>',
        1 + (days > 30) + (days > 60) + (days > 90),
        _("%(days)s d") % {"days": days},
    )


@register.filter
def tag(state):
    """A state that can change, as a tag. `state` is `(word, tone)`, tone one of "", good, warn, bad, info, note."""
    if not state:
        return NIL
    word, tone = state
    return format_html('<span class="tag {}">{}</span>', tone, word)


@register.simple_tag
def icon(name: str):
    """A 16-pixel picture from `_sprite.html`; it never carries the meaning alone."""
    return format_html('<svg class="i" aria-hidden="true"><use href="#i-{}"/></svg>', name)


@register.simple_tag(takes_context=True)
def query(context, **changes):
    """This page's address with some parameters replaced; None takes one away. `{% query sort="-open" after=None %}`"""
    return tables.address(context["request"], **changes)


@register.filter
def is_kind(field, kind: str) -> bool:
    """What a bound form field is drawn as: "tick", "ticks", "money", "long"."""
    return fields.kind_of(field.field) == kind


@register.simple_tag
def lines(text: str):
    """Text of several lines as an address block, escaped."""
    return format_html_join(BREAK, "{}", ((line,) for line in text.splitlines()))


_DRAWN = {"money": money, "nil_money": nil_money, "age": age, "day": day, "moment": moment, "tag": tag}


@register.filter
def drawn(cell):
    """A cell of a list (lib.tables.Cell) as its column's kind looks; a grey dash where nothing is."""
    if draw := _DRAWN.get(cell.column.kind):
        return draw(cell.value)
    return NIL if cell.value is None or cell.value == "" else cell.value
