"""What templates of lists ask: the table as this person wants it, and the lists saved for it."""

from django import template

from billing_office.lib.tables import Table

register = template.Library()


@register.simple_tag(takes_context=True)
def listing(context, table: Table):
    """The page's Listing with the table drawn as its address wants it, for the first table of a list's page; else None."""
    found = getattr(context.get("request"), "listing", None)
    if found is None or found.drawn is not None:
        return None
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
