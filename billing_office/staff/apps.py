from django.apps import AppConfig
from django.contrib.auth.signals import user_logged_in
from django.db.models.signals import post_migrate

from . import checks, clocks, reference  # noqa: F401  checks register themselves


class StaffConfig(AppConfig):
    name = "billing_office.staff"
    label = "staff"

    def ready(self):
        post_migrate.connect(reference.load, sender=self)
        user_logged_in.connect(clocks.begin)
