from __future__ import annotations

import pytest

from tppo_watch.storage import open_store


@pytest.fixture
def store(store_url):
    """An open, empty database of each kind."""
    with open_store(store_url) as opened:
        yield opened


@pytest.fixture
def sqlite_store(tmp_path):
    """An open, empty SQLite file."""
    with open_store(f"sqlite:///{tmp_path}/a.db") as opened:
        yield opened
