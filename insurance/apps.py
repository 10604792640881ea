from django.apps import AppConfig
from django.db.models.signals import post_migrate

from . import checks, reference  # noqa: F401  checks register themselves


class InsuranceConfig(AppConfig):
    name = "insurance"

    def ready(self):
        post_migrate.connect(reference.load, sender=self)
