from django.apps import AppConfig
from django.db.models.signals import post_migrate

from . import reference


class StaffConfig(AppConfig):
    name = "billing_office.staff"
    label = "staff"

    def ready(self):
        post_migrate.connect(reference.load, sender=self)
