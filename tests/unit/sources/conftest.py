from __future__ import annotations

from pathlib import Path

import pytest

from tppo_watch.config import FetchSettings, SourceSettings
from tppo_watch.sources import SourceFetcher, read
from tppo_watch.types import Failure, Post


@pytest.fixture
def read_bytes(tmp_path: Path):
    """Read bytes as a source of one kind: its posts and its failures."""

    def reading(
        kind: str, body: bytes, *, fetch: FetchSettings | None = None, name: str = "source", **options
    ):
        file = tmp_path / name
        file.write_bytes(body)
        source = SourceSettings(id="s", kind=kind, path=file, **options)
        items = list(read(source, SourceFetcher(fetch or FetchSettings())))
        posts = [item for item in items if isinstance(item, Post)]
        return posts, [item for item in items if isinstance(item, Failure)]

    return reading
