from django.apps import AppConfig

from .celery import app as celery_app  # noqa: F401  imported here so that `.delay()` in the web process knows the broker


class BillingOfficeConfig(AppConfig):
    name = "billing_office"
    verbose_name = "Billing office"
