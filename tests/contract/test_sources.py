"""What holds for the reader of every kind of source."""

from __future__ import annotations

from datetime import UTC
from pathlib import Path

import pytest

from tests.scanning import SAMPLES
from tppo_watch.config import KINDS, FetchSettings, SourceSettings, load_settings
from tppo_watch.errors import SourceError
from tppo_watch.sources import SourceFetcher, read
from tppo_watch.types import Failure, Post

FETCH = FetchSettings()


def sample(kind: str, folder: Path) -> SourceSettings:
    """A source of each kind with posts in it."""
    for source in load_settings(SAMPLES / "tppo.toml").sources:
        if source.kind == kind:
            return source
    file = folder / "a.jsonl"
    file.write_text(
        '{"id": "1", "text": "halo", "time": "2026-11-24T10:00:00Z"}\n{"id": "2", "text": "dunia"}\n'
    )
    return SourceSettings(id="a", kind="jsonl", path=file, id_field="id", time_field="time")


@pytest.fixture(params=sorted(KINDS))
def source(request, tmp_path) -> SourceSettings:
    return sample(request.param, tmp_path)


def items(source: SourceSettings) -> list[Post | Failure]:
    return list(read(source, SourceFetcher(FETCH)))


def test_posts_carry_what_a_scan_needs(source):
    """Each post names its source, has text and an id of its own, and a time in UTC or none."""
    posts = items(source)
    assert posts
    assert all(isinstance(post, Post) for post in posts)
    assert {post.source_id for post in posts} == {source.id}
    assert len({post.native_id for post in posts}) == len(posts)
    assert all(post.text.strip() == post.text != "" for post in posts)
    assert all(post.published is None or post.published.tzinfo is UTC for post in posts)


def test_reading_twice_gives_the_same(source):
    """Ids, texts and order depend on the content alone."""
    assert items(source) == items(source)


def test_an_unchanged_source_gives_nothing(source):
    """A fetcher that knows the version yields no posts and says so."""
    first = SourceFetcher(FETCH)
    assert list(read(source, first))
    again = SourceFetcher(FETCH, etag=first.etag, last_modified=first.last_modified)
    assert list(read(source, again)) == []
    assert again.unchanged


def test_a_missing_file_is_a_source_error(source, tmp_path):
    """The error names the source, whatever its kind."""
    gone = source.model_copy(update={"path": tmp_path / "tiada"})
    with pytest.raises(SourceError, match="No such file") as caught:
        items(gone)
    assert caught.value.source_id == source.id


@pytest.mark.parametrize("damage", ["cut", "binary", "empty", "swapped", "nul", "utf16"])
def test_damaged_content_gives_posts_failures_or_one_error(source, tmp_path, damage):
    """No damage ends in anything else than posts, failures and a SourceError of one line."""
    body = source.path.read_bytes()
    damaged = {
        "cut": body[: len(body) * 2 // 3],
        "binary": bytes(range(256)) * 20,
        "empty": b"",
        "swapped": body[len(body) // 2 :] + body[: len(body) // 2],
        "nul": body.replace(b" ", b"\0", 20),
        "utf16": body.decode().encode("utf-16-be"),
    }[damage]
    file = tmp_path / "rusak"
    file.write_bytes(damaged)
    try:
        found = items(source.model_copy(update={"path": file}))
    except SourceError as exc:
        assert "\n" not in str(exc)
    else:
        assert all(isinstance(item, Post | Failure) for item in found)


def test_failures_quote_nothing_of_the_content(source, tmp_path):
    """Failures end up in logs and reports, so they never repeat what people wrote."""
    body = source.path.read_bytes()
    file = tmp_path / "rusak"
    for cut in range(1, 8):
        file.write_bytes(
            body[: len(body) * cut // 8] + b"\nRAHASIA 0812-0000-0999\n" + body[len(body) * cut // 8 :]
        )
        try:
            found = items(source.model_copy(update={"path": file}))
        except SourceError as exc:
            assert "RAHASIA" not in str(exc)
        else:
            assert not [f for f in found if isinstance(f, Failure) and "RAHASIA" in f.item + f.reason]
