"""A half-typed form outlives its session. What was sent too late is kept, sealed, for the person whose session it was;
after they sign in again the same page shows it, filled, and says that nothing was saved.

Never kept: what a secret stands in (routes that declare `keep=False`), files, card numbers, and which button was pressed: showing a
form again must not press it. The form's one-time key is kept, so sending it now posts once whatever happened before.
"""

import json
from datetime import timedelta
from urllib.parse import urlsplit

from django.contrib import messages
from django.db import transaction
from django.http import QueryDict
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from billing_office.lib.cards import masked
from billing_office.lib.sealing import NotOurs, seal, unseal

from . import access
from .models import KeptForm, User

PURPOSE = "kept form"
LASTS = timedelta(minutes=30)
MOST = 5  # forms a person: one for each tab somebody might have open
LARGEST = 200_000  # characters
BUTTONS = {"act", "by", "csrfmiddlewaretoken"}
WAITING = "kept_forms"  # in the session: paths whose form waits to be shown, so that no other page asks the database

SHOWN = _(
    "You had to sign in or confirm who you are before this was sent. Nothing was saved yet: look at your entries and send them."
)
NOT_DONE = _(
    "You had to sign in or confirm who you are, so what you pressed was not done. Nothing was saved; press it again."
)


@transaction.atomic
def keep(request, view, owner: int) -> bool:
    """Keep the fields of this POST for the person with id `owner`. False when there is nothing that may be kept."""
    fields = (
        {name: list(map(masked, values)) for name, values in request.POST.lists() if not _secret(name)}
        if _keeps(request, view)
        else {}
    )
    text = json.dumps(fields)
    path = request.get_full_path()
    user = User.objects.select_for_update(no_key=True).filter(pk=owner, is_active=True).first()
    if not fields or user is None or len(text) > LARGEST or len(path) > 400:
        return False
    mine = KeptForm.objects.filter(user=user)
    KeptForm.objects.filter(made_at__lt=timezone.now() - LASTS).delete()
    mine.filter(path=path).delete()
    KeptForm.objects.create(user=user, path=path, page=page_of(request), sealed_fields=seal(text, PURPOSE))
    mine.exclude(pk__in=list(mine.order_by("-pk").values_list("pk", flat=True)[:MOST])).delete()
    return True


def remember(request, user: User):
    """After signing in: this session knows where a form of theirs waits."""
    paths = KeptForm.objects.filter(user=user, made_at__gt=timezone.now() - LASTS).values_list("path", flat=True)
    if paths:
        request.session[WAITING] = list(paths)


@transaction.atomic
def take(request) -> tuple[QueryDict, str] | None:
    """The form that waits for this path, once: its fields, and the page where it stood."""
    path = request.get_full_path()
    waiting = request.session.get(WAITING, [])
    if path not in waiting:
        return None
    request.session[WAITING] = [one for one in waiting if one != path]
    kept = KeptForm.objects.select_for_update().filter(user=request.user, path=path).first()
    if kept is None:
        return None
    kept.delete()
    if kept.made_at < timezone.now() - LASTS:
        return None
    try:
        fields = json.loads(unseal(kept.sealed_fields, PURPOSE))
    except NotOurs:
        return None
    data = QueryDict(mutable=True)
    for name, values in fields.items():
        data.setlist(name, values)
    data._mutable = False
    return data, kept.page


class Refill:
    """Stands behind the gate. The page is asked for by GET as always, and finds the kept fields as if just sent: forms
    of this house bind `request.POST or None` and act only on a POST. Should a view act all the same, it answers with a
    redirect, and everything it did is rolled back."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_view(self, request, view, args, kwargs):
        if request.method != "GET" or not request.user.is_authenticated or not request.session.get(WAITING):
            return None
        if (kept := take(request)) is None:
            return None
        request.POST, page = kept
        with transaction.atomic():
            messages.error(request, SHOWN)
            response = view(request, *args, **kwargs)
            shown = response.status_code in (200, 409, 422)
            transaction.set_rollback(not shown)
        if shown:
            return response
        list(messages.get_messages(request))  # what the view said it did, it did not
        messages.error(request, NOT_DONE)
        return redirect(page)


def _keeps(request, view) -> bool:
    right = getattr(view, "may", access.PUBLIC)
    return request.method == "POST" and right != access.PUBLIC and getattr(view, "keep", True)


def _secret(name: str) -> bool:
    return name in BUTTONS or "password" in name.lower()


def page_of(request) -> str:
    """The page of ours that the form stood on, from the Referer; the first page when it does not say."""
    told = urlsplit(request.headers.get("Referer", ""))
    path = f"{told.path}?{told.query}" if told.query else told.path
    return path if told.netloc == request.get_host() and path.startswith("/") and len(path) <= 400 else "/"
