"""Where a form leads when it is done: the page of ours that it names."""

from django.utils.http import url_has_allowed_host_and_scheme


def way_back(request, told: str) -> str:
    """`told` when it is a path of this site, else the first page. Never a bare word: `redirect()` would take that for
    the name of a route."""
    ours = url_has_allowed_host_and_scheme(told, {request.get_host()}, require_https=request.is_secure())
    return told if ours and told.startswith("/") else "/"
