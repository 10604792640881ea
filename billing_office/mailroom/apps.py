from django.apps import AppConfig


class MailroomConfig(AppConfig):
    name = "billing_office.mailroom"
    label = "mailroom"
