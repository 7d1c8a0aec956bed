"""Real feeds of Indonesian sites, from outside the clone; collected only where `TPPO_SHARED` says where."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.scanning import KeywordAssessor, settings_of
from tppo_watch.config import FetchSettings, SourceSettings
from tppo_watch.errors import SourceError
from tppo_watch.sources import SourceFetcher, read
from tppo_watch.types import Post
from tppo_watch.watch import open_watch

FEEDS = Path(os.environ["TPPO_SHARED"]) / "data" / "feeds"
ITEMS = {
    "radarbogor_2026-03-20": 20,
    "radarbogor_first5items": 5,
    "tempo_cekfakta": 9,
    "tempo_cekfakta_2025-08-05": 9,
    "tempo_ekonomi": 9,
    "tempo_hukum": 9,
    "tempo_hukum_2025-06-26_100items": 100,
    "tempo_hukum_2025-12-27": 9,
    "tempo_hukum_2026-02-09": 9,
    "tempo_investigasi": 9,
    "tempo_wawancara": 9,
}


def source(name: str) -> SourceSettings:
    return SourceSettings(id=name, kind="feed", path=FEEDS / f"{name}.xml")


@pytest.mark.parametrize(("name", "count"), ITEMS.items())
def test_every_item_of_a_real_feed_becomes_a_post(name, count):
    """Each item has text without markup, an address, a time and an id of its own."""
    posts = list(read(source(name), SourceFetcher(FetchSettings())))
    assert all(isinstance(post, Post) for post in posts)
    assert len({post.native_id for post in posts}) == count
    assert all(post.url and post.published and post.title and post.text for post in posts)
    assert not any("<p" in post.text or "&nbsp;" in post.text for post in posts)


def test_the_feed_that_is_really_broken_says_so():
    """The committed file of one line end is no feed."""
    with pytest.raises(SourceError, match="is empty"):
        list(read(source("tempo_cekfakta_2025-06-26_empty"), SourceFetcher(FetchSettings())))


def test_versions_of_one_feed_give_each_article_once(tmp_path):
    """Five versions whose guids are the same numbers hold different articles, and all are kept."""
    names = [name for name in ITEMS if name.startswith("tempo_hukum")]
    links = {post.url for name in names for post in read(source(name), SourceFetcher(FetchSettings()))}
    target = tmp_path / "feed.xml"
    settings = settings_of(tmp_path, {"id": "hukum", "kind": "feed", "path": str(target)})
    new = 0
    with open_watch(settings, assessor=KeywordAssessor()) as opened:
        for name in [*names, *names]:
            target.write_bytes((FEEDS / f"{name}.xml").read_bytes())
            new += opened.scan(is_everything=True).total("new")
    assert new >= len(links)
    assert len(links) > 100
