from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select

from tests.unit.storage.filling import fill
from tppo_watch.errors import ConfigError
from tppo_watch.storage import keys, posts
from tppo_watch.storage.keys import give_up_key, load_key, open_key, rotate_key
from tppo_watch.storage.posts import author_key


def test_a_key_is_made_once_and_private(tmp_path):
    """The first use makes a file only its owner reads; later uses find the same key; nothing else is left."""
    file = tmp_path / "tppo.key"
    key = load_key(file)
    assert len(key) == 32
    assert file.stat().st_mode & 0o777 == 0o600
    assert load_key(file) == key
    assert list(tmp_path.iterdir()) == [file]


def test_scans_that_start_together_get_one_key(tmp_path):
    """Whoever comes first makes it, the others take it."""
    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(lambda _: load_key(tmp_path / "k"), range(32)))
    assert len(keys) == 1


@pytest.mark.parametrize("content", ["", "zz", "00" * 8])
def test_what_is_no_key_is_refused(tmp_path, content):
    """Empty, damaged and short keys are not used: the hashes would tell names."""
    file = tmp_path / "k"
    file.write_text(content)
    file.chmod(0o600)
    with pytest.raises(ConfigError, match="holds no key"):
        load_key(file)


def test_a_key_that_others_may_read_is_refused(tmp_path):
    """The error says which command repairs it."""
    load_key(tmp_path / "k")
    (tmp_path / "k").chmod(0o644)
    with pytest.raises(ConfigError, match="chmod 600"):
        load_key(tmp_path / "k")


def test_a_key_that_cannot_be_made_is_refused(tmp_path):
    """A missing folder is named."""
    with pytest.raises(ConfigError, match="No such file"):
        load_key(tmp_path / "tiada" / "k")


def authors(store) -> set[str]:
    with store.read() as connection:
        return set(connection.execute(select(posts.posts.c.author_key)).scalars())


def test_a_database_knows_its_key(store, tmp_path):
    """Another key, or none, is refused before it makes hashes that link with nothing."""
    path = tmp_path / "k"
    key = open_key(store, path)
    assert open_key(store, path) == key
    path.rename(tmp_path / "away")
    with pytest.raises(ConfigError, match="is missing.*rotate-key --lost"):
        open_key(store, path)
    assert not path.exists()
    load_key(path)
    with pytest.raises(ConfigError, match="not the key"):
        open_key(store, path)
    give_up_key(store, path)
    assert open_key(store, path) == load_key(path) != key


def test_a_rotated_key_links_what_was_linked(store, tmp_path):
    """Old posts and a new one of an author have the same hash, and none of the old hashes is left."""
    path = tmp_path / "k"
    before = author_key(open_key(store, path), "0812-0000-0001")
    fill(store, 3, author_key=before)
    fill(store, 1, start=10)
    for count in (1, 2):
        assert rotate_key(store, path) == 1
        after = author_key(open_key(store, path), "+62 812 0000 0001")
        assert authors(store) == {after, None}
        assert before != after
        assert len(path.read_text().split()) == count + 1
        assert path.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("moment", ["before the database", "after the database"])
def test_a_rotation_that_is_killed_is_undone_or_finished(store, tmp_path, monkeypatch, moment):
    """Between the file and the database there is no moment that leaves the two apart."""
    path = tmp_path / "k"
    key = open_key(store, path)
    fill(store, 1, author_key=author_key(key, "ani"))

    def dies(*arguments):
        raise KeyboardInterrupt

    monkeypatch.setattr(*((keys, "_note") if moment.startswith("before") else (keys.os, "replace")), dies)
    with pytest.raises(KeyboardInterrupt):
        rotate_key(store, path)
    monkeypatch.undo()
    now = open_key(store, path)
    assert (now == key) is moment.startswith("before")
    assert authors(store) == {author_key(now, "ani")}
    assert rotate_key(store, path) == 1
    assert authors(store) == {author_key(open_key(store, path), "ani")}
