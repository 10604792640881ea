import time

import pytest
import time_machine
from django.urls import reverse

from billing_office.audit.models import Act
from billing_office.staff.models import Role, User

from .conftest import PASSWORD
from .test_staff_pages import fields


@pytest.fixture
def later(admin, person):
    """Eleven minutes after an admin signed in; a clerk whom they may edit."""
    clerk = person(Role.CLERK)
    with time_machine.travel(time.time() + 11 * 60, tick=False):
        yield clerk


def prove(admin, proof=PASSWORD, back="/staff/"):
    return admin.post(reverse("prove"), {"proof": proof, "next": back})


@pytest.mark.parametrize("name", ["staff_edit", "staff_password", "staff_sessions_end", "second_factor_reset"])
def test_staff_are_changed_only_by_who_has_just_proved_themselves(admin, later, name):
    url = reverse(name, args=[later.pk])
    assert admin.post(url).headers["Location"].startswith("/prove/?next=")
    assert not Act.objects.exists()
    assert prove(admin).status_code == 302
    assert not admin.post(url).headers.get("Location", "").startswith("/prove/")


@pytest.mark.parametrize("name", ["second_factor_set", "recovery_codes_new", "second_factor_remove"])
def test_ones_own_factor_too(admin, later, name):
    assert admin.post(reverse(name)).headers["Location"].startswith("/prove/?next=")


def test_the_password_leads_back_to_the_page(admin, later):
    url = reverse("staff_edit", args=[later.pk])
    asked = admin.get(url)["Location"]
    assert asked == f"/prove/?next={url}"
    assert prove(admin, back=url)["Location"] == url
    assert admin.get(url).status_code == 200


def test_a_wrong_password_proves_nothing_and_is_counted(admin, later):
    answers = [prove(admin, "wrong").status_code for _ in range(7)]
    assert answers == [422] * 5 + [429] * 2
    assert admin.get(reverse("staff_new")).status_code == 302
    assert Act.objects.filter(verb="sign_in_failed", detail__what="proof").count() == 5


def test_what_was_typed_comes_back_after_the_proof(admin, later, office):
    url = reverse("staff_edit", args=[later.pk])
    admin.post(url, fields(office, username=later.username, name="Typed Meanwhile"))
    prove(admin, back=url)
    page = admin.get(url)
    assert page.context["form"]["name"].value() == "Typed Meanwhile"
    assert not User.objects.filter(name="Typed Meanwhile").exists()


def test_the_proof_leads_nowhere_outside(admin, later):
    assert prove(admin, back="https://elsewhere.example/")["Location"] == "/"


def test_wrong_old_passwords_are_counted(admin):
    data = {"old_password": "x", "new_password1": "quite another phrase", "new_password2": "quite another phrase"}
    answers = [admin.post(reverse("own_password"), data).status_code for _ in range(7)]
    assert answers == [422] * 5 + [429] * 2
