from django.apps import AppConfig


class OutboxConfig(AppConfig):
    name = "billing_office.outbox"
    label = "outbox"
