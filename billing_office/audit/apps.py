from django.apps import AppConfig
from django.db.backends.signals import connection_created

from . import acting


class AuditConfig(AppConfig):
    name = "billing_office.audit"
    label = "audit"

    def ready(self):
        connection_created.connect(acting.install, dispatch_uid="audit.acting")
