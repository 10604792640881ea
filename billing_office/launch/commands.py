"""Any command but `up` and `test`: run with the servers it needs, which are started for it where none are running."""

import os
import signal
import subprocess
import sys

from django.core.management import execute_from_command_line

from billing_office import BASE_DIR

from . import bootstrap, home, postgres, servers
from .trouble import Trouble

# These read no data; everything else finds its servers running.
WITHOUT_SERVERS = {
    "help",
    "version",
    "check",
    "diffsettings",
    "collectstatic",
    "findstatic",
    "startapp",
    "audit_dependencies",
    "read_edi",
    "read_eligibility",
}


def run(argv: list[str]):
    """Run one of Django's command lines (argv as the system gave it); it exits as the command does."""
    command = argv[1] if len(argv) > 1 else "help"
    _refuse_unreadable(argv)
    home.make()
    home.set_environment()
    if {"-h", "--help", "--version"} & set(argv) or (command in WITHOUT_SERVERS and "--database" not in argv):
        execute_from_command_line(argv)
        return
    end_on_signals()
    with servers.serving(os.environ) as found:
        os.environ.update(found)
        _make_ready(command, first="DATABASE_URL" in found)
        execute_from_command_line(argv)


def _refuse_unreadable(argv: list[str]):
    """Bytes that are no text, which no command could look for, store or print."""
    try:
        " ".join(argv).encode()
    except UnicodeEncodeError as error:
        raise Trouble("One of the arguments is not UTF-8 text. Nothing was done.") from error


def _make_ready(command: str, first: bool):
    """A database that answers, the owner's connection for `migrate`, and tables for whichever command comes first."""
    owner = os.environ.get("DATABASE_OWNER_URL")
    for variable in ("DATABASE_URL", "DATABASE_OWNER_URL"):
        if os.environ.get(variable):
            postgres.refuse_silent(variable, os.environ[variable])
    if command == "migrate":
        os.environ["DATABASE_URL"] = owner or os.environ["DATABASE_URL"]
    elif first and command != "makemigrations" and not postgres.migrated(owner):
        with bootstrap.step("Tables (first time only)"):
            migrate = [sys.executable, BASE_DIR / "manage.py", "migrate", "--verbosity", "0"]
            done = subprocess.run(migrate, check=False, stdout=sys.stderr)
        if done.returncode:
            raise Trouble("The tables could not be made; the reason is above.")


def end_on_signals():
    """SIGTERM and a closed terminal end a command the way Ctrl-C does: what it started is stopped."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is signal.SIG_DFL:
            signal.signal(number, _end)


def _end(number: int, frame):
    raise SystemExit(128 + number)
