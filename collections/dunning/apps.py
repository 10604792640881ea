from django.apps import AppConfig
from django.db.models.signals import post_migrate

from . import reference


class DunningConfig(AppConfig):
    name = "dunning"

    def ready(self):
        post_migrate.connect(reference.load, sender=self)
