"""What a request that broke is answered with: somebody else holds the row, the database is away, or it is our fault.

One place for every view and all of the middleware, since Django hands whatever nobody caught to `handler500`. The pages
need neither user nor database. What was typed stands in them, so that one press sends it again; forms carry a one-time
number or a version, so what did arrive the first time is not entered twice.
"""

import sys

from django.db import InterfaceError, OperationalError
from django.http import HttpResponse
from django.middleware.csrf import get_token
from django.template.loader import get_template
from django.views.defaults import server_error
from psycopg2 import errors

from billing_office.staff.access import PUBLIC

BUSY = (errors.LockNotAvailable, errors.DeadlockDetected, errors.SerializationFailure)
# SQLSTATE classes and codes of a server that is not there, or will be again: connection, too many, shutting down.
AWAY = ("08", "53300", "57P01", "57P02", "57P03")


def failed(request):
    """`handler500`: 409 while another holds what this needs, 503 while the database is away, else 500."""
    error = sys.exc_info()[1]
    if _busy(error):
        return _page(request, "busy.html", 409)
    if _away(error):
        return _page(request, "503.html", 503)
    return server_error(request)


def _busy(error) -> bool:
    return isinstance(error, OperationalError) and isinstance(error.__cause__, BUSY)


def _away(error) -> bool:
    """No code at all is what psycopg2 gives when nobody answered or the line broke."""
    if not isinstance(error, OperationalError | InterfaceError):
        return False
    code = getattr(error.__cause__, "pgcode", None)
    return code is None or code.startswith(AWAY)


def _page(request, template: str, status: int) -> HttpResponse:
    """Without the request's own context, which asks for the person and so for the database."""
    context = {"again": request.get_full_path(), "entries": _entries(request), "csrf_token": get_token(request)}
    headers = {"Retry-After": "5", "Cache-Control": "no-store"}
    return HttpResponse(get_template(template).render(context), status=status, headers=headers)


def _entries(request) -> list[tuple[str, str]]:
    """What was sent, the button that was pressed with it; nothing where secrets are typed."""
    view = request.resolver_match.func if request.resolver_match else None
    if request.method != "POST" or getattr(view, "may", PUBLIC) == PUBLIC or not getattr(view, "keep", True):
        return []
    sent = [(name, value) for name, values in request.POST.lists() for value in values]
    return [(name, value) for name, value in sent if name != "csrfmiddlewaretoken" and "password" not in name.lower()]
