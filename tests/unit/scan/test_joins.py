from __future__ import annotations

from datetime import timedelta

import pytest

from tests.scanning import NOW, KeywordAssessor, rss
from tests.unit.storage.filling import new_post
from tppo_watch.config import FetchSettings, SourceSettings
from tppo_watch.scan import scan
from tppo_watch.scan.joins import id_mark, join, marks_of
from tppo_watch.storage import alerts, open_store, posts
from tppo_watch.storage.posts import Marked

TEXT = "Dibutuhkan admin toko di Samarinda, gaji 4 juta, kirim lamaran ke toko sebelum Jumat, tiga orang saja"
TITLE = "Lowongan Admin Toko"


def item(native_id: str, text: str = TEXT, **fields):
    return new_post(native_id, text, **{"title": TITLE, **fields})


def joined_to(post, *kept, present=(), known=frozenset()) -> str:
    """The id that `post` gets beside what is kept."""
    marked = {mark: Marked(old.native_id, old.text, old.fetched) for old in kept for mark in marks_of(old)}
    return join([post, *present], known, marked).posts[0].native_id


@pytest.mark.parametrize(
    "link",
    ["https://a.example/x", "http://www.a.example/x/", "https://A.example/x?utm_source=y&fbclid=1"],
)
def test_one_link_is_one_post(link):
    """Neither the scheme nor tracking nor a slash makes another post, whatever became of the words."""
    old = item("http://a.example/x", url="http://a.example/x")
    assert joined_to(item(link, "lain sekali", title="lain", url=link), old) == "http://a.example/x"


@pytest.mark.parametrize(
    ("text", "is_same"),
    [
        (TEXT, True),
        (TEXT.replace("tiga", "dua"), True),
        (TEXT.replace("4 juta", "5 juta"), False),
        ("Dicari sopir, gaji 4 juta", False),
    ],
)
def test_the_same_title_and_nearly_the_same_words_are_one_post(text, is_same):
    """A corrected word is an edit; another sum is another offer, and another text another post."""
    assert (joined_to(item("new", text), item("old")) == "old") is is_same


def test_what_stands_beside_a_post_is_another_one():
    """A source that shows both at once has two of them."""
    assert joined_to(item("new"), item("old"), present=[item("old")], known=frozenset(["old"])) == "new"


def test_a_month_later_it_is_advertised_again():
    """Joining has an end: the offer of last year is not the offer of today."""
    late = item("new", fetched=NOW + timedelta(days=31))
    assert joined_to(late, item("old")) == "new"


def test_parts_of_a_split_item_are_never_joined():
    """They share title and link and are different offers."""
    assert marks_of(item("http://a.example/x#2", url="http://a.example/x")) == ()


def test_a_changed_id_is_remembered():
    """The next time the new id leads to the post at once, also when its words have changed since."""
    marked = {mark: Marked("old", TEXT, NOW) for mark in marks_of(item("old"))}
    assert (id_mark("new"), "old", item("new").content_hash) in join([item("new")], frozenset(), marked).marks
    alias = {id_mark("new"): Marked("old", TEXT, NOW - timedelta(days=300))}
    assert join([item("new", "lain", title="lain")], frozenset(), alias).posts[0].native_id == "old"


def test_links_that_nothing_reads_are_compared_as_they_are():
    """A broken address is no reason to stop."""
    assert marks_of(item("http://[x", url="http://[x"))


@pytest.mark.parametrize("second", ["https://b.example/99", "https://b.example/98?utm_source=tele"])
def test_a_feed_that_changes_its_ids_adds_nothing(tmp_path, store_url, second):
    """Through a whole scan: no second post, no second alert; an edit is a version, and taking it back too."""
    text = "Loker Kamboja gaji 12 juta, tanpa pengalaman, semua diurus kantor, hubungi admin segera ya"
    edit = text.replace("segera ya", "secepatnya")

    def feed(link: str, words: str) -> None:
        body = rss(("x", "Loker Kamboja", words)).decode()
        (tmp_path / "f.xml").write_text(body.replace("https://contoh.example/x", link))

    source = SourceSettings(id="f", kind="feed", path=tmp_path / "f.xml")
    now = NOW
    with open_store(store_url) as store:
        steps = [("https://b.example/98", text), (second, text), (second, edit), (second, text)]
        new = []
        for link, words in steps:
            now += timedelta(hours=3)
            feed(link, words)
            options = {"fetch": FetchSettings(), "key": b"k" * 32, "clock": lambda now=now: now}
            report = scan(store, [source], KeywordAssessor(), **options)
            new.append((report.total("new"), report.total("alerts")))
        assert new == [(1, 1), (0, 0), (1, 0), (0, 0)]
        with store.read() as connection:
            (alert,) = alerts.listed(connection, lanes=("high",))
            versions = posts.history(connection, alert.post_id)
    assert ["secepatnya" in version.text for version in versions] == [True, False]
    assert versions[-1].since == now
