"""Processes are known by number and start time."""

import subprocess

import pytest

from billing_office.launch.processes import Known, start, stop


@pytest.fixture
def sleeper():
    process = subprocess.Popen(["sleep", "60"], start_new_session=True)
    yield process
    process.kill()
    process.wait()


def test_a_recycled_number_is_never_killed(sleeper):
    stop([Known("earlier", sleeper.pid, "another-start")], grace=0.1)
    assert sleeper.poll() is None


def test_a_process_that_ignores_the_signal_is_killed_with_its_children(tmp_path, until):
    command = ["sh", "-c", "trap '' TERM; echo deaf; sleep 60 & sleep 60"]
    process = start(command, tmp_path / "log", {"PATH": "/usr/bin:/bin"})
    assert until(lambda: (tmp_path / "log").read_text() == "deaf\n")
    known = Known.of("stubborn", process.pid)
    stop([known], grace=0.3)
    assert known.session() == []
    assert process.wait(5) == -9
