"""What every test stands on: no outside network (see `addopts` in setup.cfg), reproducible examples."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from tests.postgres import PostgresServer

# Two workers share a machine with others: a slow example is no failure, and a red run must be red again.
settings.register_profile("suite", deadline=None, derandomize=True)
settings.load_profile("suite")

# These measure on data outside the clone; `make check-shared` names where it lies.
collect_ignore = [] if os.environ.get("TPPO_SHARED") else ["shared"]


def pytest_addoption(parser: pytest.Parser) -> None:
    """Options of this suite."""
    parser.addoption(
        "--update-docs", action="store_true", help="write the true output into the examples of the documents"
    )


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """A server of this session; `postgres.new_database()` gives the address of an empty database."""
    from tests.postgres import running_postgres

    with running_postgres() as server:
        yield server


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The system's browser, one for all tests that look at pages: it can be driven once in a process."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def store_url(request: pytest.FixtureRequest, tmp_path) -> str:
    """The address of an empty database, once for each kind: whatever holds on one holds on the other."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/a.db"
    return request.getfixturevalue("postgres").new_database()
