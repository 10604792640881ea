"""Signing in and out, and how a person likes their screen."""

from django.conf import settings
from django.contrib.auth.views import LoginView, LogoutView
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from .forms import SignInForm

A_YEAR = 365 * 24 * 3600
CHOICES = {"theme": {"light", "dark"}, "keys": {"off"}}  # every other value takes the cookie away

sign_in = LoginView.as_view(
    template_name="staff/sign_in.html", authentication_form=SignInForm, redirect_authenticated_user=True
)
sign_out = LogoutView.as_view()


@require_POST
def preferences(request):
    """Colours and single-letter keys, kept in this browser, since a shared desk has one screen and several people."""
    back = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure()):
        back = settings.LOGIN_REDIRECT_URL
    response = redirect(back)
    for name in CHOICES.keys() & request.POST.keys():
        if request.POST[name] in CHOICES[name]:
            response.set_cookie(
                name, request.POST[name], A_YEAR, httponly=True, samesite="Lax", secure=settings.SESSION_COOKIE_SECURE
            )
        else:
            response.delete_cookie(name, samesite="Lax")
    return response
