"""Signing in and passwords."""

from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm, SetPasswordForm
from django.core.exceptions import ValidationError

from billing_office.lib.fields import HouseLook

from .models import Role

PASSWORD_HELP = (
    "At least 12 characters; not a common word, not the name. A few words in a row are easy to keep in mind."  # noqa: S105
)


class SignInForm(HouseLook, AuthenticationForm):
    """One sentence for every refusal: who has an account here, and whether it rests, is not told to strangers."""

    title = "You are not signed in."
    error_messages = {
        "invalid_login": "That name and password do not match. Check for caps lock and try again.",
        "inactive": "That name and password do not match. Check for caps lock and try again.",
    }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["username"].label = "User name"
        self.fields["username"].widget.attrs["autocapitalize"] = "none"

    def confirm_login_allowed(self, user):
        if not user.is_active or user.role == Role.SERVICE:
            raise ValidationError(self.error_messages["inactive"], code="inactive")


class _NewPassword(HouseLook):
    title = "The password was not set."

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["new_password1"].help_text = PASSWORD_HELP
        self.fields["new_password1"].label = "New password"
        self.fields["new_password2"].label = "New password, again"


class SetPassword(_NewPassword, SetPasswordForm):
    """An admin gives a member of staff a new password."""


class ChangePassword(_NewPassword, PasswordChangeForm):
    """A member of staff changes their own."""
