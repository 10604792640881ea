"""The gate before every view: no declared right, no entry. Refusals to signed-in people are recorded, and so is every
page that showed a client's record (`route(..., reads=Account)`).
"""

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _

from billing_office.staff import access

from . import acts
from .acting import acting

# What shows the record: the page itself, one that is being made, a form that came back.
SHOWN = {200, 202, 206, 409, 422}


class Gate:
    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        with acting(lambda: request.user.pk):
            response = self.get_response(request)
            if request.user.is_authenticated:
                self._record_read(request, response)
                # Pages hold client data: neither a shared desk's back button nor a proxy may show them again.
                response.headers.setdefault("Cache-Control", "no-store")
        return response

    def _record_read(self, request, response):
        """Before the page leaves: what could not be recorded is not shown."""
        match = request.resolver_match
        model = getattr(match.func, "reads", None) if match else None
        if model and response.status_code in SHOWN:
            acts.record_read(request.user, model, match.kwargs["pk"])

    def process_view(self, request, view, args, kwargs):
        right = getattr(view, "may", None)
        if right is not None and access.may(request.user, right):
            return None
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        name = request.resolver_match.view_name if request.resolver_match else ""
        acts.record(request.user, "access_refused", detail={"route": name, "right": right or "none declared"})
        named = right.replace("_", " ") if right else _("none declared")
        raise PermissionDenied(_("This needs the right “%(right)s”.") % {"right": named})
