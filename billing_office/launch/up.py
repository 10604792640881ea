"""`manage.py up`: the whole office on this machine, from its database to its web pages, until somebody stops it."""

import argparse
import fcntl
import json
import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import redis

from billing_office import BASE_DIR

from . import bootstrap, home, office, ports, postgres, processes, servers
from .processes import Known
from .trouble import Trouble

RECORD = home.RUN / "up.json"
NEEDED_SPACE = 200_000_000  # bytes; an empty PostgreSQL takes a third of it
MANAGE = [sys.executable, str(BASE_DIR / "manage.py")]
FONTS = "import pathlib, sys; from billing_office.lib.rendering import fonts; fonts.ensure(pathlib.Path(sys.argv[1]))"
step = partial(bootstrap.step, out=sys.stdout)


class Stopped(Exception):  # noqa: N818  not an error: somebody asked
    pass


class Launcher:
    """One run of the office: its processes, and whether somebody has asked for its end."""

    def __init__(self, port: int):
        self.port = port or ports.free()
        self.address = f"http://127.0.0.1:{self.port}/"
        self.running: dict[str, subprocess.Popen] = {}
        self.known: list[Known] = []
        self.asked = False

    def listen(self):
        """A signal only leaves word; the work looks for it where it can stop in good order."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            if signal.getsignal(number) is not signal.SIG_IGN:
                signal.signal(number, self._ask)

    def _ask(self, number: int, frame):
        self.asked = True

    def heed(self):
        if self.asked:
            raise Stopped

    def do(self, name: str, *command: str | Path, log: str = "setup"):
        """One preparing command to its end; the last line it logs explains a failure."""
        self.heed()
        self.finish(name, processes.start(command, home.LOGS / f"{log}.log", os.environ), log)

    def finish(self, name: str, process: subprocess.Popen, log: str):
        with step(name):
            while process.poll() is None:
                if self.asked:
                    processes.stop([Known.of(name, process.pid)])
                self.heed()
                time.sleep(0.02)
            if process.returncode:
                raise Trouble(f"{name} failed: {home.log_end(log)} (all of it: {log_of(log)})")

    def start(self, name: str, command: list[str], env: dict[str, str]):
        self.heed()
        process = processes.start(command, home.LOGS / f"{name}.log", env)
        self.running[name] = process
        self.known.append(Known.of(name, process.pid))
        self.record()

    def beside(self, name: str, command: list):
        """What may end by itself; it is stopped with the rest."""
        process = processes.start(command, home.LOGS / f"{name}.log", os.environ)
        self.known.append(Known.of(name, process.pid))
        self.record()

    def record(self):
        """What the next `up` must know: whom to name if we still run, and whom to stop if we were killed."""
        draft = RECORD.with_suffix(".draft")
        entries = [[known.name, known.pid, known.started] for known in self.known]
        draft.write_text(json.dumps({"pid": os.getpid(), "address": self.address, "processes": entries}))
        draft.replace(RECORD)

    def look(self):
        """Raises when a process of the office, or a server under it, has ended by itself."""
        self.heed()
        for name, process in self.running.items():
            if process.poll() is not None:
                raise Trouble(
                    f"{name} ended by itself ({process.returncode}), so all was stopped. Its log: {log_of(name)}"
                )
        for known in servers.known():
            if not known.alive():
                raise Trouble(f"{known.name} ended by itself, so all was stopped. Its log: {log_of(known.name)}")

    def wait_for_answer(self, seconds: float = 90):
        end = time.monotonic() + seconds
        while not answers(f"{self.address}healthz"):
            self.look()
            if time.monotonic() > end:
                raise Trouble(f"The web server gives no healthy answer after {seconds:.0f} s. Its log: {log_of('web')}")
            time.sleep(0.1)

    def stop(self):
        processes.stop(reversed(self.known))
        RECORD.unlink(missing_ok=True)


def main(arguments: list[str]) -> int:
    options = parse(arguments)
    begin = time.monotonic()
    home.make()
    try:
        with only_one():
            stop_leftovers()
            if options.port and ports.taken(options.port):
                raise Trouble(f"Port {options.port} is taken by another program. Choose another: up --port NUMBER")
            refuse_full_disk()
            if options.reset_demo:
                reset_demo()
            launcher = Launcher(options.port)
            launcher.listen()
            run(launcher, options.demo, begin)
    except Stopped:
        print("Stopped.", flush=True)
    except OSError as error:
        raise Trouble(f"{error.strerror or error}{f': {error.filename}' if error.filename else ''}") from error
    return 0


def parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="manage.py up",
        description="Start the office on this machine: database, queue, web, workers, schedule, local mail server.",
    )
    parser.add_argument("--port", type=int, default=8787, help="of the web pages on 127.0.0.1; 0 takes a free one")
    parser.add_argument("--no-demo", dest="demo", action="store_false", help="an empty office, without demo data")
    parser.add_argument(
        "--reset-demo", action="store_true", help="a fresh demo; what stood there is put aside and kept"
    )
    return parser.parse_args(arguments)


def reset_demo():
    """Put the embedded office's data aside, so that the start makes a new one. Nothing is deleted."""
    if os.environ.get("DATABASE_URL"):
        raise Trouble("--reset-demo is for the embedded database, and DATABASE_URL names another. Nothing was changed.")
    if postgres.running(home.POSTGRES):
        raise Trouble("The database of this office is running. Stop it first; nothing was changed.")
    aside = f"before-{time.strftime('%Y%m%dT%H%M%SZ', time.gmtime())}"
    for folder in (home.POSTGRES, home.REDIS, home.MAIL):
        if folder.exists():
            folder.rename(folder.with_name(f"{folder.name}.{aside}"))
    home.make()
    print(f"What stood in {home.HOME} is kept as *.{aside}", flush=True)


def run(launcher: Launcher, demo: bool, begin: float):
    print(f"Starting the office; its data is in {home.HOME}", flush=True)
    bootstrap.need_native_libraries()
    home.set_environment()
    with servers.serving(os.environ, step) as found:
        os.environ.update(found)
        refuse_silent_servers(found)
        prepare(launcher, demo)
        try:
            open_office(launcher)
            welcome(launcher, demo, begin)
            while True:
                launcher.look()
                time.sleep(0.3)
        except Stopped:
            print("Stopping ...", flush=True)
            raise
        finally:
            launcher.stop()


def prepare(launcher: Launcher, demo: bool):
    """Tables, demo data, fonts, static files: each is done already on a later start, and then costs a moment.

    The fonts take seconds of computing and nothing waits for them, so they are made beside the rest.
    """
    fonts = processes.start([sys.executable, "-c", FONTS, home.FONTS], home.LOGS / "fonts.log", os.environ)
    try:
        launcher.do("Tables", *MANAGE, "migrate", "--noinput")
        if demo:
            launcher.do("Demo office", *MANAGE, "demo")
        launcher.do("Static files", *MANAGE, "collectstatic", "--noinput")
        launcher.finish("Fonts of the documents", fonts, "fonts")
    finally:
        processes.stop([Known.of("fonts", fonts.pid)])


def open_office(launcher: Launcher):
    env = {name: value for name, value in os.environ.items() if name != "DATABASE_OWNER_URL"}
    env |= {"PYTHONUNBUFFERED": "1"}
    with step("Web, workers, schedule"):
        launcher.start("web", office.web(launcher.port), env)
        for name, command in office.workers().items():
            launcher.start(name, command, env)
        launcher.start("beat", office.beat(home.RUN / "beat"), env)
        launcher.wait_for_answer()


def welcome(launcher: Launcher, demo: bool, begin: float):
    print(f"\nThe office is open: {launcher.address}  ({time.monotonic() - begin:.0f} s)", flush=True)
    if demo:
        log_ins = subprocess.run([*MANAGE, "demo", "--log-ins"], check=False, capture_output=True, text=True)
        print(log_ins.stdout, flush=True)
        launcher.beside("demo", ["nice", "-n", "15", *MANAGE, "demo", "--grow"])
        print("Its accounts grow to some 300 within a few minutes, while you look around.", flush=True)
    print(f"Logs: {home.LOGS}. Ctrl-C stops everything.", flush=True)


@contextmanager
def only_one():
    """One `up` an OFFICE_HOME. The lock is the kernel's: a killed launcher holds none."""
    with open(home.RUN / "up.lock", "a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            record = read_record()
            raise Trouble(
                f"The office runs already: {record.get('address', 'it is just starting')} "
                f"(process {record.get('pid', '?')}; Ctrl-C there, or kill it, to stop it)"
            ) from None
        yield


def stop_leftovers():
    """What a launcher that was killed left running."""
    left = [Known(*entry) for entry in read_record().get("processes", [])]
    if any(known.session() for known in left):
        with step("Stopping what the last run left behind"):
            processes.stop(reversed(left))
    RECORD.unlink(missing_ok=True)


def read_record() -> dict:
    try:
        return json.loads(RECORD.read_text())
    except (OSError, ValueError):
        return {}


def refuse_full_disk():
    free = shutil.disk_usage(home.HOME).free
    if free < NEEDED_SPACE:
        raise Trouble(
            f"Only {free // 1_000_000} MB are free at {home.HOME}; the office needs {NEEDED_SPACE // 1_000_000}."
        )


def refuse_silent_servers(found: dict[str, str]):
    """The servers that the environment names must answer before anything is begun."""
    for variable in ("DATABASE_URL", "DATABASE_OWNER_URL"):
        if os.environ.get(variable) and variable not in found:
            postgres.refuse_silent(variable, os.environ[variable])
    if "REDIS_URL" not in found:
        try:
            redis.Redis.from_url(os.environ["REDIS_URL"], socket_connect_timeout=5).ping()
        except (redis.RedisError, ValueError) as error:
            raise Trouble(f"REDIS_URL does not answer: {error}") from error


def answers(address: str) -> bool:
    """Whether the web server serves: in production it may refuse our host name (400), which is an answer too."""
    try:
        urllib.request.urlopen(address, timeout=5).close()  # noqa: S310
    except urllib.error.HTTPError as error:
        return error.code == 400
    except OSError:
        return False
    return True


def log_of(name: str) -> Path:
    return home.POSTGRES / "server.log" if name == "postgres" else home.LOGS / f"{name}.log"
