"""`manage.py backup` and `manage.py restore`: the whole office in one folder, and back again with proof.

An embedded cluster is copied whole (pg_basebackup with its WAL, checked by pg_verifybackup); a database elsewhere is dumped
whole. A data-only restore is refused by the ledger's guards. Documents live in the database, so they are in both. After a
restore mail is held until a person confirms: what was sent after the backup must not be sent again unseen.
"""

import argparse
import hashlib
import json
import os
import shutil
import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import psycopg2

from billing_office import BASE_DIR

from . import commands, home, postgres, servers
from .trouble import Trouble

BASE, DUMP, KEY, FACTS = "base", "office.dump", "secret_key", "backup.json"
HELD = "The office was restored from a backup: look at what waits before it goes out."


def back_up(argv: list[str]):
    parser = argparse.ArgumentParser(prog="manage.py backup", description="Copy the whole office into a new folder.")
    parser.add_argument("--to", type=Path, default=home.HOME / "backups", help="where the folder is made")
    options = parser.parse_args(argv)
    _begin()
    folder = options.to.resolve() / f"office-{datetime.now(UTC):%Y%m%dT%H%M%SZ}"
    draft = folder.with_suffix(".part")
    with servers.serving(os.environ) as found:
        try:
            draft.mkdir(parents=True, mode=0o700)
            _copy(os.environ | found, draft, embedded="DATABASE_URL" in found)
            draft.rename(folder)
        except OSError as error:
            raise Trouble(f"No backup was made in {options.to}: {error.strerror}.") from error
        finally:
            shutil.rmtree(draft, ignore_errors=True)
    print(f"The office is backed up in {folder}")


def _begin():
    home.make()
    home.set_environment()
    commands.end_on_signals()


def _copy(environ: dict, folder: Path, embedded: bool):
    owner = environ.get("DATABASE_OWNER_URL") or environ["DATABASE_URL"]
    if embedded:
        command = [
            "pg_basebackup",
            "-d",
            owner,
            "-D",
            folder / BASE,
            "-X",
            "stream",
            "-c",
            "fast",
            "--manifest-checksums=SHA256",
        ]
        _tool(*command)
        _tool("pg_verifybackup", "-q", folder / BASE)
        shutil.copy2(home.HOME / KEY, folder / KEY)
    else:
        _tool("pg_dump", "--format=custom", "--no-owner", "--file", folder / DUMP, owner)
    files = {
        name: _sha256(folder / name) for name in (KEY, DUMP, f"{BASE}/backup_manifest") if (folder / name).exists()
    }
    facts = {"made_at": datetime.now(UTC).isoformat(), "kind": "base" if embedded else "dump", "files": files}
    (folder / FACTS).write_text(json.dumps(facts, indent=1))


def restore(argv: list[str]):
    parser = argparse.ArgumentParser(
        prog="manage.py restore", description="Bring an office back from a backup, and prove it."
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument(
        "--replace", action="store_true", help="put data that stands there aside (it is kept) and restore over it"
    )
    options = parser.parse_args(argv)
    _begin()
    facts = _checked(options.folder)
    if facts["kind"] == "base":
        _put_base(options.folder, options.replace)
    else:
        _load_dump(options.folder)
    _prove()


def _checked(folder: Path) -> dict:
    """The backup's facts, once every file of it is what it was."""
    try:
        facts = json.loads((folder / FACTS).read_text())
        broken = [name for name, sha256 in facts["files"].items() if _sha256(folder / name) != sha256]
    except (OSError, ValueError, KeyError) as error:
        raise Trouble(f"{folder} is no whole backup: {error}. Nothing was changed.") from error
    if broken:
        raise Trouble(f"{folder} is damaged: {', '.join(broken)} is not what was backed up. Nothing was changed.")
    if facts["kind"] == "base":
        try:
            _tool("pg_verifybackup", "-q", folder / BASE)
        except Trouble as trouble:
            raise Trouble(f"{folder} is damaged. {trouble} Nothing was changed.") from trouble
    return facts


def _put_base(folder: Path, replace: bool):
    if os.environ.get("DATABASE_URL"):
        raise Trouble(
            "This backup is of an embedded database, and DATABASE_URL names another. Unset it to restore here."
        )
    if postgres.running(home.POSTGRES) or any(known.alive() for known in servers.known()):
        raise Trouble("The office is running. Stop it first; nothing was changed.")
    aside = datetime.now(UTC).strftime("before-%Y%m%dT%H%M%SZ")
    if home.POSTGRES.exists():
        if not replace:
            raise Trouble(
                f"Data stands in {home.POSTGRES}. With --replace it is put aside and kept; nothing was changed."
            )
        home.POSTGRES.rename(home.POSTGRES.with_name(f"{home.POSTGRES.name}.{aside}"))
    draft = home.POSTGRES.with_suffix(".part")
    shutil.rmtree(draft, ignore_errors=True)
    shutil.copytree(folder / BASE, draft, symlinks=True)
    draft.chmod(0o700)
    draft.rename(home.POSTGRES)
    key = home.HOME / KEY
    if key.exists() and _sha256(key) != _sha256(folder / KEY):
        key.rename(key.with_name(f"{KEY}.{aside}"))
    shutil.copy2(folder / KEY, key)
    os.environ["SECRET_KEY"] = key.read_text()
    shutil.rmtree(home.REDIS, ignore_errors=True)  # what it held is in the database's outbox
    home.make()


def _load_dump(folder: Path):
    owner = os.environ.get("DATABASE_OWNER_URL") or os.environ.get("DATABASE_URL")
    if not owner:
        raise Trouble(
            "This backup is a dump. Name an empty database by DATABASE_URL and DATABASE_OWNER_URL to restore into."
        )
    postgres.refuse_silent("DATABASE_OWNER_URL", owner)
    if postgres.migrated(owner):
        raise Trouble("The database is not empty. Restore into an empty one; nothing was changed.")
    _tool("pg_restore", "--exit-on-error", "--no-owner", "--single-transaction", "--dbname", owner, folder / DUMP)


def _prove():
    """Hold the mail, then run every proof there is on what was restored."""
    with servers.serving(os.environ) as found:
        environ = os.environ | found
        with (
            closing(psycopg2.connect(environ.get("DATABASE_OWNER_URL") or environ["DATABASE_URL"])) as owner,
            owner,
            owner.cursor() as cursor,
        ):
            cursor.execute(
                "INSERT INTO outbox_pause (kinds, why) VALUES (%s, %s)", [json.dumps(["send_message"]), HELD]
            )
        failed = [name for name in ("migrate", "check_money", "verify_audit") if _manage(environ, name)]
    if failed:
        raise Trouble(
            f"The office is restored, but {' and '.join(failed)} failed; the reasons are above. Mail is held."
        )
    print("The office is restored and proved. Mail is held until somebody confirms on the outbox page.")


def _manage(environ: dict, command: str) -> int:
    quiet = ["--verbosity", "0"] if command == "migrate" else []
    return subprocess.run(
        [sys.executable, BASE_DIR / "manage.py", command, *quiet], env=environ, check=False
    ).returncode


def _tool(name: str, *arguments):
    done = subprocess.run([postgres.binaries() / name, *arguments], check=False, capture_output=True, text=True)
    if done.returncode:
        last = done.stderr.strip().splitlines()[-1:] or ["it gave no reason"]
        raise Trouble(f"{name}: {last[0]}")


def _sha256(path: Path) -> str:
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
