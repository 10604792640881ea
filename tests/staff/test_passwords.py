import pytest
from django.contrib.auth.hashers import make_password
from django.urls import reverse

from billing_office import settings as product
from billing_office.staff.models import Role, User

from .conftest import is_in, send_password


def change(browser, new):
    return browser.post(
        reverse("own_password"),
        {"old_password": "four plain words here", "new_password1": new, "new_password2": new},
    )


@pytest.mark.parametrize(
    "password",
    ["cedar lamp oh", "x" * 126 + "yz", "  spaces at both ends  ", "só ein Schlüßel 鍵", "nodigitsorcapitals"],
)
def test_long_is_enough_whatever_it_is_made_of(signed_in, client, password):
    browser = signed_in(Role.CLERK)
    assert change(browser, password).status_code == 302
    send_password(client, browser.user.username, password)
    assert is_in(client)


@pytest.mark.parametrize(
    ("password", "said"),
    [
        ("eleven char", "at least 12"),
        ("x" * 129, "at most 128"),
        ("password1234", "too common"),
        ("the.clerk.12", "similar"),
        ("ann clerk 123", "similar"),
    ],
)
def test_short_common_and_ones_own_name_are_refused_in_words(signed_in, password, said):
    answer = change(signed_in(Role.CLERK), password)
    assert answer.status_code == 422
    assert said in answer.content.decode()


def test_an_old_hash_is_replaced_by_a_scrypt_one_at_sign_in(client, person, settings):
    settings.PASSWORD_HASHERS = product.PASSWORD_HASHERS
    user = person(Role.CLERK)
    User.objects.filter(pk=user.pk).update(password=make_password("four plain words here", hasher="pbkdf2_sha256"))
    send_password(client, "a.clerk")
    user.refresh_from_db()
    assert user.password.startswith("scrypt$")
    assert is_in(client)
