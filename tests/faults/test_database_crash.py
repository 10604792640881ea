"""F15: PostgreSQL killed under load. Every answer that a writer got stands afterwards; a key sent again has one effect."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from billing_office import BASE_DIR
from billing_office.launch import postgres

WRITER = """
import sys
import django
django.setup()
from datetime import date
from accounts import ledger
from accounts.models import Account
from billing_office.staff.models import User
from django.db import DatabaseError, connection
account, by, who = Account.objects.get(number="A-1"), User.objects.service(), sys.argv[1]
for n in range(100_000):
    try:
        payment = ledger.receive_client_payment(
            account, cents=100, received_on=date(2026, 1, 1), method="cash", shares=[], key=f"{who}:{n}", by=by)
    except DatabaseError:
        print("down", flush=True)
        break
    print(n, flush=True)
"""
PREPARE = """
import django
django.setup()
from datetime import date
from accounts.models import Account
from billing_office.staff.models import Office
Account.objects.create(number="A-1", name="x", office=Office.objects.first(), opened_on=date(2026, 1, 1))
"""
RECOUNT = """
import json, sys
import django
django.setup()
from accounts.models import JournalEntry
from billing_office.desk import proof
keys = list(JournalEntry.objects.values_list("source_key", flat=True))
print(json.dumps({"keys": keys, "bad": [r.name for r in proof.prove() if not r.ok]}))
"""


@pytest.mark.skipif(not os.environ.get("OFFICE_LARGE"), reason="set OFFICE_LARGE=1 to run every fault")
def test_f15_acknowledged_payments_outlive_a_crash_of_the_database(run_folder):
    data = run_folder / "durable"
    sockets = postgres.start(data)
    postgres.make_roles_and_database(sockets)
    env = os.environ | {
        "DATABASE_OWNER_URL": postgres.url(postgres.OWNER, sockets),
        "DATABASE_URL": postgres.url(postgres.APP, sockets),
        "REDIS_URL": "redis://127.0.0.1:1/0",
        "EMAIL_URL": "smtp://127.0.0.1:1",
        "DJANGO_SETTINGS_MODULE": "billing_office.settings",
        "PYTHONPATH": str(BASE_DIR),
    }

    def python(code, *args) -> subprocess.Popen:
        return subprocess.Popen(
            [sys.executable, "-c", code, *args], env=env, cwd=BASE_DIR, stdout=subprocess.PIPE, text=True
        )

    try:
        subprocess.run([sys.executable, "manage.py", "migrate", "-v0"], env=env, cwd=BASE_DIR, check=True)
        assert python(PREPARE).wait() == 0
        writers = [python(WRITER, who) for who in ("a", "b", "c")]
        acknowledged = {
            who: [writer.stdout.readline().strip() for _ in range(40)]
            for who, writer in zip("abc", writers, strict=True)
        }
        os.kill(int(Path(data / "postmaster.pid").read_text().split()[0]), signal.SIGQUIT)  # immediate: no goodbye
        for who, writer in zip("abc", writers, strict=True):
            acknowledged[who] += writer.communicate(timeout=30)[0].split()
        sockets = postgres.start(data)
        counted = json.loads(python(RECOUNT).communicate(timeout=60)[0])
        assert counted["bad"] == []
        for who, numbers in acknowledged.items():
            done = {f"{who}:{n}:1" for n in numbers if n != "down"}
            assert len(done) >= 40
            assert done <= set(counted["keys"])
        assert len(counted["keys"]) == len(set(counted["keys"]))
    finally:
        postgres.stop(data)
