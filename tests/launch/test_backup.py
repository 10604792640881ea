"""The drill: an office is backed up, its data wiped, brought back, and proved; mail waits for a person."""

import shutil
from pathlib import Path

import psycopg2
import pytest

from billing_office.launch import postgres

from .conftest import SHELL, by_flag

SEED = """
from datetime import date
from accounts import ledger, opening
from accounts.models import ContactPoint
from billing_office.staff.models import Office, User
from billing_office import schedule
from invoices import issuing
by, office = User.objects.service(), Office.objects.first()
a = opening.open_account(office=office, first_name="Anna", last_name="White", by=by, opened_on=date(2026, 1, 1))
ContactPoint.objects.create(client=a.guarantor, kind="email", value="a@example.org", consent_on=date(2026, 1, 1))
for n in range(3):
    ledger.charge(a, cents=5000, service_on=date(2026, 1, 5), description="Visit", key=f"k{n}", by=by)
    issuing.issue(a, on=date(2026, 1, 5), by=by, key=f"i{n}")
    if n < 2:
        schedule.drain()
"""
TOLD = """
from accounts.models import AccountBalance, Blob, Message
from billing_office import schedule
print("owed", AccountBalance.objects.get().receivable_cents)
print("intact", sum(b.intact for b in Blob.objects.all()))
print("worked", schedule.drain(), "sent", Message.objects.filter(state="sent").count())
"""


def told(place, code=TOLD) -> str:
    done = place.run(*SHELL, code)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture
def backed_up(place):
    """An office of one account, three invoices (two sent, one waiting), and its backup."""
    told(place, SEED)
    done = place.run("backup")
    assert done.returncode == 0, done.stderr
    return Path(done.stdout.split()[-1])


def test_a_wiped_office_comes_back_whole_and_sends_nothing_unseen(place, backed_up):
    shutil.rmtree(place.home / "postgres")
    shutil.rmtree(place.home / "redis")
    (place.home / "secret_key").unlink()
    for mail in (place.home / "mail").glob("*.eml"):
        mail.unlink()
    done = place.run("restore", str(backed_up))
    assert done.returncode == 0, done.stdout + done.stderr
    assert "The books are sound." in done.stdout
    assert "The audit is whole." in done.stdout
    assert told(place).split("\n")[:3] == ["owed 15000", "intact 2", "worked 1 sent 2"]  # rendered, but not sent
    assert list((place.home / "mail").glob("*.eml")) == []
    lifted = "from billing_office.outbox import queue; from billing_office import schedule; queue.release(); schedule.drain()"
    told(place, lifted)
    assert "sent 3" in told(place)
    assert len(list((place.home / "mail").glob("*.eml"))) == 1


def test_data_that_stands_there_is_not_overwritten_but_put_aside(place, backed_up):
    refused = place.run("restore", str(backed_up))
    assert refused.returncode == 1
    assert "nothing was changed" in refused.stderr
    assert len(refused.stderr.strip().splitlines()) == 1
    assert place.run("restore", str(backed_up), "--replace").returncode == 0
    assert list(place.home.glob("postgres.before-*"))
    assert "owed 15000" in told(place)


def test_a_damaged_backup_is_refused_before_anything_is_touched(place, backed_up):
    for part in ("base/global/pg_control", "secret_key", "backup.json"):
        file = backed_up / part
        whole = file.read_bytes()
        file.write_bytes(whole[:-20] if part.endswith(".json") else whole[:10] + bytes([whole[10] ^ 1]) + whole[11:])
        done = place.run("restore", str(backed_up), "--replace")
        assert done.returncode == 1, part
        assert "Nothing was changed" in done.stderr, part
        file.write_bytes(whole)
    assert "owed 15000" in told(place)


def test_a_folder_that_is_no_backup_is_refused(place, tmp_path):
    done = place.run("restore", str(tmp_path))
    assert (done.returncode, "no whole backup" in done.stderr) == (1, True)


@by_flag
def test_a_database_elsewhere_is_dumped_and_loaded_into_an_empty_one(place, run_folder):
    data = run_folder / "elsewhere"
    sockets = postgres.start(data, "fsync=off", durable=False)
    try:
        env = {}
        for name in ("one", "two"):
            with psycopg2.connect(postgres.url(postgres.OWNER, sockets, "postgres")) as owner:
                owner.autocommit = True
            with owner.cursor() as cursor:
                cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = 'billing_app'")
                if not cursor.fetchone():
                    cursor.execute("CREATE ROLE billing_app LOGIN")
                cursor.execute(f"CREATE DATABASE {name} OWNER billing_owner")
            owner.close()
            urls = {role: postgres.url(role, sockets, name) for role in (postgres.OWNER, postgres.APP)}
            env[name] = {"DATABASE_OWNER_URL": urls[postgres.OWNER], "DATABASE_URL": urls[postgres.APP]}
        assert place.run("migrate", "-v0", **env["one"]).returncode == 0
        assert place.run(*SHELL, SEED, **env["one"]).returncode == 0
        backup = place.run("backup", **env["one"])
        assert backup.returncode == 0, backup.stderr
        folder = backup.stdout.split()[-1]
        done = place.run("restore", folder, **env["two"])
        assert done.returncode == 0, done.stdout + done.stderr
        assert "owed 15000" in place.run(*SHELL, TOLD, **env["two"]).stdout
        again = place.run("restore", folder, **env["two"])
        assert (again.returncode, "not empty" in again.stderr) == (1, True)
    finally:
        postgres.stop(data)
