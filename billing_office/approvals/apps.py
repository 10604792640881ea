from django.apps import AppConfig


class ApprovalsConfig(AppConfig):
    name = "billing_office.approvals"
    label = "approvals"
