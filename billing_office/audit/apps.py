from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "billing_office.audit"
    label = "audit"
