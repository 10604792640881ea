"""Signing in and out. One address: the password, then the second factor, or its set-up; only after the last step is
anybody signed in, so there is no page that could be reached between."""

import time

from django.conf import settings
from django.contrib.auth import login, logout
from django.db import transaction
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from billing_office.audit.acts import record
from billing_office.staff import clocks, kept_forms, second_factor, tries
from billing_office.staff.forms import CodeForm, SignInForm
from billing_office.staff.models import User
from billing_office.staff.way_back import way_back

from .qr import image

HALF = "half_signed_in"  # in the session: whose password was right, while the second factor is asked
HALF_LASTS = 600  # seconds


@never_cache
@sensitive_post_parameters()
def sign_in(request):
    if request.user.is_authenticated:
        return redirect(_next(request))
    if "again" in request.POST:
        request.session.pop(HALF, None)
        return redirect("sign_in")
    user = None if "username" in request.POST else _half(request)
    if user is None:
        return _password(request)
    return _code(request, user) if second_factor.needed(user) else _set_up(request, user)


@require_POST
def sign_out(request):
    if request.user.is_authenticated:
        record(request.user, "signed_out", request.user)
    logout(request)
    return redirect("sign_in")


def _password(request):
    form = SignInForm(request, request.POST or None)
    if request.method == "POST":
        if form.is_valid():
            return _after_password(request, form.get_user())
        record_failure(request, form, form.known, "password")
    ended = clocks.ENDED_FOR in request.session
    return answer(request, "staff/sign_in.html", {"form": form, "next": _next(request), "ended": ended})


def _after_password(request, user):
    if not (settings.SECOND_FACTOR_REQUIRED or second_factor.needed(user)):
        return _enter(request, user, "", _next(request))
    request.session.cycle_key()
    request.session[HALF] = {
        "user": user.pk, "made_of": user.get_session_auth_hash(), "at": int(time.time()), "next": _next(request),
    }  # fmt: skip
    return redirect("sign_in")


def _code(request, user):
    form = CodeForm(request.POST or None, request=request, user=user)
    if request.method == "POST":
        if form.is_valid():
            return _enter(request, user, form.used, request.session[HALF]["next"])
        record_failure(request, form, user, "second factor")
    return answer(request, "staff/sign_in_code.html", {"form": form})


def _set_up(request, user):
    """Required, and they have none: they make one before they see any page."""
    form = CodeForm(request.POST or None, request=request, user=user, confirms=True)
    if request.method == "POST":
        if form.is_valid():
            record(user, "second_factor_set", user)
            return _enter(request, user, form.used, request.session[HALF]["next"], form.recovery_codes)
        record_failure(request, form, user, "second factor")
    secret = second_factor.begin(user)
    context = {"form": form, "secret": secret, "qr": image(second_factor.address(user, secret))}
    return answer(request, "staff/sign_in_set_up.html", context)


@transaction.atomic
def _enter(request, user, factor: str, back: str, codes: list[str] | None = None):
    """They are in: a new session key, this browser known, the act recorded. New recovery codes are shown, this once."""
    ended_for = request.session.get(clocks.ENDED_FOR)
    login(request, user)
    for name in (HALF, clocks.ENDED_FOR):
        request.session.pop(name, None)
    request.session[clocks.FACTOR] = bool(factor)
    request.session.set_expiry(None)
    if ended_for == user.pk:
        kept_forms.remember(request, user)
    detail = {"second_factor": factor or "none", "address": tries.client_address(request)}
    record(user, "signed_in", user, detail=detail)
    response = redirect(back)
    if codes:
        response = render(request, "staff/recovery_codes.html", {"codes": codes, "back": back})
    tries.know_device(request, response, user)
    return response


def record_failure(request, form, user: User | None, what: str):
    """A wrong answer, in the name of the office: who typed it is not known. Of a name that nobody has, no letter is
    kept. What was refused unseen during a pause is not recorded again."""
    if form.paused or not hasattr(form, "counters"):
        return
    office, detail = User.objects.service(), {"what": what, "address": tries.client_address(request)}
    record(office, "sign_in_failed", user, detail=detail)
    if form.pause_begun:
        record(office, "sign_in_paused", user, detail=detail | {"by": form.pause_begun.by})


def answer(request, template: str, context: dict):
    """The page; 422 when the form was refused, 429 when it was not even looked at."""
    form = context["form"]
    return render(request, template, context, status=429 if form.paused else 422 if form.errors else 200)


def _half(request) -> User | None:
    """Whose password was right a moment ago, if nothing has changed about them since."""
    half = request.session.get(HALF)
    if not half or time.time() - half["at"] > HALF_LASTS:
        return None
    user = User.objects.people().filter(pk=half["user"], is_active=True).first()
    return user if user and user.get_session_auth_hash() == half["made_of"] else None


def _next(request) -> str:
    return way_back(request, request.POST.get("next") or request.GET.get("next", ""))
