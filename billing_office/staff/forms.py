"""Signing in, passwords, second factors."""

from django import forms
from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm, SetPasswordForm
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from billing_office.lib.fields import HouseLook, OfficeForm

from . import second_factor, tries
from .models import Role, User

PASSWORD_HELP = (
    lazy("At least 12 characters; not a common word, not the name. A few words in a row are easy to keep in mind.")  # noqa: S105
)


class CountedMixin:
    """A form whose wrong answers are counted (tries.py). `paused`: refused without a look, because a pause is on.
    `pause_begun`: the limit that this wrong answer reached."""

    paused: tries.Paused | None = None
    pause_begun: tries.Limit | None = None

    def begin_try(self, counters):
        self.counters, now = counters, timezone.now()
        try:
            self.pause_begun = tries.begin(counters, now)
        except tries.Paused as paused:
            self.paused = paused
            raise ValidationError(paused.words(now), code="paused") from paused

    def end_try(self):
        tries.succeeded(self.counters, timezone.now())
        self.pause_begun = None


class SignInForm(CountedMixin, HouseLook, AuthenticationForm):
    """One sentence for every refusal: who has an account here, and whether it rests, is not told to strangers."""

    title = lazy("You are not signed in.")
    known: User | None = None  # whose name was typed, right or wrong password
    error_messages = {
        "invalid_login": lazy("That name and password do not match. Check for caps lock and try again."),
        "inactive": lazy("That name and password do not match. Check for caps lock and try again."),
    }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["username"].label = _("User name")
        self.fields["username"].widget.attrs["autocapitalize"] = "none"

    def clean(self):
        name, password = self.cleaned_data.get("username"), self.cleaned_data.get("password")
        if name is None or not password:
            return self.cleaned_data
        self.known = User.objects.people().filter(username=name).first()
        self.begin_try(tries.for_password(self.request, name, self.known))
        cleaned = super().clean()
        self.end_try()
        return cleaned

    def confirm_login_allowed(self, user):
        if not user.is_active or user.role == Role.SERVICE:
            raise ValidationError(self.error_messages["inactive"], code="inactive")


class CodeForm(CountedMixin, OfficeForm):
    """A code of the person's app, or one of their recovery codes. `confirms`: the first code of an app being set up."""

    title = lazy("That code is not right.")
    used = ""  # what the code was of, when it was right
    recovery_codes: list[str] | None = None
    code = forms.CharField(
        max_length=40, widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "autocapitalize": "none"})
    )

    def __init__(self, data, *, request, user: User, confirms: bool = False):
        super().__init__(data)
        self.request, self.user, self.confirms = request, user, confirms
        self.fields["code"].label = _("Code of the app") if confirms else _("Code of your app, or a recovery code")
        self.fields["code"].widget.attrs["autofocus"] = True

    def clean_code(self):
        self.begin_try(tries.for_code(self.request, self.user))
        code, now = self.cleaned_data["code"], timezone.now()
        if self.confirms:
            self.recovery_codes = second_factor.confirm(self.user, code, now)
            self.used = "app" if self.recovery_codes else ""
        else:
            self.used = second_factor.check(self.user, code, now)
        if not self.used:
            raise ValidationError(
                _(
                    "That code does not match, or was used already. Wait for the next one; the clock of the telephone must be right."
                ),
                code="wrong",
            )
        self.end_try()
        return code


class ProofForm(CountedMixin, OfficeForm):
    """The person at this screen is still the one who signed in: their password, or a code of their app."""

    title = lazy("That was not right.")
    proof = forms.CharField(
        max_length=200, strip=False,
        widget=forms.PasswordInput(attrs={"class": "in", "autocomplete": "current-password", "autofocus": True}),
    )  # fmt: skip

    def __init__(self, data, *, request):
        super().__init__(data)
        self.request = request
        self.fields["proof"].label = _("Your password, or a code of your app")

    def clean_proof(self):
        user, proof = self.request.user, self.cleaned_data["proof"]
        self.begin_try(tries.for_code(self.request, user))
        if not (second_factor.check(user, proof, timezone.now()) or user.check_password(proof)):
            raise ValidationError(_("That matches neither your password nor your app."), code="wrong")
        self.end_try()
        return proof


class _NewPassword(HouseLook):
    title = lazy("The password was not set.")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["new_password1"].help_text = PASSWORD_HELP
        self.fields["new_password1"].label = _("New password")
        self.fields["new_password2"].label = _("New password, again")


class SetPassword(_NewPassword, SetPasswordForm):
    """An admin gives a member of staff a new password."""


class ChangePassword(CountedMixin, _NewPassword, PasswordChangeForm):
    """A member of staff changes their own. The old one is the proof, and wrong ones are counted."""

    def __init__(self, user, data, *, request):
        super().__init__(user, data)
        self.request = request

    def clean_old_password(self):
        self.begin_try(tries.for_code(self.request, self.user))
        old = super().clean_old_password()
        self.end_try()
        return old
