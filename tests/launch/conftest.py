"""A place for an office of its own on this machine, and its `manage.py`, run as a person runs it."""

import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest
from django.conf import settings

from billing_office import BASE_DIR
from billing_office.lib.rendering import fonts

SERVERS = (
    "DATABASE_URL",
    "DATABASE_OWNER_URL",
    "REDIS_URL",
    "EMAIL_URL",
    "MAIL_SINK",
    "CLEARINGHOUSE",
    "SECRET_KEY",
    "PRODUCTION",
)
SHELL = ("shell", "--no-imports", "-c")  # and a line of Python


class Place:
    """One OFFICE_HOME."""

    def __init__(self, home: Path):
        self.home = home
        self.env = {k: v for k, v in os.environ.items() if k not in SERVERS} | {"OFFICE_HOME": str(home)}
        self.started: list[subprocess.Popen] = []

    def run(self, *command: str, **env: str) -> subprocess.CompletedProcess:
        line = [sys.executable, BASE_DIR / "manage.py", *command]
        return subprocess.run(line, env=self.env | env, capture_output=True, text=True, timeout=120, check=False)

    def up(self, *options: str) -> subprocess.Popen:
        """Start the office on a free port; gives the launcher when it has said that the office is open."""
        launcher = subprocess.Popen(
            [sys.executable, BASE_DIR / "manage.py", "up", "--port", "0", *options],
            env=self.env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True,
        )  # fmt: skip
        self.started.append(launcher)
        self.said = ""
        for line in launcher.stdout:
            self.said += line
            if line.startswith("The office is open: "):
                self.address = line.split()[4]
            if line.startswith("Logs: "):
                return launcher
        raise AssertionError(self.said)

    def healthy(self) -> bool:
        with urllib.request.urlopen(f"{self.address}healthz", timeout=10) as answer:  # noqa: S310
            return answer.status == 200

    def processes(self) -> dict[int, str]:
        """Every living process of this office: pid → command line. Its environment or its folder (Redis) tells."""
        found = {}
        for pid in filter(str.isdigit, os.listdir("/proc")):
            try:
                environ = Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
                if (
                    f"OFFICE_HOME={self.home}".encode() in environ
                    or self.home in Path(f"/proc/{pid}/cwd").resolve().parents
                ):
                    found[int(pid)] = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
            except OSError:
                pass
        return found

    def pid_of(self, part: str) -> int:
        """The process that was started first among those with `part` in their command line."""
        return min(pid for pid, line in self.processes().items() if part in line)

    def stop(self, launcher: subprocess.Popen, number: int = signal.SIGTERM) -> int:
        launcher.send_signal(number)
        return launcher.wait(40)

    def clear(self):
        for launcher in self.started:
            if launcher.poll() is None:
                launcher.terminate()
                launcher.wait(40)
            launcher.stdout.close()
        for pid in self.processes():
            os.kill(pid, signal.SIGKILL)


@pytest.fixture
def bare_place(tmp_path):
    """Where nothing is yet."""
    place = Place(tmp_path / "home")
    yield place
    place.clear()


@pytest.fixture(scope="session")
def made_home(tmp_path_factory):
    """A home after its first start: with tables and fonts, which take their time."""
    place = Place(tmp_path_factory.mktemp("office") / "home")
    told = place.run("migrate")
    assert told.returncode == 0, told.stderr
    for path in fonts.ensure(settings.OFFICE_HOME / "fonts"):  # made once for all runs here
        (place.home / "fonts").mkdir(exist_ok=True)
        shutil.copy(path, place.home / "fonts")
    return place.home


@pytest.fixture
def place(made_home, tmp_path):
    """An office that has been started before, and stands still."""
    shutil.copytree(made_home, tmp_path / "home")
    place = Place(tmp_path / "home")
    yield place
    place.clear()


@pytest.fixture
def until():
    def until(condition, seconds: float = 20):
        end = time.monotonic() + seconds
        while not condition() and time.monotonic() < end:
            time.sleep(0.05)
        return condition()

    return until


# Left out of the everyday run for its ten minutes; OFFICE_LARGE=1 runs them.
by_flag = pytest.mark.skipif(
    not os.environ.get("OFFICE_LARGE"), reason="set OFFICE_LARGE=1 to run every start and restore"
)
