from __future__ import annotations

import os
import signal
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks import feeds
from tests.scanning import SAMPLES, rss
from tppo_watch.config import FetchSettings, SourceSettings
from tppo_watch.errors import SourceError
from tppo_watch.sources import feed, guarded
from tppo_watch.types import Failure

SOURCE = SourceSettings(id="s", kind="feed", url="http://a.example/", every="30m")
GOOD = rss(("1", "A", "isi"))


def read(body: bytes, **limits):
    return list(guarded.items("feed", body, SOURCE, FetchSettings(**limits)))


def process():
    return guarded._shared._process


def test_a_process_of_its_own_reads_what_we_would_read():
    """Posts, times and failures come back as they were made, and the process is kept for the next feed."""
    for name in ("berita-daerah.rss.xml", "blog-loker.atom.xml"):
        body = (SAMPLES / name).read_bytes()
        assert read(body) == list(feed.items(body, SOURCE, 2000, None))
    damaged = GOOD[:-30]
    assert read(damaged) == list(feed.items(damaged, SOURCE, 2000, None))
    first = process().pid
    read(GOOD)
    assert process().pid == first != os.getpid()


def test_what_takes_too_long_is_ended_and_the_next_is_read():
    """A feed that never ends costs itself alone, with the limit that it broke as its reason."""
    with pytest.raises(SourceError, match=r"refused: reading it took longer than 0.3 s .*parse_timeout_s"):
        read(b"<rss>" + b"<a>" * 3_000_000, parse_timeout_s=0.3)
    assert len(read(GOOD)) == 1


def test_what_needs_too_much_memory_is_ended_and_the_next_is_read():
    """A feed that grows costs itself alone, and its memory is given back."""
    much = b"<rss><channel><item><description>" + b"x" * 60_000_000
    with pytest.raises(SourceError, match="refused: reading it took more than 128 MiB .*parse_memory_mb"):
        read(much, parse_memory_mb=128, parse_timeout_s=100)
    assert len(read(GOOD, parse_memory_mb=128)) == 1


def test_a_process_that_was_killed_is_replaced():
    """Whoever ends it, between feeds or during one, the next feed is read."""
    read(GOOD)
    process().send_signal(signal.SIGKILL)
    process().wait()
    assert len(read(GOOD)) == 1


def test_being_told_to_stop_is_not_for_the_process():
    """A service that gets SIGTERM with all its processes finishes its work, and needs this one for it."""
    read(GOOD)
    pid = process().pid
    for number in (signal.SIGTERM, signal.SIGTERM):
        os.kill(pid, number)
    assert len(read(GOOD)) == 1
    assert process().pid == pid


def test_a_stop_in_the_middle_mixes_up_no_answers(monkeypatch):
    """After an interrupted question the next one gets its own answer."""
    read(GOOD)

    def interrupted(stream):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(guarded, "_received", interrupted)
        with pytest.raises(KeyboardInterrupt):
            read(rss(("9", "LAIN", "x")))
    assert read(GOOD)[0].title == "A"


def test_the_process_is_told_no_secret(monkeypatch):
    """Nothing of our environment reaches it."""
    guarded._shared.close()
    monkeypatch.setenv("TPPO_RAHASIA", "kata-sandi")
    read(GOOD)
    assert b"kata-sandi" not in Path(f"/proc/{process().pid}/environ").read_bytes()


def test_it_ends_with_whoever_started_it():
    """Nobody is left behind when the pipes close, as they do however we end."""
    read(GOOD)
    one = process()
    one.stdin.close()
    assert one.wait(60) == 0
    assert len(read(GOOD)) == 1


def test_what_no_encoding_can_write_is_replaced(monkeypatch):
    """Halves of surrogate pairs cost themselves, not the item that holds them."""
    good = next(feed.items(GOOD, SOURCE, 9, None))
    odd = replace(good, text="a\ud800b", images=("\udfff",))
    monkeypatch.setattr(feed, "items", lambda *arguments: iter([good, odd, Failure("s", "read", "\ud800")]))
    where = {"id": "s", "kind": "feed", "url": "http://a/"}
    header = {"task": "feed", "source": where, "max_items": 9, "now": None}
    sent = guarded._ANSWER.validate_json(guarded._answer(header, b""))
    assert sent[0] == good
    assert (sent[1].text, sent[1].images, sent[2].reason) == ("a\ufffdb", ("\ufffd",), "\ufffd")


def test_mutated_feeds_break_nothing():
    """2,000 damaged feeds: each is read, read in part or refused for a reason, within its time."""
    count = 2000
    endings = Counter(feeds.outcomes(count, seed=11))
    assert not set(feeds.BAD) & set(endings)
    assert min(endings[ending] for ending in ("read", "read in part", "no feed")) > count / 100
