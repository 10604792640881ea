import pytest
from django.urls import reverse

from billing_office.audit.models import Act
from billing_office.staff.models import Office, Role

NEW = {
    "code": "OAK", "name": "Oak Clinic", "paper": "a4", "time_zone": "America/Denver", "terms_days": "14",
    "pay_order": "costs interest principal", "profile": "medical",
}  # fmt: skip


def test_an_admin_adds_an_office(admin):
    admin.post(reverse("office_new"), NEW)
    office = Office.objects.get(code="OAK")
    assert (office.paper, office.terms_days) == ("a4", 14)
    assert Act.objects.get(verb="office_added").object_id == office.pk


def test_a_change_is_recorded_by_the_names_of_its_fields(admin, office):
    admin.post(reverse("office_edit", args=[office.pk]), NEW | {"name": office.name, "code": office.code})
    assert Act.objects.get(verb="office_edited").changed == ["paper", "terms_days", "time_zone"]


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("code", "oak1", "two to six letters"),
        ("terms_days", "366", "at most 365"),
        ("time_zone", "Texas", "America/Chicago"),
        ("name", "Oak\x07", "control characters"),
    ],
)
def test_a_refused_office_keeps_what_was_typed_and_says_why(admin, field, value, said):
    response = admin.post(reverse("office_new"), NEW | {field: value, "street": "12 Oak Lane"})
    page = response.content.decode()
    assert response.status_code == 422
    assert said in page
    assert "12 Oak Lane" in page
    assert not Office.objects.filter(name=NEW["name"]).exists()


@pytest.mark.parametrize("role", [Role.SUPERVISOR, Role.AUDITOR])
def test_readers_of_settings_see_an_office_without_the_way_to_edit(signed_in, office, role):
    reader = signed_in(role)
    page = reader.get(reverse("office", args=[office.pk])).content.decode()
    assert office.name in page
    assert reverse("office_edit", args=[office.pk]) not in page
    assert reader.post(reverse("office_edit", args=[office.pk]), NEW).status_code == 403


def test_a_clerk_has_no_business_with_offices(signed_in):
    assert signed_in(Role.CLERK).get(reverse("offices")).status_code == 403


def test_the_address_for_cheques_is_printed_line_by_line_and_escaped(admin, office):
    Office.objects.filter(pk=office.pk).update(pay_to="Elm & Co\n<b>PO Box 1</b>")
    page = admin.get(reverse("office", args=[office.pk])).content.decode()
    assert "Elm &amp; Co<br>&lt;b&gt;PO Box 1&lt;/b&gt;" in page
