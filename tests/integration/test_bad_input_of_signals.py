"""No data, one post, a year with a gap, clocks that jump, posts of the future: said, and no fake signal."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

import pytest

from tests.scanning import KeywordAssessor
from tppo_watch.cli.main import main
from tppo_watch.watch import open_watch

NOW = datetime(2026, 6, 1, 5, tzinfo=UTC)
SETTINGS = '[[sources]]\nid = "a"\nkind = "jsonl"\npath = "a.jsonl"\ntime_field = "time"\n'


class World:
    """A service whose clock is set by hand, over one file of posts."""

    def __init__(self, folder) -> None:
        self.folder, self.now, self._lines = folder, NOW, []
        (folder / "tppo.toml").write_text(SETTINGS)
        (folder / "a.jsonl").write_text("")

    def scan(self, times: Iterable[datetime] = (), at: datetime | None = None) -> int:
        """Scan once more posts are there, one at each of these times; how many signals were raised."""
        self.now = at or self.now
        for time in times:
            number = len(self._lines)
            text = f"Loker Kamboja nomor {number}, admin"
            self._lines.append(json.dumps({"text": text, "id": str(number), "time": time.isoformat()}))
        (self.folder / "a.jsonl").write_text("\n".join(self._lines))
        with open_watch("tppo.toml", assessor=KeywordAssessor(), clock=lambda: self.now) as watch:
            return watch.scan(is_everything=True).signals

    def kept(self) -> list[str]:
        """The series of all signals that are kept, and no term: nothing new is said in these posts."""
        with open_watch("tppo.toml", clock=lambda: self.now) as watch:
            assert watch.term_desk.listed(None) == []
            return [item.record.series for item in watch.signal_desk.listed(None, view="all")]


@pytest.fixture
def world(tmp_path, monkeypatch) -> World:
    monkeypatch.chdir(tmp_path)
    return World(tmp_path)


def days(first: int, last: int, each: int = 3) -> list[datetime]:
    """Moments of posts, `each` a day, from `first` days before now until before `last` days before."""
    moments = [NOW - timedelta(days=ago) for ago in range(first, last, -1)]
    return [moment - timedelta(minutes=7 * number) for moment in moments for number in range(each)]


def test_no_data(world, capsys):
    """A scan of an empty source raises nothing; the command says that nothing was judged."""
    assert world.scan() == 0 and world.kept() == []
    assert main(["signals"]) == 0
    assert "nothing was judged" in capsys.readouterr().err


def test_one_post(world):
    """It is no rise."""
    assert world.scan([NOW - timedelta(days=1)]) == 0 and world.kept() == []


def test_posts_of_one_day(world):
    """Two hundred at once, without a past: nothing to judge them by."""
    assert world.scan(NOW - timedelta(days=1, minutes=at) for at in range(200)) == 0 and world.kept() == []


def test_a_year_with_a_gap(world):
    """Read until 15 months ago and again since last week: the gap is unknown, not calm."""
    old = NOW - timedelta(days=450)
    assert world.scan((old - timedelta(days=at // 3, minutes=at) for at in range(180)), at=old) == 0
    world.now = NOW
    assert world.scan(days(6, 0, each=40)) == 0 and world.kept() == []


def test_a_clock_that_jumps_back_and_forth(world):
    """A scan a year ahead and one back in time raise nothing, and the next true one works."""
    calm = days(60, 1)
    assert world.scan(calm) == 0
    assert world.scan(at=NOW + timedelta(days=365)) == 0
    assert world.scan(at=NOW - timedelta(days=20)) == 0
    assert world.scan(at=NOW + timedelta(hours=1)) == 0 and world.kept() == []
    # A true rise is found although the clock was wrong in between.
    later = NOW + timedelta(days=1, hours=2)
    assert world.scan((NOW - timedelta(minutes=at) for at in range(40)), at=later) > 0


def test_posts_from_the_future(world, capsys):
    """Dated after they were read, they count on no day, and that is said."""
    future = [NOW + timedelta(days=30, minutes=at) for at in range(60)]
    assert world.scan([*days(60, 1), *future]) == 0 and world.kept() == []
    with open_watch("tppo.toml", clock=lambda: world.now) as watch:
        _, notes = watch.signals()
    assert notes == ["60 posts are dated after they were read; they were left out"]
    # A month later, when their days have come, they are still none.
    assert world.scan(at=NOW + timedelta(days=32)) == 0 and world.kept() == []
