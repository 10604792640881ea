"""`manage.py up`: the office starts as one, stops as one, and gets up again after a fall."""

import os
import signal
import stat
from contextlib import suppress
from pathlib import Path

import pytest

from tests.launch.conftest import SHELL, Place, by_flag


@pytest.fixture(scope="module")
def office(tmp_path_factory):
    """One office from its very first start on, with its demo, for the tests that leave it running."""
    place = Place(tmp_path_factory.mktemp("office") / "home")
    try:
        place.up()
        os.kill(place.pid_of("--grow"), signal.SIGTERM)  # a demo that grows takes the time of the tests, for minutes
        yield place
    finally:
        place.clear()


def test_it_serves_pages(office):
    assert office.healthy()


def test_it_prints_a_log_in_for_each_role(office):
    for role in ("Clerk", "Biller", "Collector", "Supervisor", "Auditor", "Admin"):
        assert f"  {role} " in office.said
    assert ", password " in office.said


def test_it_runs_every_process_of_the_office(office):
    lines = " ".join(office.processes().values())
    for part in (
        "postgres",
        "valkey-server",
        "mailsink",
        "insurance.sandbox",
        "gunicorn",
        "-Q office,mail",
        "-Q pdf",
        " beat ",
    ):
        assert part in lines, part


def test_its_data_is_for_its_owner_alone(office):
    assert stat.S_IMODE(office.home.stat().st_mode) == 0o700
    assert stat.S_IMODE((office.home / "secret_key").stat().st_mode) == 0o600


def test_the_web_process_is_not_told_the_owners_address(office):
    environ = Path(f"/proc/{office.pid_of('gunicorn')}/environ").read_text()
    assert "billing_app@" in environ
    assert "billing_owner@" not in environ


def test_no_password_stands_on_a_command_line(office):
    assert not [line for line in office.processes().values() if "requirepass" in line or "redis://:" in line]


def test_a_second_up_is_refused_with_the_address_of_the_first(office):
    second = office.run("up", "--no-demo")
    assert second.returncode == 1
    assert office.address in second.stderr
    assert len(second.stderr.splitlines()) == 1
    assert office.healthy()


def test_another_command_uses_the_running_servers_and_leaves_them(office):
    before = office.processes()
    told = office.run(*SHELL, "from django.db import connection as c; c.ensure_connection(); print(c.pg_version)")
    assert (told.returncode, told.stderr) == (0, "")
    assert office.processes().keys() >= {pid for pid, line in before.items() if "postgres:" not in line}
    assert office.healthy()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_stops_everything(place, number):
    launcher = place.up("--no-demo")
    assert place.stop(launcher, number) == 0
    assert place.processes() == {}
    assert list((place.home / "run").glob("*.json")) == []


def test_after_a_kill_the_next_start_clears_up_and_serves(place):
    killed = place.up("--no-demo")
    place.stop(killed, signal.SIGKILL)
    left = place.pid_of("gunicorn")
    launcher = place.up("--no-demo")
    assert place.healthy()
    assert left not in place.processes()
    assert sum(" beat " in line for line in place.processes().values()) == 1
    assert place.stop(launcher) == 0
    assert place.processes() == {}


@by_flag
def test_after_everything_was_killed_the_next_start_serves(place):
    killed = place.up("--no-demo")
    place.stop(killed, signal.SIGKILL)
    for pid in place.processes():
        with suppress(ProcessLookupError):  # some end with their parent
            os.kill(pid, signal.SIGKILL)
    place.up("--no-demo")
    assert place.healthy()


@pytest.mark.parametrize(("part", "name"), [("gunicorn", "web"), ("valkey-server", "redis")])
def test_a_process_that_dies_ends_all_and_its_log_is_named(place, part, name):
    launcher = place.up("--no-demo")
    os.kill(place.pid_of(part), signal.SIGKILL)
    assert launcher.wait(40) == 1
    last = launcher.stdout.read().strip().splitlines()[-1]
    assert last.startswith(f"manage.py: {name} ended by itself")
    assert str(place.home / "logs" / f"{name}.log") in last
    assert place.processes() == {}


def test_a_fresh_demo_keeps_what_stood_there(place):
    (place.home / "mail" / "old.eml").write_text("x")
    launcher = place.up("--reset-demo", "--no-demo")
    assert place.healthy()
    assert "is kept as *.before-" in place.said
    assert len(list(place.home.glob("postgres.before-*"))) == 1
    assert list(place.home.glob("mail.before-*/old.eml"))
    assert place.stop(launcher) == 0
