from django.apps import AppConfig


class StaffConfig(AppConfig):
    name = "billing_office.staff"
    label = "staff"
