"""Who changes staff, factors or passwords has shown within ten minutes that they are the one who signed in: a screen
left open does not make its finder an admin."""

import time
from functools import wraps
from urllib.parse import urlencode

from django.contrib.auth import update_session_auth_hash
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters

from billing_office.audit.acts import record
from billing_office.staff import clocks, kept_forms
from billing_office.staff.forms import ProofForm
from billing_office.staff.way_back import way_back

from .signing_in import answer, record_failure


def proven(view):
    """The view, for who has proved themselves lately; others do so first, and find what they typed again."""

    @wraps(view)
    def asked(request, *args, **kwargs):
        if clocks.proven(request.session, time.time()):
            return view(request, *args, **kwargs)
        kept = kept_forms.keep(request, request.resolver_match.func, request.user.pk)
        back = request.get_full_path() if kept or request.method == "GET" else kept_forms.page_of(request)
        return redirect(f"{reverse('prove')}?{urlencode({'next': back}, safe='/')}")

    return asked


@sensitive_post_parameters()
def prove(request):
    form = ProofForm(request.POST or None, request=request)
    back = way_back(request, request.POST.get("next") or request.GET.get("next", ""))
    if request.method == "POST":
        if form.is_valid():
            update_session_auth_hash(request, request.user)  # checking may have stored the password with a newer hash
            request.session[clocks.PROVED] = int(time.time())
            kept_forms.remember(request, request.user)
            record(request.user, "identity_proved", request.user)
            return redirect(back)
        record_failure(request, form, request.user, "proof")
    return answer(request, "staff/prove.html", {"form": form, "next": back})
