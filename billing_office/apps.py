from django.apps import AppConfig
from django.db.models.signals import post_migrate

from . import grants
from .celery import app as celery_app  # noqa: F401  imported here so that `.delay()` in the web process knows the broker


class BillingOfficeConfig(AppConfig):
    name = "billing_office"
    verbose_name = "Billing office"

    def ready(self):
        post_migrate.connect(grants.apply, sender=self)
