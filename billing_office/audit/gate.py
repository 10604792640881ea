"""The gate before every view: no declared right, no entry. A refusal to a signed-in person is recorded."""

import uuid

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied

from billing_office.staff import access

from . import acts


class Gate:
    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        # Ours, never the caller's: a forged id would let one request pass for another in the audit.
        token = acts.request_id.set(str(uuid.uuid4()))
        try:
            response = self.get_response(request)
        finally:
            acts.request_id.reset(token)
        if request.user.is_authenticated:
            # Pages hold client data: neither a shared desk's back button nor a proxy may show them again.
            response.headers.setdefault("Cache-Control", "no-store")
        return response

    def process_view(self, request, view, args, kwargs):
        right = getattr(view, "may", None)
        if right is not None and access.may(request.user, right):
            return None
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        name = request.resolver_match.view_name if request.resolver_match else ""
        acts.record(request.user, "access_refused", detail={"route": name, "right": right or "none declared"})
        raise PermissionDenied(f"This needs the right “{(right or 'none declared').replace('_', ' ')}”.")
