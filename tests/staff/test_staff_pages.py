import pytest
from django.urls import reverse

from billing_office.audit.models import Act
from billing_office.staff.models import Role, User

from .conftest import PASSWORD


def fields(office, **changes):
    return {
        "username": "m.reyes", "name": "Maria Reyes", "email": "m@office.example", "role": "clerk",
        "offices": [office.pk], "is_active": "on",
    } | changes  # fmt: skip


def test_an_admin_adds_a_member_of_staff_who_then_signs_in(admin, client, office):
    response = admin.post(reverse("staff_new"), fields(office))
    added = User.objects.get(username="m.reyes")
    assert response["Location"] == reverse("staff_password", args=[added.pk])
    admin.post(response["Location"], {"new_password1": PASSWORD, "new_password2": PASSWORD})
    assert client.login(username="m.reyes", password=PASSWORD)
    assert list(added.offices.all()) == [office]


def test_nobody_signs_in_before_a_password_is_set(admin, client, office):
    admin.post(reverse("staff_new"), fields(office))
    assert not User.objects.get(username="m.reyes").has_usable_password()
    assert "No password yet" in admin.get(reverse("staff")).content.decode()


def test_each_change_is_recorded_with_the_names_of_fields_and_not_their_values(admin, office, person):
    clerk = person(Role.CLERK)
    data = fields(office, username=clerk.username, name="New Name", email="", role="biller")
    admin.post(reverse("staff_edit", args=[clerk.pk]), data)
    act = Act.objects.get(verb="staff_edited")
    assert (act.actor, act.object_id, act.changed) == (admin.user, clerk.pk, ["name", "role"])
    assert act.detail == {"role_before": "clerk", "role_after": "biller"}


def test_saving_without_a_change_records_nothing(admin, office, person):
    clerk = person(Role.CLERK)
    admin.post(
        reverse("staff_edit", args=[clerk.pk]), fields(office, username=clerk.username, name=clerk.name, email="")
    )
    assert not Act.objects.filter(verb="staff_edited").exists()


@pytest.mark.parametrize("change", [{"role": "supervisor"}, {"is_active": ""}])
def test_nobody_changes_their_own_role_or_switches_themselves_off(admin, office, change):
    me = admin.user
    response = admin.post(
        reverse("staff_edit", args=[me.pk]), fields(office, username=me.username, role="admin") | change
    )
    me.refresh_from_db()
    assert response.status_code == 422
    assert "another admin can" in response.content.decode()
    assert (me.role, me.is_active) == (Role.ADMIN, True)


def test_an_admin_may_change_their_own_name(admin, office):
    me = admin.user
    admin.post(reverse("staff_edit", args=[me.pk]), fields(office, username=me.username, role="admin", name="Ada Ng"))
    me.refresh_from_db()
    assert me.name == "Ada Ng"


def test_the_service_role_cannot_be_given(admin, office):
    assert admin.post(reverse("staff_new"), fields(office, role="service")).status_code == 422
    assert not User.objects.filter(username="m.reyes").exists()


def test_the_offices_own_account_is_neither_listed_nor_editable(admin):
    service = User.objects.service()
    assert service.name not in admin.get(reverse("staff") + "?as=csv").getvalue().decode()
    assert admin.get(reverse("staff_edit", args=[service.pk])).status_code == 404


def test_who_sees_accounts_needs_an_office(admin, office):
    response = admin.post(reverse("staff_new"), fields(office, offices=[]))
    assert "without one they see no account" in response.content.decode()


@pytest.mark.parametrize("password", ["short", "password1234", "m.reyes12345"])
def test_a_weak_password_is_refused(admin, office, person, password):
    clerk = person(Role.CLERK, "m.reyes12345")
    response = admin.post(
        reverse("staff_password", args=[clerk.pk]), {"new_password1": password, "new_password2": password}
    )
    assert response.status_code == 422


def test_setting_a_password_signs_that_person_out_everywhere(admin, signed_in):
    clerk = signed_in(Role.CLERK)
    new = {"new_password1": "quite another phrase", "new_password2": "quite another phrase"}
    admin.post(reverse("staff_password", args=[clerk.user.pk]), new)
    assert clerk.get(reverse("own_password")).status_code == 302


@pytest.mark.parametrize("role", [Role.CLERK, Role.BILLER, Role.COLLECTOR, Role.SUPERVISOR])
def test_other_roles_do_not_see_the_staff(signed_in, role):
    assert signed_in(role).get(reverse("staff")).status_code == 403


def test_an_auditor_reads_the_staff_and_changes_nobody(signed_in, person):
    auditor, clerk = signed_in(Role.AUDITOR), person(Role.CLERK)
    page = auditor.get(reverse("staff")).content.decode()
    assert clerk.name in page
    assert reverse("staff_new") not in page
    assert auditor.get(reverse("staff_edit", args=[clerk.pk])).status_code == 403


def test_who_has_left_is_on_a_list_of_their_own(admin, person):
    gone = person(Role.CLERK, is_active=False)
    assert gone.name not in admin.get(reverse("staff")).content.decode()
    assert gone.name in admin.get(reverse("staff") + "?show=left").content.decode()


def test_the_list_of_staff_takes_few_queries(admin, person, django_assert_max_num_queries):
    for n in range(12):
        person(Role.CLERK, f"clerk{n}")
    with django_assert_max_num_queries(6):
        admin.get(reverse("staff"))


def test_a_name_in_use_is_refused_in_words(admin, office, person):
    person(Role.CLERK)
    response = admin.post(reverse("staff_new"), fields(office, username="a.clerk"))
    assert "already exists" in response.content.decode()
