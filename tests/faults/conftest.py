"""Real processes with short leases, to be killed. Each fault starts its own and leaves none behind."""

import os
import secrets
import signal
import sys
import time
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
import redis
from django.conf import settings as django_settings
from django.db import connections
from kombu import pools

from accounts.models import Message
from billing_office.celery import app as celery_app
from billing_office.launch import office as commands
from billing_office.launch import ports, processes, servers
from billing_office.lib import dates
from billing_office.outbox.models import Job
from invoices import issuing
from tests.accounts.ledger.conftest import sound
from tests.factories import make_account, make_charge
from tests.servers import address_of, end

LEASE = 4  # seconds; 90 in production


def wait(what, seconds=40.0, said="") -> object:
    """Until `what()` gives something; an assertion with what it gave last when the time is over."""
    stop = time.monotonic() + seconds
    while not (found := what()):
        assert time.monotonic() < stop, said or f"waited {seconds} s in vain"
        time.sleep(0.05)
    return found


class Office:
    """The office's processes on the test database: start, kill, and what must hold when all is quiet again."""

    def __init__(self, folder: Path, sink):
        self.folder, self.sink, self.running = folder, sink, {}
        self.redis_port, self.password = ports.free(), secrets.token_urlsafe()
        self.redis_url = f"redis://:{self.password}@127.0.0.1:{self.redis_port}/0"
        self.mail_port = sink.port
        self.start_redis()

    @property
    def env(self) -> dict:
        env = os.environ | {
            "DATABASE_URL": address_of(connections["default"].settings_dict),
            "REDIS_URL": self.redis_url,
            "EMAIL_URL": f"smtp://127.0.0.1:{self.mail_port}",
            "MAIL_SINK": str(self.sink.folder),
            "OFFICE_HOME": str(django_settings.OFFICE_HOME),
            "SECRET_KEY": django_settings.SECRET_KEY,
            "OUTBOX_LEASE": str(LEASE),
            "OUTBOX_SWEEP": "1",
            "OUTBOX_PAUSE": "1",
            "MAIL_PAUSES": "1,1,1,1,1,1,1,1",
            "EMAIL_TIMEOUT": "30",
        }
        env.pop("DATABASE_OWNER_URL", None)
        return env

    def start_redis(self):
        folder = self.folder / "redis"
        folder.mkdir(exist_ok=True)
        process = servers.start_redis(folder, self.redis_port, self.password, self.folder / "redis.log")
        assert servers.until(lambda: servers.redis_answers(self.redis_url), process)
        self.running["redis"] = process

    def start(self, *names):
        """worker (mail and office), pdf, beat, web."""
        many = commands.workers() | {
            "beat": commands.beat(self.folder / "beat"),
            "web": [sys.executable, "-m", "gunicorn", "billing_office.wsgi", "--no-control-socket", "--workers", "1",
                    "--threads", "2", "--bind", f"127.0.0.1:{self.web_port}"],
        }  # fmt: skip
        for name in names:
            log = self.log(name)
            log.write_text("")
            self.running[name] = processes.start(many[name], log, self.env)
        for name in names:
            said = {"beat": "beat: Starting", "web": "Booting worker"}.get(name, " ready.")
            ready = servers.until(lambda n=name, s=said: s in self.log(n).read_text(), self.running[name], 60)
            assert ready, self.log(name).read_text()

    web_port = property(lambda self: self.__dict__.setdefault("_web_port", ports.free()))

    def log(self, name) -> Path:
        return self.folder / f"{name}.log"

    def kill(self, name):
        """The process and all its children, at once."""
        process = self.running.pop(name)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def kill_child(self, name):
        """The child that works, not its master, as the kernel does when memory ends."""
        master = self.running[name].pid
        children = [pid for pid in processes.Known.of(name, master).session() if pid != master]
        for pid in children:
            os.kill(pid, signal.SIGKILL)

    def signal(self, name, number):
        os.kill(self.running[name].pid, number)

    def flush_redis(self):
        with closing(redis.Redis.from_url(self.redis_url)) as broker:
            broker.flushall()

    def stop(self):
        end(*self.running.values())

    # -- what must hold -----------------------------------------------------------------------------------------------

    def settles(self, seconds=45):
        """All work is done or parked, the books are sound, no message went out twice under another Message-ID."""
        open_jobs = Job.objects.filter(state__in=["queued", "working"])
        wait(
            lambda: not open_jobs.exists(),
            seconds,
            f"still open: {list(open_jobs.values_list('kind', 'state', 'last_error'))}",
        )
        assert sound() == []

    def mails_by_message(self) -> dict[str, int]:
        counts: dict[str, int] = {}
        for mail in self.sink.messages():
            counts[mail["Message-ID"]] = counts.get(mail["Message-ID"], 0) + 1
        return counts


@pytest.fixture
def house(run_folder, mail_sink, db, tmp_path_factory):
    folder = Path(tmp_path_factory.mktemp("faults"))
    house = Office(folder, mail_sink)
    before = django_settings.REDIS_URL
    speak_to(house.redis_url)
    try:
        yield house
    finally:
        speak_to(before)
        house.stop()


def speak_to(address: str):
    """This process, which issues as the web would, publishes to that Redis from now on."""
    django_settings.REDIS_URL = celery_app.conf.broker_url = address
    pools.reset()
    celery_app._pool = celery_app.amqp._producer_pool = None


@pytest.fixture
def issued(office, by):
    """issued(3) issues so many invoices to clients of their own who may be mailed; `lines` makes them slow to render."""

    def issue(count=1, lines=1, first=0):
        made = []
        for n in range(first, first + count):
            account = make_account(office, by, "Client", f"No{n}", email=f"client{n}@example.org")
            for _ in range(lines):
                make_charge(account, by, 1000 + n)
            made.append(issuing.issue(account, on=dates.today(), by=by, key=f"fault{n}"))
        return made

    return issue


def everyone_has_one_mail(house, invoices):
    ids = set(Message.objects.filter(document__invoice__in=invoices).values_list("message_id", flat=True))
    assert house.mails_by_message() == dict.fromkeys(ids, 1)
    assert set(Message.objects.values_list("state", flat=True)) == {"sent"}


@contextmanager
def paused(house, name):
    house.signal(name, signal.SIGSTOP)
    try:
        yield
    finally:
        house.signal(name, signal.SIGCONT)
