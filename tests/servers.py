"""The servers of a test run: real PostgreSQL, Redis, mail server, Celery workers, made for the run, gone after it."""

import email.policy
import json
import os
import secrets
import shutil
import subprocess
import tempfile
import time
from contextlib import closing
from email.message import EmailMessage
from pathlib import Path
from urllib.parse import urlsplit

import psycopg2
import pytest
import redis
from django.conf import settings as django_settings
from django.db import connections
from django.db.backends.postgresql.operations import DatabaseOperations
from psycopg2 import errors

from billing_office.celery import app as celery_app
from billing_office.launch import office, ports, postgres, processes, servers

THROW_AWAY = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")


@pytest.fixture(scope="session")
def run_folder():
    """A short path, which sockets need; pytest's own temporary folders have long ones."""
    folder = Path(tempfile.mkdtemp(prefix="office-test-"))
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def cluster(run_folder):
    """Where this run's database is, in Django's words: a cluster of its own, or the server TEST_DATABASE_URL names.

    That address is a superuser's; both roles are made there with its password.
    """
    given = os.environ.get("TEST_DATABASE_URL")
    if given:
        parts = urlsplit(given)
        make_roles(given, parts.password or "")
        yield {"HOST": parts.hostname, "PORT": str(parts.port or ""), "PASSWORD": parts.password or ""}
        return
    data = run_folder / "pg"
    try:
        sockets = postgres.start(data, *THROW_AWAY, durable=False)
        with closing(psycopg2.connect(postgres.url(postgres.OWNER, sockets, "postgres"))) as owner:
            owner.autocommit = True
            postgres.make_app_role(owner.cursor())
        yield {"HOST": str(sockets), "PORT": "", "PASSWORD": ""}
    finally:
        postgres.stop(data)


def make_roles(address: str, password: str):
    with closing(psycopg2.connect(address)) as superuser:
        superuser.autocommit = True
        cursor = superuser.cursor()
        cursor.execute("SELECT pg_advisory_lock(1)")  # several processes of one run may come at once
        for role, rights in ((postgres.OWNER, "SUPERUSER"), (postgres.APP, "NOSUPERUSER")):
            cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role])
            verb = "ALTER" if cursor.fetchone() else "CREATE"
            cursor.execute(f"{verb} ROLE {role} LOGIN {rights} PASSWORD %s", [password])


def as_role(role: str):
    for connection in connections.all():
        connection.close()
        connection.settings_dict["USER"] = role


@pytest.fixture(scope="session")
def django_db_modify_db_settings(cluster, django_db_modify_db_settings):
    connections["default"].settings_dict |= {**cluster, "USER": postgres.OWNER}


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """Made as billing_owner, used as billing_app: what the office may not do, no test can."""
    with django_db_blocker.unblock():
        as_role(postgres.APP)
    yield
    with django_db_blocker.unblock():
        as_role(postgres.OWNER)


@pytest.fixture(scope="session", autouse=True)
def owner_flush():
    """Tests that commit empty the tables afterwards: as owner, past the TRUNCATE guards, on a test database only."""

    def execute_sql_flush(self, sql_list):
        s = self.connection.settings_dict
        if not s["NAME"].startswith("test_"):
            raise RuntimeError(f"refusing to empty {s['NAME']}: it is no test database")
        self.connection.close()
        owner = psycopg2.connect(
            host=s["HOST"],
            port=s["PORT"] or None,
            dbname=s["NAME"],
            user=postgres.OWNER,
            password=s["PASSWORD"] or None,
            options="-c session_replication_role=replica -c lock_timeout=5000",
        )
        with closing(owner):
            for _ in range(10):
                try:
                    with owner, owner.cursor() as cursor:
                        for statement in sql_list:
                            cursor.execute(statement)
                    return
                except (errors.DeadlockDetected, errors.LockNotAvailable):
                    time.sleep(0.2)  # a worker of this run still has a job of the test in hand
            raise RuntimeError("the test database could not be emptied: somebody holds on to it")

    patch = pytest.MonkeyPatch()
    patch.setattr(DatabaseOperations, "execute_sql_flush", execute_sql_flush)
    yield
    patch.undo()


@pytest.fixture(scope="session", autouse=True)
def redis_url(run_folder):
    """A Redis of this run alone, known to this process's settings and Celery app: `.delay()` works in every test."""
    folder = run_folder / "redis"
    folder.mkdir()
    port, password = ports.free(), secrets.token_urlsafe()
    process = servers.start_redis(folder, port, password, run_folder / "redis.log")
    address = f"redis://:{password}@127.0.0.1:{port}/0"
    try:
        assert servers.until(lambda: servers.redis_answers(address), process), (run_folder / "redis.log").read_text()
        django_settings.REDIS_URL = django_settings.CELERY_BROKER_URL = address
        celery_app.conf.broker_url = address
        yield address
    finally:
        end(process)


class MailSink:
    """The local mail server of this run, seen from a test."""

    def __init__(self, folder: Path, port: int):
        self.folder, self.port = folder, port
        self.answers = folder / "answers.json"

    def messages(self, count: int = 0, seconds: float = 20) -> list[EmailMessage]:
        """What came, oldest first; with `count`, after waiting for that many (a worker sends in its own time)."""
        end = time.monotonic() + seconds
        while len(files := sorted(self.folder.glob("*.eml"))) < count and time.monotonic() < end:
            time.sleep(0.05)
        assert len(files) >= count, f"{len(files)} of {count} messages came within {seconds} s"
        return [email.message_from_bytes(path.read_bytes(), policy=email.policy.default) for path in files]

    def answer(self, rcpt: str, line: str | dict):
        """From now on say `line` ("550 no such user") to this recipient, or do as mailsink's top tells of a dict."""
        told = json.loads(self.answers.read_text()) if self.answers.exists() else {}
        draft = self.answers.with_suffix(".draft")
        draft.write_text(json.dumps(told | {rcpt: line}))
        draft.replace(self.answers)

    def empty(self):
        self.answers.unlink(missing_ok=True)
        for path in self.folder.glob("*.eml"):
            path.unlink()


@pytest.fixture(scope="session")
def mail_server(run_folder):
    folder = run_folder / "mail"
    folder.mkdir()
    sink = MailSink(folder, ports.free())
    process = servers.start_mail(folder, sink.port, sink.answers, run_folder / "mail.log")
    try:
        assert servers.until(lambda: ports.answers(sink.port), process), (run_folder / "mail.log").read_text()
        yield sink
    finally:
        end(process)


@pytest.fixture
def mail_sink(mail_server, settings):
    """An empty, well-behaved mail server which this process's settings name as the office's."""
    mail_server.empty()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_USE_TLS = "127.0.0.1", mail_server.port, False
    settings.MAIL_SINK = str(mail_server.folder)
    return mail_server


@pytest.fixture(scope="session")
def sandbox_payer(run_folder):
    """The address of a sandbox payer, started as `manage.py up` starts it."""
    port = ports.free()
    log = run_folder / "payer.log"
    process = servers.start_payer(port, log)
    try:
        assert servers.until(lambda: ports.answers(port), process), log.read_text()
        yield f"http://127.0.0.1:{port}/"
    finally:
        end(process)


@pytest.fixture
def sandbox(sandbox_payer, settings):
    settings.CLEARINGHOUSE = sandbox_payer
    settings.CLEARINGHOUSE_TIMEOUT = 5
    return sandbox_payer


@pytest.fixture(scope="session")
def worker_processes(django_db_setup, redis_url, mail_server, run_folder):
    """The office's own Celery workers, as `manage.py up` starts them, on the test database as billing_app."""
    database = connections["default"].settings_dict
    env = os.environ | {
        "DATABASE_URL": address_of(database),
        "REDIS_URL": redis_url,
        "EMAIL_URL": f"smtp://127.0.0.1:{mail_server.port}",
        "MAIL_SINK": str(mail_server.folder),
        "OFFICE_HOME": str(django_settings.OFFICE_HOME),
        "SECRET_KEY": django_settings.SECRET_KEY,
    }
    env.pop("DATABASE_OWNER_URL", None)
    logs = {name: run_folder / f"{name}.log" for name in office.workers()}
    running = {name: processes.start(command, logs[name], env) for name, command in office.workers().items()}
    try:
        for name, process in running.items():
            ready = servers.until(lambda name=name: " ready." in logs[name].read_text(), process, 60)
            assert ready, logs[name].read_text()
        yield running
    finally:
        end(*running.values())


@pytest.fixture
def celery_workers(worker_processes, redis_url):
    """Running workers with nothing left to do from earlier tests. For tests that commit (transaction=True)."""
    with closing(redis.Redis.from_url(redis_url)) as broker:
        broker.delete(*office.QUEUES)
    return worker_processes


def address_of(database: dict) -> str:
    if database["HOST"].startswith("/"):
        return postgres.url(postgres.APP, Path(database["HOST"]), database["NAME"])
    password, port = database["PASSWORD"], database["PORT"] or 5432
    return f"postgres://{postgres.APP}:{password}@{database['HOST']}:{port}/{database['NAME']}"


def end(*those: subprocess.Popen):
    processes.stop([processes.Known.of("", process.pid) for process in those])
    for process in those:
        process.wait(5)
