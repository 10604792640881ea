"""What every office begins with: the rule of verification."""

from django.apps import apps


def load(**_):
    apps.get_model("insurance", "VerificationRule").objects.get_or_create(only=True)
