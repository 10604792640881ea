"""What every test may ask for. The servers stand in tests/servers.py."""

import pytest

pytest_plugins = ["tests.servers", "tests.cast"]

# A file stays in one process: the longest are begun first, so that no process waits for another's at the end.
LONGEST = (
    "browser/test_every_page", "launch/test_up", "fuzz/test_forms", "fuzz/test_queries", "house/test_access", "launch/test_backup",
    "launch/test_commands", "faults/", "bench/", "fuzz/", "browser/",
)  # fmt: skip


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items):
    items.sort(key=lambda item: next((at for at, part in enumerate(LONGEST) if part in item.nodeid), len(LONGEST)))


def pytest_configure(config):
    if config.getoption("nomigrations", False):
        raise pytest.UsageError("--nomigrations would lose the ledger's guards; the suite refuses it.")
