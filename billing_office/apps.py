from django.apps import AppConfig, apps
from django.db.models.signals import post_migrate

from . import grants
from .celery import app as celery_app  # noqa: F401  imported here so that `.delay()` in the web process knows the broker


class BillingOfficeConfig(AppConfig):
    name = "billing_office"
    verbose_name = "Billing office"

    def ready(self):
        # Sent for apps with models only, so this one speaks through staff; by then all tables of all apps are there.
        post_migrate.connect(grants.apply, sender=apps.get_app_config("staff"))
