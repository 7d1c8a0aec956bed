"""What every test stands on: no outside network (see `addopts` in setup.cfg), reproducible examples."""

from __future__ import annotations

import os

import pytest
from hypothesis import settings

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
