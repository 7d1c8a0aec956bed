"""Files that grow: whole or not there, and gone on with where they stopped."""

from __future__ import annotations

import errno
import json
import os
import resource
from pathlib import Path

import pytest

from tppo_watch.errors import InputError
from tppo_watch.io import growing as growing_files
from tppo_watch.io.growing import growing

SETTINGS = {"--text-field": "isi"}


@pytest.fixture
def always(monkeypatch: pytest.MonkeyPatch) -> None:
    """A checkpoint after every piece."""
    monkeypatch.setattr(growing_files, "CHECKPOINT_EVERY_S", 0.0)


def stopped(path: Path, *pieces: bytes, **options) -> None:
    """A run that appends pieces and fails."""
    with pytest.raises(RuntimeError), growing(path, SETTINGS, **options) as file:
        for number, piece in enumerate(pieces, start=1):
            file.append(piece, {"rows": number})
        raise RuntimeError


def test_a_file_appears_when_it_is_whole(tmp_path):
    """Until then the old one stays; afterwards nothing else is left."""
    path = tmp_path / "o"
    path.write_bytes(b"before")
    with growing(path, SETTINGS) as file:
        file.append(b"one", {})
        file.append(b"two", {})
        assert path.read_bytes() == b"before"
    assert path.read_bytes() == b"onetwo"
    assert os.listdir(tmp_path) == ["o"]


def test_a_short_run_that_fails_leaves_nothing(tmp_path):
    """Before its first checkpoint there is nothing worth going on with."""
    stopped(tmp_path / "o", b"one")
    assert os.listdir(tmp_path) == []


def test_a_run_goes_on_where_one_stopped(tmp_path, always):
    """What came after the last checkpoint is written again, what came before is not."""
    path = tmp_path / "o"
    stopped(path, b"one", b"two")
    with (tmp_path / "o.part").open("ab") as part:
        part.write(b"half a pie")  # as a kill leaves it
    with growing(path, SETTINGS, is_resumed=True) as file:
        assert (file.state, file.is_kept) == ({"rows": 2}, True)
        file.append(b"three", {"rows": 3})
    assert path.read_bytes() == b"onetwothree"
    assert os.listdir(tmp_path) == ["o"]


def test_without_being_asked_a_run_begins_anew(tmp_path, always):
    """The checkpoint of the earlier run is gone as well."""
    path = tmp_path / "o"
    stopped(path, b"one")
    with growing(path, SETTINGS) as file:
        assert file.state == {}
        file.append(b"new", {})
    assert path.read_bytes() == b"new"
    assert os.listdir(tmp_path) == ["o"]


def test_going_on_without_anything_to_go_on_with_begins(tmp_path):
    """A script may always ask for it."""
    with growing(tmp_path / "o", SETTINGS, is_resumed=True) as file:
        file.append(b"one", {})
    assert (tmp_path / "o").read_bytes() == b"one"


def test_a_run_with_other_settings_does_not_go_on(tmp_path, always):
    """Half a file of one kind and half of another would help nobody; what is kept stays."""
    path = tmp_path / "o"
    stopped(path, b"one")
    with pytest.raises(InputError, match="--text-field differs .* leave --resume out"):
        with growing(path, {"--text-field": "text"}, is_resumed=True):
            pass
    with growing(path, SETTINGS, is_resumed=True) as file:
        assert file.state == {"rows": 1}


@pytest.mark.parametrize("content", [b"", b"{}", b"[1]", b'{"settings": 1, "state": {}, "length": 0}'])
def test_a_damaged_checkpoint_is_named(tmp_path, always, content):
    """It is not guessed how far the run was."""
    stopped(tmp_path / "o", b"one")
    (tmp_path / "o.checkpoint").write_bytes(content)
    with pytest.raises(InputError, match=r"o\.checkpoint cannot be read"):
        with growing(tmp_path / "o", SETTINGS, is_resumed=True):
            pass


def test_a_part_that_lost_its_end_is_named(tmp_path, always):
    """Such as one that was copied from another machine too early."""
    stopped(tmp_path / "o", b"one")
    (tmp_path / "o.part").write_bytes(b"on")
    with pytest.raises(InputError, match=r"o\.part is shorter than its checkpoint says"):
        with growing(tmp_path / "o", SETTINGS, is_resumed=True):
            pass


def test_two_runs_do_not_write_one_file(tmp_path):
    """The second is refused, and the first is not disturbed."""
    with growing(tmp_path / "o", SETTINGS) as file:
        with pytest.raises(InputError, match="another run is writing it"):
            with growing(tmp_path / "o", SETTINGS):
                pass
        file.append(b"one", {})
    assert (tmp_path / "o").read_bytes() == b"one"


def test_a_full_disk_costs_what_is_in_hand(tmp_path, always):
    """The file is named, and a later run goes on from what was whole."""
    path, limit = tmp_path / "o", 5_000
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, before[1]))
    try:
        with pytest.raises(OSError) as caught, growing(path, SETTINGS) as file:
            for number in range(10):
                file.append(b"x" * 1_000 + b"\n", {"rows": number + 1})
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert (caught.value.errno, caught.value.filename) == (errno.EFBIG, str(path))
    assert json.loads((tmp_path / "o.checkpoint").read_text())["state"] == {"rows": 4}
    with growing(path, SETTINGS, is_resumed=True) as file:
        for number in range(file.state["rows"], 10):
            file.append(b"x" * 1_000 + b"\n", {"rows": number + 1})
    assert path.read_bytes() == (b"x" * 1_000 + b"\n") * 10


def test_half_a_checkpoint_of_a_killed_run_is_cleared_away(tmp_path):
    """A process killed while it wrote a checkpoint leaves nothing behind once the file is whole."""
    left = tmp_path / "o.jsonl.checkpoint.part"
    left.write_text('{"settings": {"ta')
    with growing(tmp_path / "o.jsonl", {}, is_resumed=True) as out:
        out.append(b"a\n", {"rows": 1})
    assert [path.name for path in tmp_path.iterdir()] == ["o.jsonl"]


def test_a_link_in_the_place_of_the_part_is_not_followed(tmp_path):
    """In a folder that others may write to, nobody can point the output elsewhere."""
    (tmp_path / "victim").write_text("mine")
    (tmp_path / "o.part").symlink_to(tmp_path / "victim")
    with pytest.raises(OSError), growing(tmp_path / "o", SETTINGS):
        pass
    assert (tmp_path / "victim").read_text() == "mine"
