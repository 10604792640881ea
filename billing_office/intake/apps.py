from django.apps import AppConfig


class IntakeConfig(AppConfig):
    name = "billing_office.intake"
    label = "intake"
