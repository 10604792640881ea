"""Processes we start, recognised again later by number *and* start time, so that a recycled number is never killed."""

import os
import signal
import subprocess
import time
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from billing_office import BASE_DIR

BOOT = Path("/proc/sys/kernel/random/boot_id").read_text().strip()[:8]


@dataclass(frozen=True)
class Known:
    """One process: `started` is the boot and the clock ticks since it, as /proc tells them."""

    name: str
    pid: int
    started: str

    @classmethod
    def of(cls, name: str, pid: int) -> "Known":
        return cls(name, pid, _started(pid))

    def alive(self) -> bool:
        return bool(self.started) and _started(self.pid) == self.started

    def session(self) -> list[int]:
        """The living processes of the session it leads, itself included. Its number stays taken while one lives."""
        if _started(self.pid) not in ("", self.started):
            return []
        return [pid for pid, (state, session, _) in _table().items() if session == self.pid and state != "Z"]


def start(command: list, log: Path, env: Mapping[str, str], cwd: Path = BASE_DIR) -> subprocess.Popen:
    """Start `command` in a session of its own (Ctrl-C at the terminal is for us); what it says goes to `log`."""
    if log.exists() and log.stat().st_size > 10_000_000:
        log.replace(log.with_suffix(".log.1"))
    with open(log, "ab") as file:
        return subprocess.Popen(
            [str(part) for part in command],
            env=dict(env),
            cwd=cwd,
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


def stop(those: Iterable[Known], grace: float = 10.0):
    """Ask each to end, in the order given; whoever is left of their sessions after `grace` seconds is killed."""
    those = list(those)
    for known in those:
        if known.alive():
            _signal(known.pid, signal.SIGTERM)
    end = time.monotonic() + grace
    while (left := [pid for known in those for pid in known.session()]) and time.monotonic() < end:
        time.sleep(0.05)
    for pid in left:
        _signal(pid, signal.SIGKILL)
    while any(known.session() for known in those) and time.monotonic() < end + 3:
        time.sleep(0.02)


def _signal(pid: int, number: int):
    with suppress(ProcessLookupError):
        os.kill(pid, number)


def _stat(pid: int | str) -> tuple[str, int, str] | None:
    """(state, session, start time) from /proc/<pid>/stat; the command's name in it may hold blanks and brackets."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(errors="replace").rpartition(")")[2].split()
    except OSError:
        return None
    return fields[0], int(fields[3]), f"{BOOT}-{fields[19]}"


def _started(pid: int) -> str:
    stat = _stat(pid)
    return stat[2] if stat and stat[0] not in "ZX" else ""


def _table() -> dict[int, tuple[str, int, str]]:
    return {int(path): stat for path in os.listdir("/proc") if path.isdigit() and (stat := _stat(path))}
