"""What every test may ask for. The servers stand in tests/servers.py."""

import pytest

pytest_plugins = ["tests.servers", "tests.cast"]


def pytest_configure(config):
    if config.getoption("nomigrations", False):
        raise pytest.UsageError("--nomigrations would lose the ledger's guards; the suite refuses it.")
