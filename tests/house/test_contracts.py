"""Each import contract, proved by breaking it: one upward import planted in a copy of the sources, and the linter is red."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from billing_office import BASE_DIR

LINTER = Path(sys.executable).with_name("lint-imports")
pytestmark = pytest.mark.skipif(not LINTER.exists(), reason="import-linter is not installed (requirements-dev.txt)")

IGNORED = shutil.ignore_patterns("__pycache__", "migrations", "management", "templates", "static", ".*")
LAYERS = "The apps stand in layers"
PLACES = "Everything in billing_office has its place"


@pytest.fixture(scope="module")
def copy(tmp_path_factory):
    """The packages and the contracts, apart from the checkout."""
    tree = tmp_path_factory.mktemp("tree")
    for package in ("billing_office", "accounts", "insurance", "invoices", "collections"):
        shutil.copytree(BASE_DIR / package, tree / package, ignore=IGNORED)
    (tree / "billing_office" / "management").mkdir()
    (tree / "billing_office" / "management" / "__init__.py").touch()
    shutil.copy(BASE_DIR / "pyproject.toml", tree)
    return tree


def lint(tree) -> str:
    env = os.environ | {"PYTHONPATH": f"{tree}:{tree / 'collections'}"}
    done = subprocess.run([LINTER, "--no-cache"], cwd=tree, env=env, capture_output=True, text=True, check=False)
    return done.stdout + done.stderr


def test_the_copy_as_it_is_keeps_its_contracts(copy):
    said = lint(copy)
    assert f"{LAYERS} KEPT" in said
    assert f"{PLACES} KEPT" in said


@pytest.mark.parametrize(
    ("module", "planted", "broken"),
    [
        ("billing_office/lib/money.py", "from billing_office.staff import access", LAYERS),
        ("billing_office/staff/access.py", "from billing_office.audit import acts", LAYERS),
        ("billing_office/outbox/queue.py", "from billing_office.audit import acts", LAYERS),
        ("billing_office/audit/acts.py", "from accounts import ledger", LAYERS),
        ("accounts/ledger.py", "from invoices import issuing", LAYERS),
        ("accounts/ledger.py", "from insurance import models", LAYERS),
        ("invoices/issuing.py", "import dunning.notices", LAYERS),
        ("collections/dunning/notices.py", "from billing_office.mailroom import sending", LAYERS),
        ("billing_office/desk/health.py", "from billing_office import schedule", LAYERS),
        ("billing_office/schedule.py", "from billing_office import tasks", LAYERS),
        ("billing_office/celery.py", "from billing_office import hints", PLACES),
        ("billing_office/newcomer.py", "", PLACES),
    ],
)
def test_an_import_upward_is_found(copy, module, planted, broken):
    file = copy / module
    before = file.read_text() if file.exists() else None
    try:
        file.write_text(f"{planted}\n{before or ''}")
        said = lint(copy)
    finally:
        file.unlink() if before is None else file.write_text(before)
    assert f"{broken} BROKEN" in said, said
