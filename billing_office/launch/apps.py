from django.apps import AppConfig

from . import checks  # noqa: F401  registers them


class LaunchConfig(AppConfig):
    name = "billing_office.launch"
    label = "launch"
    verbose_name = "Launch"
