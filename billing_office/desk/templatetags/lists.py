"""What templates of lists ask: the table as this person wants it, and the lists saved for it."""

from django import template
from django.utils.html import format_html_join

from billing_office.desk.lists.opening import PASSING
from billing_office.lib.tables import Table

register = template.Library()


@register.simple_tag(takes_context=True)
def listing(context, table: Table):
    """The page's Listing with the table drawn as its address wants it, for the first table of a list's page; else None."""
    found = getattr(context.get("request"), "listing", None)
    if found is None or found.own is not None and found.own is not table:
        return None
    if found.own is None:
        found.draw(table)
    return found


@register.simple_tag(takes_context=True)
def saved_chips(context):
    """The lists saved for this page, once a page."""
    found = getattr(context.get("request"), "listing", None)
    if found is None or found.chips_drawn:
        return []
    found.chips_drawn = True
    return found.chips


@register.inclusion_tag("desk/_list_head.html", takes_context=True)
def list_head(context, table: Table):
    """What stands above a list, once a page. Where the table is inside a form, its template says where: forms do not nest."""
    found = listing(context, table)
    if found is not None and found.head_drawn:
        found = None
    if found is not None:
        found.head_drawn = True
    return {**context.flatten(), "around": found}


@register.simple_tag(takes_context=True)
def kept(context, *without: str):
    """Hidden fields for a form that narrows a list: what its address says already, but for the fields of the form itself."""
    given = [(name, value) for name, value in context["request"].GET.items() if name not in (*PASSING, *without)]
    return format_html_join("", '<input type="hidden" name="{}" value="{}">', given)
