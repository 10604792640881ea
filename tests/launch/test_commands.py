"""Every other management command works without `up`."""

import os
import signal
import subprocess
import sys

import pytest

from billing_office import BASE_DIR
from tests.launch.conftest import SHELL

WHO = "from django.db import connection as c; c.ensure_connection(); print(c.connection.info.user)"
OWNER = "SELECT DISTINCT tableowner FROM pg_tables WHERE schemaname = 'public'"


def test_the_first_command_finds_tables_and_leaves_nothing_running(bare_place):
    told = bare_place.run(*SHELL, f"{WHO}; from billing_office.staff.models import User; print(User.objects.count())")
    assert told.returncode == 0, told.stderr
    assert told.stdout.splitlines()[0] == "billing_app"
    assert bare_place.processes() == {}


def test_migrate_works_as_the_owner(place):
    assert place.run("migrate").returncode == 0
    query = f"from django.db import connection as c; x = c.cursor(); x.execute({OWNER!r}); print(x.fetchall())"
    assert place.run(*SHELL, query).stdout == "[('billing_owner',)]\n"


def test_a_command_that_fails_leaves_nothing_running(place):
    told = place.run(*SHELL, "raise SystemExit(7)")
    assert told.returncode == 7
    assert place.processes() == {}


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_command_that_is_stopped_leaves_nothing_running(place, number):
    line = [sys.executable, BASE_DIR / "manage.py", *SHELL, "import time; print(1, flush=True); time.sleep(60)"]
    process = subprocess.Popen(line, env=place.env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout.readline() == "1\n"
    process.send_signal(number)
    process.communicate(timeout=30)
    assert process.returncode == 128 + number
    assert place.processes() == {}


def test_the_last_of_two_commands_stops_the_servers(place):
    line = [sys.executable, BASE_DIR / "manage.py", *SHELL, f"{WHO}\nimport sys; sys.stdin.read()\n{WHO}"]
    first = subprocess.Popen(line, env=place.env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert first.stdout.readline() == "billing_app\n"
    assert place.run(*SHELL, WHO).stdout == "billing_app\n"
    assert place.processes()
    rest, _ = first.communicate(timeout=30)
    assert (first.returncode, rest) == (0, "billing_app\n")
    assert place.processes() == {}


def test_servers_of_a_killed_command_serve_the_next_which_stops_them(place):
    line = [sys.executable, BASE_DIR / "manage.py", *SHELL, f"{WHO}\nimport time; time.sleep(60)"]
    killed = subprocess.Popen(line, env=place.env, stdout=subprocess.PIPE, text=True)
    assert killed.stdout.readline() == "billing_app\n"
    os.kill(killed.pid, signal.SIGKILL)
    killed.communicate()
    left = place.processes()
    assert left
    told = place.run(*SHELL, f"{WHO}; import os; print(os.path.exists('/proc/{min(left)}'))")
    assert told.stdout == "billing_app\nTrue\n"
    assert place.processes() == {}


def test_help_starts_nothing(bare_place):
    assert bare_place.run("migrate", "--help").returncode == 0
    assert not (bare_place.home / "postgres").exists()


def test_a_home_with_a_long_path_and_blanks_works(tmp_path):
    folder = tmp_path / ("a long name " * 10)
    env = os.environ | {"OFFICE_HOME": str(folder)}
    line = [sys.executable, BASE_DIR / "manage.py", *SHELL, WHO]
    told = subprocess.run(line, env=env, capture_output=True, text=True, timeout=120, check=False)
    assert told.stdout == "billing_app\n", told.stderr
