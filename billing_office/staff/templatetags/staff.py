"""Buttons appear only to those who may press them; the route refuses the others all the same."""

from django import template

from billing_office.staff import access

register = template.Library()


@register.filter
def may(user, right: str) -> bool:
    """`{% if user|may:"post_charges" %}`. Raises KeyError for a right that access.py does not know."""
    return access.may(user, right)
