from __future__ import annotations

import os
import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.scanning import SAMPLES
from tppo_watch.config import FetchSettings, SourceSettings
from tppo_watch.errors import SourceError
from tppo_watch.sources import SourceFetcher, read
from tppo_watch.types import Failure, Post

NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
OLD = (NOW - timedelta(hours=1)).timestamp()


class Drop:
    """A watched folder, and what a scan makes of it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.etag: str | None = None

    def put(self, name: str, content: bytes | str, *, changed: float = OLD) -> Path:
        file = self.folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
        os.utime(file, (changed, changed))
        return file

    def scan(
        self, *, is_stored: bool = True, now: datetime = NOW, **options
    ) -> tuple[list[Post], list[Failure]]:
        source = SourceSettings(id="s", kind="folder", path=self.folder, **options)
        fetcher = SourceFetcher(FetchSettings(), etag=self.etag, now=now)
        items = list(read(source, fetcher))
        if is_stored:
            self.etag = fetcher.etag
            fetcher.finish()
        posts = [item for item in items if isinstance(item, Post)]
        return posts, [item for item in items if isinstance(item, Failure)]


@pytest.fixture
def drop(tmp_path) -> Drop:
    folder = tmp_path / "kotak"
    folder.mkdir()
    return Drop(folder)


def test_files_are_told_by_what_they_hold(drop):
    """Any known kind is read under any name, in folders below too."""
    for number, sample in enumerate(sorted(SAMPLES.iterdir())):
        if sample.suffix != ".toml":
            drop.put(f"{'a/b/' if number % 2 else ''}berkas-{number}", sample.read_bytes())
    posts, failures = drop.scan()
    assert (len(posts), failures) == (66, [])


def test_a_file_is_read_once_and_again_when_it_changes(drop):
    """What was read is remembered; an export that grew is read again."""
    drop.put("a.csv", "text\nsatu\n")
    assert len(drop.scan()[0]) == 1
    assert drop.scan() == ([], [])
    drop.put("a.csv", "text\nsatu\ndua\n")
    assert [post.text for post in drop.scan()[0]] == ["satu", "dua"]


def test_what_was_not_stored_is_read_again(drop):
    """A scan that ended early loses nothing, and moves nothing away."""
    file = drop.put("a.csv", "text\nsatu\n")
    drop.scan(is_stored=False, after_reading="move")
    assert file.exists()
    assert len(drop.scan(after_reading="move")[0]) == 1
    assert not file.exists()


def test_read_files_are_moved_where_that_is_wished(drop):
    """Into `done`, or into `failed` where nothing in them could be read; never over another file."""
    for content in ("text\nsatu\n", "text\ndua\n"):
        drop.put("x/a.csv", content)
        drop.scan(after_reading="move")
    drop.put("b", b"\0\1\2")
    drop.scan(after_reading="move")
    found = sorted(str(p.relative_to(drop.folder)) for p in drop.folder.rglob("*") if p.is_file())
    assert found == ["done/x/2~a.csv", "done/x/a.csv", "failed/b"]
    assert drop.scan(after_reading="move") == ([], [])


def test_a_file_that_is_being_written_is_left_alone(drop):
    """Until half a minute after the last change, and under the names of unfinished downloads."""
    drop.put("a.csv", "text\nsatu\n", changed=NOW.timestamp() - 5)
    for name in ("b.csv.part", ".b.csv", "b.crdownload", "~$b.csv", "b.csv~"):
        drop.put(name, "text\nx\n")
    assert drop.scan() == ([], [])
    assert len(drop.scan(now=NOW + timedelta(minutes=1))[0]) == 1


def test_links_and_pipes_are_not_followed(drop, tmp_path):
    """Nobody reads other files of this machine by putting a link there."""
    secret = tmp_path / "rahasia.csv"
    secret.write_text("text\nrahasia\n")
    (drop.folder / "a.csv").symlink_to(secret)
    (drop.folder / "b").symlink_to(tmp_path)
    os.mkfifo(drop.folder / "c")
    posts, failures = drop.scan()
    assert posts == []
    assert {failure.item for failure in failures} == {"s: a.csv", "s: c"}
    assert all("put the file itself there" in failure.reason for failure in failures)


@pytest.mark.parametrize(
    "name",
    ["a\nb", "a\x1b[2Jb", "a'; rm -rf b", "$(halo)", "-rf", "a\udcffb", "ä" * 100, "0812-0000-0131.txt"],
)
def test_hostile_names_are_only_names(drop, name):
    """A name reaches no terminal raw, no report with a number in it, and no command."""
    drop.put(name, b"\0\1\2" * 100)
    _, (failure,) = drop.scan(after_reading="move")
    assert failure.item.isprintable()
    assert "0000-0131" not in failure.item
    assert failure.item.encode()
    assert not (drop.folder / name).exists()


def test_people_of_two_chats_stay_apart(drop):
    """One name in two chats is not one person."""
    for name in ("a.txt", "b.txt"):
        drop.put(name, f"24/11/26 10.00 - Ani: halo {name}\n")
    posts, _ = drop.scan()
    assert len({post.chat for post in posts}) == 2


def test_a_picture_is_told_of_and_not_lost(drop):
    """Without the setting nothing is read from it, and whoever put it there learns why."""
    drop.put("a.png", b"\x89PNG\r\n\x1a\n")
    posts, (failure,) = drop.scan()
    assert posts == []
    assert "images = true" in failure.reason
    assert len(drop.scan(images=True)[1]) == 1


def test_one_bad_file_costs_itself(drop):
    """The files beside it are read; it is kept for inspection."""
    drop.put("a.csv", "text\nsatu\n")
    drop.put("b.json", b'{"messages": [')
    with zipfile.ZipFile(drop.folder / "c.zip", "w") as archive:
        archive.writestr("_chat.txt", "x" * 10)
    os.utime(drop.folder / "c.zip", (OLD, OLD))
    posts, failures = drop.scan()
    assert [post.text for post in posts] == ["satu"]
    assert {failure.item for failure in failures} == {"s: b.json", "s: c.zip"}
    assert b'{"messages": [' in [failure.raw for failure in failures]


def test_a_folder_that_is_not_there_is_an_error(tmp_path):
    """A misspelt folder is not an empty one."""
    with pytest.raises(SourceError, match="there is no folder"):
        Drop(tmp_path / "tiada").scan()
