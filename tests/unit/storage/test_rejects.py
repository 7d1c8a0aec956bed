from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.scanning import NOW
from tppo_watch.errors import NotFoundError
from tppo_watch.storage import pictures, rejects
from tppo_watch.storage import sources as stored_sources
from tppo_watch.types import Failure, Picture

BROKEN = Failure("s: line 3", "read", "not JSON", b"{rusak")


@pytest.fixture
def connection(store):
    with store.write() as opened:
        stored_sources.ensure(opened, "s")
        yield opened


def test_what_fails_in_each_scan_is_kept_once(connection):
    """It is counted, with when it was seen first and last."""
    for hours in range(3):
        rejects.keep(connection, "s", [BROKEN], now=NOW + timedelta(hours=hours))
    (kept,) = rejects.listed(connection, "s")
    assert (kept.times, kept.first_seen, kept.last_seen) == (3, NOW, NOW + timedelta(hours=2))
    assert (kept.size, kept.raw) == (6, None)
    assert rejects.get(connection, kept.id).raw == b"{rusak"


def test_what_is_kept_is_bounded(connection):
    """In number, in size, and in time: a source that is all broken fills no disk."""
    many = [
        replace(BROKEN, item=f"s: line {n}", raw=bytes(rejects.MAX_RAW + n)) for n in range(rejects.KEPT + 9)
    ]
    rejects.keep(connection, "s", many, now=NOW)
    found = rejects.listed(connection)
    assert (len(found), found[0].item) == (rejects.KEPT, many[-1].item)
    assert {reject.size for reject in found} == {rejects.MAX_RAW}
    rejects.keep(connection, "s", [BROKEN], now=NOW + rejects.KEPT_FOR + timedelta(days=1))
    assert [reject.item for reject in rejects.listed(connection)] == ["s: line 3"]


def test_odd_text_can_be_kept(connection):
    """Names and reasons may hold anything a file system does."""
    rejects.keep(connection, "s", [Failure("s: a\udcff\0", "read", "\ud800", b"\0\xff")], now=NOW)
    assert rejects.get(connection, rejects.listed(connection)[0].id).raw == b"\0\xff"


def test_clearing_takes_those_of_one_source(connection):
    """And nothing else; one that is not there is an error."""
    stored_sources.ensure(connection, "t")
    for source in ("s", "t"):
        rejects.keep(connection, source, [BROKEN], now=NOW)
    assert rejects.clear(connection, "s") == 1
    assert rejects.counts(connection) == {"t": 1}
    with pytest.raises(NotFoundError):
        rejects.get(connection, 999)


def test_a_picture_is_known_by_its_address_and_its_digest(connection):
    """It is told what words it has, and its content stays where a post holds it, else goes."""
    picture = Picture("a" * 64, "image/png", b"png", "Loker")
    pictures.note(connection, {"https://a.example/p.png": picture, "a" * 64: picture}, now=NOW)
    known = Picture("a" * 64, "image/png", b"", "Loker")
    assert pictures.recall(connection, "https://a.example/p.png") == known
    assert pictures.recall(connection, "a" * 64) == known
    assert pictures.recall(connection, "https://a.example/q.png") is None
    assert pictures.drop_orphans(connection) == 1
    assert pictures.recall(connection, "https://a.example/p.png") is None
