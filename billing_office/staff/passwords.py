"""Rules of passwords, after NIST SP 800-63B: length, a list of common ones, the person's own names; no rules of
composition, no change by calendar. The others stand in settings.AUTH_PASSWORD_VALIDATORS."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

LONGEST = 128  # characters; every password is hashed whole, so a limit only keeps the hasher from being fed books


class MaximumLengthValidator:
    def validate(self, password, user=None):
        if len(password) > LONGEST:
            raise ValidationError(self.get_help_text(), code="password_too_long")

    def get_help_text(self):
        return _("A password has at most %(most)s characters.") % {"most": LONGEST}
