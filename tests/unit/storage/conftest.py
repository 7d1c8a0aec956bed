from __future__ import annotations

import pytest

from tppo_watch.storage import open_store


@pytest.fixture
def store(tmp_path):
    with open_store(f"sqlite:///{tmp_path}/a.db") as opened:
        yield opened
