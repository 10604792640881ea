"""What is logged, by a web server and workers in production's dress: which route, for whom, how it ended. Never a name,
a note, an amount, a search. Canaries go in by every door; none comes out."""

import io
import json
import logging
import os
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.db import IntegrityError, connection, connections, transaction
from django.test import Client as Browser
from django.urls import path, reverse

from accounts.models import Message
from billing_office import BASE_DIR
from billing_office.audit.models import Act
from billing_office.launch import office as commands
from billing_office.launch import ports, processes, servers
from billing_office.lib import dates, logs
from billing_office.staff.models import User
from invoices import issuing
from tests.factories import make_account, make_address, make_charge, make_user
from tests.servers import address_of, end

NAME, NOTE, SEARCH, TYPED = "Kanarius", "Zeisignote", "Stieglitzsuche", "Girlitzwort"
AMOUNT = "7,731.49"
CANARIES = [NAME, NAME.lower(), NOTE, SEARCH, TYPED, AMOUNT, "7731.49", "773149", "Finkenstrasse", "zeisig@example.org"]


def assert_silent(text: str):
    told = [canary for canary in CANARIES if canary in text]
    assert told == [], [line for line in text.splitlines() if any(canary in line for canary in told)][:5]


@pytest.fixture
def web(django_db_setup, redis_url, tmp_path):
    """gunicorn in production's dress on the test database: (address, log)."""
    port, log = ports.free(), tmp_path / "web.log"
    env = os.environ | {
        "PRODUCTION": "1", "SECOND_FACTOR_REQUIRED": "0", "ALLOWED_HOSTS": "127.0.0.1", "REDIS_URL": redis_url,
        "SECRET_KEY": django_settings.SECRET_KEY, "OFFICE_HOME": str(tmp_path),
        "DATABASE_URL": address_of(connections["default"].settings_dict),
    }  # fmt: skip
    collect = [sys.executable, "-m", "django", "collectstatic", "--noinput", "-v0"]
    subprocess.run(collect, env=env | {"DJANGO_SETTINGS_MODULE": "billing_office.settings"}, cwd=BASE_DIR, check=True)
    server = processes.start(commands.web(port), log, env)
    try:
        assert servers.until(lambda: ports.answers(port), server, 30), log.read_text()
        yield f"http://127.0.0.1:{port}", log
    finally:
        end(server)


class _Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *args, **kwargs):
        return None


def send(address, session, data=None, **headers) -> int:
    """One request as a browser behind the proxy makes it; the status."""
    cookies = {"Cookie": f"__Host-session={session}; __Host-csrf={'c' * 32}", "X-Forwarded-Proto": "https"}
    body = urllib.parse.urlencode({"csrfmiddlewaretoken": "c" * 32} | data).encode() if data is not None else None
    referer = {"Referer": address.replace("http:", "https:")}
    request = urllib.request.Request(address, body, cookies | referer | headers)  # noqa: S310
    try:
        return urllib.request.build_opener(_Stay).open(request, timeout=20).status
    except urllib.error.HTTPError as error:
        return error.code


@pytest.fixture
def canary_account(office, by):
    account = make_account(office, by, NAME, "Vogel", email="zeisig@example.org")
    make_address(account.guarantor, by, street="1 Finkenstrasse")
    make_charge(account, by, 773149, description=f"Visit of {NAME}")
    return account


@pytest.mark.django_db(transaction=True)
def test_web_and_workers_tell_no_canary(web, canary_account, office, by, celery_workers, mail_sink, run_folder):
    address, log = web
    browser, user = Browser(), make_user("supervisor", office, username="log.reader")
    browser.force_login(user)
    session = browser.session.session_key
    mail_sink.answer("zeisig@example.org", f"550 5.1.1 no such person as {NAME}")
    issuing.issue(canary_account, on=dates.today(), by=by, key="canary")
    number = canary_account.pk
    seen = [
        (send(f"{address}/accounts/{number}/", session), 200),
        (send(f"{address}/accounts/?q={SEARCH}", session), 200),
        (send(f"{address}/arrears/", session), 200),
        (send(f"{address}/no/such/{TYPED}/?q={SEARCH}", session), 404),
        (send(f"{address}/accounts/{number}/notes/new/", session, {"text": NOTE, "once": "x"}), 422),
        (send(f"{address}/accounts/{number}/notes/new/", session, {"csrfmiddlewaretoken": "bad", "text": NOTE}), 403),
        (send(f"{address}/sign-in/", "", {"username": TYPED, "password": TYPED}), 422),
        (send(f"{address}/accounts/", session, Host=f"{TYPED}.example"), 400),
    ]
    assert all(got == wanted for got, wanted in seen), (seen, log.read_text())
    until = time.monotonic() + 30
    while not Message.objects.filter(state="failed").exists() and time.monotonic() < until:
        time.sleep(0.1)
    assert Message.objects.filter(state="failed").exists()

    lines = [json.loads(line) for line in log.read_text().splitlines() if line.startswith("{")]
    account = next(line for line in lines if line.get("route") == "account")
    assert (account["status"], account["actor"], account["method"]) == (200, user.pk, "GET")
    assert account["request"]
    assert account["ms"] >= 0
    assert {line.get("status") for line in lines} >= {200, 400, 403, 404, 422}
    worked = "".join((Path(run_folder) / f"{name}.log").read_text() for name in celery_workers)
    assert "office.work" in worked
    assert "succeeded" in worked
    assert_silent(log.read_text() + worked)


def fail(request):
    note = request.POST["note"]  # a local variable that a report of locals would print
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("CREATE TEMP TABLE canaries (name text PRIMARY KEY) ON COMMIT DROP")
            cursor.execute("INSERT INTO canaries VALUES (%s), (%s)", [NAME, NAME])
    except IntegrityError as error:
        raise RuntimeError(f"{note} of {NAME} for {AMOUNT}") from error


fail.may = "public"
urlpatterns = [path("fail/", fail)]


@pytest.fixture(params=[logs.JsonLines, logs.Lines])
def told(request, monkeypatch):
    """What the root logger writes, in the form that production or a desk reads."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(request.param())
    root = logging.getLogger()
    root.addHandler(handler)
    yield stream.getvalue
    root.removeHandler(handler)


@pytest.mark.django_db
def test_a_failure_of_ours_tells_its_type_and_place_and_none_of_its_words(told, settings, mailoutbox):
    settings.ROOT_URLCONF, settings.ADMINS = __name__, [("Ann", "ann@office.example")]
    answer = Browser(raise_request_exception=False).post(f"/fail/?q={SEARCH}", {"note": NOTE})
    assert answer.status_code == 500
    assert "RuntimeError" in told()
    assert "UniqueViolation" in told()
    assert "test_logs.py" in told()
    assert_silent(told() + answer.content.decode())
    assert mailoutbox == []  # nobody is mailed a page of local variables


@pytest.mark.parametrize(
    ("logger", "message", "args"),
    [
        ("some.library", f"could not read {NAME}", ()),
        ("some.library", "could not read %s: %r", (NAME, ValueError(NOTE))),
        ("django.request", "Internal Server Error: %s", (f"/accounts/{TYPED}/",)),
        ("django.security.DisallowedHost", f"Invalid HTTP_HOST header: {TYPED}", ()),
        (
            "celery.app.trace",
            "Task %(name)s[%(id)s] raised: %(exc)s",
            ({"name": "office.work", "id": "1", "exc": NAME},),
        ),
        ("celery.redirected", f"printed {NAME}", ()),
        ("accounts.people", "%s failed", (f"{NAME} Vogel",)),
    ],
)
def test_words_that_others_put_into_a_message_are_hidden(told, logger, message, args):
    logging.getLogger(logger).error(message, *args)
    assert logger in told()
    assert_silent(told())


def test_what_identifies_is_told(told):
    logging.getLogger("billing_office.schedule").error(
        "job %s (%s) of %s failed", 7, "send_message", User(pk=12, name=NAME)
    )
    assert "job 7 (send_message) of user 12 failed" in told()


def test_a_line_cannot_be_forged(told):
    logging.getLogger("billing_office.x").error("%s", f"a\n2026-01-01 INFO signed_in {NAME}")
    assert len(told().strip().splitlines()) == 1
    assert_silent(told())


@pytest.mark.django_db
def test_the_line_of_a_request_and_its_act_carry_one_id(told, office):
    browser = Browser()
    browser.force_login(make_user("clerk", office))
    browser.get(reverse("arrears"))
    from_act = Act.objects.get(verb="access_refused").request_id
    assert from_act
    assert from_act in told()
