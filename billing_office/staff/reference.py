"""Rows that the product cannot do without, loaded after each migrate; loading again changes nothing."""

from django.apps import apps


def load(**_):
    user, office = apps.get_model("staff", "User"), apps.get_model("staff", "Office")
    if not user.objects.filter(username="office").exists():
        user.objects.create_user("office", name="The office", role="service")
    if not office.objects.exists():
        office.objects.create(code="MAIN", name="Billing office")
