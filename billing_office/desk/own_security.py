"""My security: one's own password, second factor, recovery codes and sessions."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.db import transaction
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from billing_office.audit.acts import record
from billing_office.staff import clocks, second_factor
from billing_office.staff.forms import ChangePassword, CodeForm
from billing_office.staff.models import RecoveryCode, SecondFactor

from .proving import proven
from .qr import image
from .signing_in import answer, record_failure


def own_security(request):
    factor = SecondFactor.objects.filter(user=request.user, confirmed_at__isnull=False).first()
    left = RecoveryCode.objects.filter(user=request.user, used_at=None).count()
    context = {"factor": factor, "left": left, "few": left < 3, "required": settings.SECOND_FACTOR_REQUIRED}
    return render(request, "staff/own_security.html", context)


@sensitive_post_parameters()
def own_password(request):
    form = ChangePassword(request.user, request.POST or None, request=request)
    if request.method == "POST":
        if form.is_valid():
            with transaction.atomic():
                form.save()
                record(request.user, "password_changed", request.user)
            update_session_auth_hash(request, request.user)
            messages.success(
                request, _("Your password is changed. Other browsers where you were signed in are signed out.")
            )
            return redirect("home")
        if form.has_error("old_password"):
            record_failure(request, form, request.user, "password")
    return answer(request, "desk/own_password.html", {"form": form})


@proven
@sensitive_post_parameters()
def second_factor_set(request):
    """The app's QR code; its first code makes it count, and shows the recovery codes, this once."""
    user = request.user
    if second_factor.needed(user):
        messages.error(request, _("You have a second factor already. Remove it first if you have a new telephone."))
        return redirect("own_security")
    form = CodeForm(request.POST or None, request=request, user=user, confirms=True)
    if request.method == "POST":
        if form.is_valid():
            record(user, "second_factor_set", user)
            update_session_auth_hash(request, user)
            request.session[clocks.FACTOR] = True
            return _codes(request, form.recovery_codes)
        record_failure(request, form, user, "second factor")
    secret = second_factor.begin(user)
    context = {"form": form, "secret": secret, "qr": image(second_factor.address(user, secret))}
    return answer(request, "staff/second_factor_set.html", context)


@require_POST
@proven
def recovery_codes_new(request):
    if not second_factor.needed(request.user):
        return redirect("own_security")
    with transaction.atomic():
        codes = second_factor.new_recovery_codes(request.user)
        record(request.user, "recovery_codes_made", request.user)
    return _codes(request, codes)


@require_POST
@proven
def second_factor_remove(request):
    """One's own may go, for a new telephone. Where it is required the next sign-in asks for a new one before any page."""
    with transaction.atomic():
        if second_factor.remove(request.user):
            record(request.user, "second_factor_removed", request.user)
    request.session[clocks.FACTOR] = False
    update_session_auth_hash(request, request.user)
    messages.success(request, _("Your second factor is removed."))
    return redirect("own_security")


@require_POST
def own_sessions_end(request):
    with transaction.atomic():
        request.user.end_sessions()
        record(request.user, "sessions_ended", request.user)
    update_session_auth_hash(request, request.user)
    messages.success(request, _("Every other browser where you were signed in is signed out."))
    return redirect("own_security")


def _codes(request, codes: list[str]):
    return render(request, "staff/recovery_codes.html", {"codes": codes, "back": "/my-security/"})
