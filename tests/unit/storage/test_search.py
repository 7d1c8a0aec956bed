from __future__ import annotations

from datetime import timedelta
from functools import partial

import pytest

from tests.scanning import NOW
from tests.unit.storage.filling import fill, new_post
from tppo_watch.errors import InputError
from tppo_watch.storage import posts, sources
from tppo_watch.storage.decisions import forget
from tppo_watch.storage.purge import purge_post
from tppo_watch.storage.search import search

TEXTS = {
    "a": "Loker ADMIN Poipet, gaji 12jt, WA 0812-0000-0001",
    "b": "Dicari admin toko; hubungi https://wa.me/6281200000002 segera",
    "c": "Kerja di kamboja, kerja ringan tanpa pengalaman",
    "d": "kerja ringan di Kamboja? awas penipuan_online",
    "e": "日本 loker ﷽ emoji 😀 'kutip' (kurung)",
}


@pytest.fixture
def filled(store):
    with store.write() as connection:
        sources.ensure(connection, "s")
        rows = [
            (new_post(name, text, title="Judul Sama", published=NOW + timedelta(hours=n)), None)
            for n, (name, text) in enumerate(TEXTS.items())
        ]
        posts.add(connection, rows)
        yield connection


@pytest.mark.parametrize(
    ("question", "found"),
    [
        ("admin", "ba"),
        ("AdMiN gaji", "a"),
        ("judul", "edcba"),
        ('"kerja ringan"', "dc"),
        ('"ringan kerja"', ""),
        ("kamb*", "dc"),
        ("kamb", ""),
        ("kerja -penipuan", "c"),
        ('kerja -"awas penipuan"', "c"),
        ("0812-0000-0001", "a"),
        ("6281200000002", "b"),
        ("wa.me/6281200000002", "b"),
        ("12jt", "a"),
        ("online", "d"),
        ("日本", "e"),
        ("kutip kurung", "e"),
        ("tiada", ""),
    ],
)
def test_a_question_finds_the_same_posts_everywhere(filled, question, found):
    """Words, phrases, beginnings, numbers and exclusions, the latest first, alike on both databases."""
    assert "".join(post.native_id for post in search(filled, question)) == found


@pytest.mark.parametrize("question", ["", "  ", "-admin", "*", "()", '"', "' OR", "😀"])
def test_a_question_without_a_word_is_an_error(filled, question):
    """It says so; whatever it holds, it is no syntax of the database."""
    if question == "' OR":
        assert search(filled, question) == []
    else:
        with pytest.raises(InputError, match="no word"):
            search(filled, question)


@pytest.mark.parametrize(
    "question",
    ["a:b & !c | d <-> e", "NEAR(a b)", 'x" OR title:"y', "x\\'y", "a\0b", "^a", "{a} : b", "a" * 5000],
)
def test_no_question_breaks_the_search(filled, question):
    """Signs of either query language are signs, nothing else."""
    assert search(filled, question) == []


def test_a_question_of_endless_parts_is_refused(filled):
    """Bounded, whoever asks."""
    with pytest.raises(InputError, match="more than 20 parts"):
        search(filled, "a " * 10_000)


def test_what_was_purged_is_not_found(store):
    """The index forgets with the table, and a change of words is found by the new ones only."""
    first, second = fill(store, 2)
    with store.write() as connection:
        purge_post(connection, first, now=NOW, forget=partial(forget, connection))
        connection.execute(posts.posts.update().where(posts.posts.c.id == second).values(text="kata baru"))
        assert search(connection, "kamboja") == []
        (post,) = search(connection, "baru")
    assert (post.post_id, post.level, post.alert_state) == (second, "high", "open")


def test_of_posts_that_say_the_same_one_is_found(store):
    """A hundred copies of an ad are one answer, and no more than asked for are given."""
    (first,) = fill(store, 1)
    fill(store, 5, start=10)
    with store.write() as connection:
        text = posts.history(connection, first)[0].text
        posts.add(connection, [(new_post("99", text), first)])
        assert len(search(connection, "kamboja")) == 6
        assert len(search(connection, "kamboja", limit=2)) == 2
