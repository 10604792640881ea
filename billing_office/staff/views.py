"""How a person likes their screen, and how long their session still lasts."""

import time

from django.conf import settings
from django.http import JsonResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_GET, require_POST

from . import clocks
from .way_back import way_back

A_YEAR = 365 * 24 * 3600
CHOICES = {"theme": {"light", "dark"}, "keys": {"off"}}  # every other value takes the cookie away


@require_POST
def preferences(request):
    """Colours and single-letter keys, kept in this browser, since a shared desk has one screen and several people."""
    response = redirect(way_back(request, request.POST.get("next", "")))
    for name in CHOICES.keys() & request.POST.keys():
        if request.POST[name] in CHOICES[name]:
            response.set_cookie(
                name, request.POST[name], A_YEAR, httponly=True, samesite="Lax", secure=settings.SESSION_COOKIE_SECURE
            )
        else:
            response.delete_cookie(name, samesite="Lax")
    return response


@require_GET
def session_left(request):
    """Seconds until this session ends if nobody presses anything. Asking moves nothing."""
    return JsonResponse({"left": clocks.seconds_left(request.session, time.time())})


@require_POST
def session_stay(request):
    """Somebody is there: the press itself moves the end, and this says where to."""
    request.session[clocks.SEEN] = int(time.time())
    return JsonResponse({"left": clocks.seconds_left(request.session, time.time())})
