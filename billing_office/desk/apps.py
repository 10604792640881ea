from django.apps import AppConfig


class DeskConfig(AppConfig):
    name = "billing_office.desk"
    label = "desk"
