import json
import os
import subprocess
import sys

import pytest
from django.db import connections
from django.urls import reverse

from billing_office import BASE_DIR
from billing_office.staff.models import Role
from tests.servers import address_of

from .conftest import send_password

CSP = {
    "default-src 'self'", "img-src 'self' data:", "object-src 'none'", "base-uri 'none'", "frame-ancestors 'none'",
    "form-action 'self'",
}  # fmt: skip


@pytest.mark.parametrize("name", ["sign_in", "home", "own_security", "accounts", "second_factor_set", "healthz"])
def test_every_page_tells_the_browser_what_it_may_do(signed_in, name):
    browser = signed_in(Role.CLERK)
    headers = browser.get(reverse(name)).headers
    assert set(headers["Content-Security-Policy"].split("; ")) == CSP
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"


def test_cookies_are_out_of_reach_of_scripts(client, person):
    person(Role.CLERK)
    send_password(client, "a.clerk")
    client.get("/my-security/")
    for name in ("sessionid", "csrftoken", "device"):
        assert client.cookies[name]["httponly"], name
        assert client.cookies[name]["samesite"] == "Lax", name


ASK = """
import json, sys, django
django.setup()
from django.test import Client
from django.conf import settings
client = Client(headers={"host": "office.example"})
plain = client.get("/sign-in/")
page = client.get("/sign-in/", secure=True)
cookies = {name: [bool(one["secure"]), bool(one["httponly"]), one["samesite"], one["path"], one["domain"]]
           for name, one in page.cookies.items()}
print(json.dumps({"plain": [plain.status_code, plain.headers.get("Location")], "headers": dict(page.headers), "cookies": cookies,
    "names": [settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME, settings.DEVICE_COOKIE_NAME],
    "secure": [settings.SESSION_COOKIE_SECURE, settings.CSRF_COOKIE_SECURE], "debug": settings.DEBUG,
    "second_factor": settings.SECOND_FACTOR_REQUIRED}))
"""


@pytest.fixture(scope="module")
def production(django_db_setup, django_db_blocker, tmp_path_factory):
    """What a production process says of itself and sends with its first page."""
    with django_db_blocker.unblock():
        database, home = connections["default"].settings_dict, str(tmp_path_factory.mktemp("home"))
    env = os.environ | {
        "PRODUCTION": "1", "SECRET_KEY": "k" * 60, "ALLOWED_HOSTS": "office.example", "DATABASE_URL": address_of(database),
        "DJANGO_SETTINGS_MODULE": "billing_office.settings", "PYTHONPATH": str(BASE_DIR), "OFFICE_HOME": home,
    }  # fmt: skip
    env.pop("SECOND_FACTOR_REQUIRED", None)
    subprocess.run(
        [sys.executable, "-m", "django", "collectstatic", "--noinput", "-v0"], env=env, cwd=BASE_DIR, check=True
    )
    done = subprocess.run(
        [sys.executable, "-c", ASK], env=env, cwd=BASE_DIR, capture_output=True, text=True, check=True
    )
    return json.loads(done.stdout)


def test_production_speaks_https_only_for_a_year(production):
    assert production["plain"] == [301, "https://office.example/sign-in/"]
    assert production["headers"]["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains; preload"


def test_production_cookies_are_bound_to_the_host(production):
    assert production["names"] == ["__Host-session", "__Host-csrf", "__Host-device"]
    assert production["secure"] == [True, True]
    assert production["cookies"]["__Host-csrf"] == [True, True, "Lax", "/", ""]


def test_production_asks_for_the_second_factor_and_shows_no_debug_page(production):
    assert production["second_factor"] is True
    assert production["debug"] is False
