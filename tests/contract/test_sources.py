"""What holds for the reader of every kind of source."""

from __future__ import annotations

import re
import time
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.sources import source_of
from tppo_watch.config import KINDS, FetchSettings, SourceSettings
from tppo_watch.errors import SourceError
from tppo_watch.sources import SourceFetcher, read
from tppo_watch.sources.content import GivenFetcher
from tppo_watch.sources.discovery import identify
from tppo_watch.types import Failure, Post

FETCH = FetchSettings()
#: Pieces on which parsers have stumbled.
SEEDS = [
    b"\0",
    b"\xed\xa0\x80",
    b"<![CDATA[",
    b"]]>",
    b"<!--",
    b"null",
    b"1e999",
    b"\\ud800",
    b"\xe2\x80\x8e",
    b'""',
    b"&#0;",
]


# A site map names pages of a server: tests/unit/sources/test_sitemap.py has one.
@pytest.fixture(params=sorted(KINDS.keys() - {"sitemap"}))
def any_source(request, tmp_path) -> SourceSettings:
    return source_of(request.param, tmp_path)


@pytest.fixture(params=sorted(KINDS.keys() - {"sitemap", "folder"}))
def source(request, tmp_path) -> SourceSettings:
    return source_of(request.param, tmp_path)


def items(source: SourceSettings) -> list[Post | Failure]:
    return list(read(source, SourceFetcher(FETCH)))


def test_posts_carry_what_a_scan_needs(any_source):
    """Each post names its source, has text and an id of its own, and a time in UTC or none."""
    posts = items(any_source)
    assert posts
    assert all(isinstance(post, Post) for post in posts)
    assert {post.source_id for post in posts} == {any_source.id}
    assert len({post.native_id for post in posts}) == len(posts)
    assert all(post.text.strip() == post.text != "" for post in posts)
    assert all(post.published is None or post.published.utcoffset() == timedelta(0) for post in posts)


def test_reading_twice_gives_the_same(any_source):
    """Ids, texts and order depend on the content alone."""
    assert items(any_source) == items(any_source)


def test_an_unchanged_source_gives_nothing(any_source):
    """A fetcher that knows the version yields no posts and says so."""
    first = SourceFetcher(FETCH)
    assert list(read(any_source, first))
    again = SourceFetcher(FETCH, etag=first.etag, last_modified=first.last_modified)
    assert list(read(any_source, again)) == []
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
        "utf16": body.decode("utf-8", "replace").encode("utf-16-be"),
    }[damage]
    file = tmp_path / "rusak"
    file.write_bytes(damaged)
    try:
        found = items(source.model_copy(update={"path": file}))
    except SourceError as exc:
        assert "\n" not in str(exc)
    else:
        assert all(isinstance(item, Post | Failure) for item in found)


@pytest.mark.parametrize("kind", sorted(KINDS.keys() - {"sitemap", "folder", "parquet", "whatsapp_export"}))
def test_a_time_that_cannot_be_read_costs_no_post_and_is_said(kind, tmp_path):
    """The post comes without a time, and a failure beside it says so."""
    good = source_of(kind, tmp_path)
    times = re.compile(rb"([>\",;])[^>\",;\n]*\b2026\b[^<\",;\n]*")
    body = times.sub(rb"\1entah 99", good.path.read_bytes())
    file = tmp_path / "tanpa-waktu"
    file.write_bytes(re.sub(rb'"date_unixtime": "\d+"', b'"date_unixtime": "entah 99"', body))
    found = items(good.model_copy(update={"path": file}))
    posts = [item for item in found if isinstance(item, Post)]
    said = [item for item in found if isinstance(item, Failure)]
    assert [post.text for post in posts] == [post.text for post in items(good)]
    assert not any(post.published for post in posts)
    assert said and all("its time cannot be read; the rest of it was read" == one.reason for one in said)
    assert all(one.raw and one.item.startswith("s: ") for one in said)


def test_what_was_read_is_known_for_what_it_is(source):
    """The content of every kind is told from that of the others, and read as that kind."""
    found = identify(str(source.path), FETCH)
    assert found.kind == source.kind
    assert [post.text for post in found.posts] == [post.text for post in items(source)]


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


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_no_mutation_ends_in_anything_else(source, data):
    """Bytes changed, cut, doubled or put in at random: posts, failures, or one error of one line."""
    body = source.path.read_bytes()
    for _ in range(data.draw(st.integers(1, 4))):
        at, end = sorted(data.draw(st.tuples(*[st.integers(0, len(body))] * 2)))
        put = data.draw(st.one_of(st.binary(max_size=6), st.sampled_from(SEEDS), st.just(body[at:end])))
        body = body[:at] + put + body[min(end, at + data.draw(st.integers(0, 40))) :]
    try:
        found = list(read(source, GivenFetcher(SourceFetcher(FETCH), body)))
    except SourceError as exc:
        assert "\n" not in str(exc)
    else:
        assert all(isinstance(item, Post | Failure) for item in found)


@pytest.mark.parametrize(
    "piece", [b"<", b"[", b'{"a":', b'"', b"\xff\xfe", b"01/02/25 18.00 - A: x\n", b"x,", b"&#"]
)
def test_a_megabyte_of_anything_is_worked_off(source, piece):
    """A million signs of whatever kind take a few seconds of the processor at most."""
    begun = time.process_time()
    try:
        list(read(source, GivenFetcher(SourceFetcher(FETCH), piece * (1_000_000 // len(piece)))))
    except SourceError as exc:
        assert "\n" not in str(exc)
    assert time.process_time() - begun < 8
