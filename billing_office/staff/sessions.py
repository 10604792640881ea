"""How long a session lasts: 15 minutes without a press, 12 hours in all, not a page without the second factor.

What the page asks for by itself (htmx GETs: polling, parts loaded late; routes marked `background`) is answered but is
no press: it never moves the end. An ended session leaves behind whose it was, so that the form which arrives next, from
the tab where somebody was typing, is kept for that person (kept_forms.py).
"""

import time
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth import logout
from django.shortcuts import redirect
from django.urls import reverse
from django_htmx.http import HttpResponseClientRedirect

from . import access, kept_forms
from .clocks import ENDED_FOR, RESOLUTION, SEEN, why_ended


class Sessions:
    """Stands before the gate: whoever's session has ended is nobody there."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_view(self, request, view, args, kwargs):
        now = time.time()
        if request.user.is_authenticated:
            if why := why_ended(request.session, now):
                self._end(request, why)
            elif _pressed(request, view) and now - request.session[SEEN] >= RESOLUTION:
                request.session[SEEN] = int(now)
        if request.user.is_authenticated or getattr(view, "may", None) == access.PUBLIC:
            return None
        if owner := request.session.get(ENDED_FOR):
            kept_forms.keep(request, view, owner)
        return _to_sign_in(request)

    def _end(self, request, why: str):
        owner = request.user.pk
        logout(request)
        if why != "second factor":
            request.session[ENDED_FOR] = owner
            request.session.set_expiry(settings.SESSION_ABSOLUTE)


def _pressed(request, view) -> bool:
    by_itself = request.htmx and not request.htmx.boosted and request.method == "GET"
    return not by_itself and not getattr(view, "background", False)


def _to_sign_in(request):
    """To signing in and back. A part of a page cannot show that: its whole page goes, and comes back to itself."""
    if request.htmx:
        return HttpResponseClientRedirect(_sign_in(request.htmx.current_url_abs_path or "/"))
    return redirect(_sign_in(request.get_full_path()))


def _sign_in(back: str) -> str:
    return f"{reverse(settings.LOGIN_URL)}?{urlencode({'next': back}, safe='/')}"
