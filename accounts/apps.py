from django.apps import AppConfig
from django.db.models.signals import post_migrate

from . import reference


class AccountsConfig(AppConfig):
    name = "accounts"

    def ready(self):
        post_migrate.connect(reference.load, sender=self)
