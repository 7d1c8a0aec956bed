"""Stored posts assessed anew: what differs is said, what was decided stays."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import update

from tests.scanning import NOW, KeywordAssessor, assessment
from tppo_watch.config import SourceSettings
from tppo_watch.scan.ads import Draft
from tppo_watch.scan.batch import Known, assess_new, keep, to_new_post
from tppo_watch.scan.grouping import Grouping
from tppo_watch.scan.rescore import SIZE, Tally, rescore
from tppo_watch.storage import alerts, open_store, schema, sources
from tppo_watch.types import Post

TEXTS = ("kerja di kamboja", "kebun sawit", "jual motor", "arisan rt", "tolong saya")


class Changed(KeywordAssessor):
    """Takes motor for high and sawit for nothing, and thinks of Kamboja what was thought before."""

    def assess(self, text: str):
        if "motor" in text:
            return assessment(text, level="high", sign="motor")
        if "sawit" in text:
            return assessment(text, level="none")
        if "arisan" in text:
            return assessment(text, level="low")
        return super().assess(text)


@pytest.fixture
def store(tmp_path, store_url):
    """A database with a post of each kind, assessed by words."""
    with open_store(store_url) as opened:
        fill(opened, TEXTS)
        yield opened


def fill(store, texts, start: int = 0) -> None:
    source = SourceSettings(id="a", kind="jsonl", path="a.jsonl")
    drafts = [Draft(Post("a", str(start + n), text), (str(start + n),)) for n, text in enumerate(texts)]
    posts = [to_new_post(draft, source, NOW, lambda author: "") for draft in drafts]
    nothing = Known({}, set(), {}, {}, {})
    grouping = Grouping(store, b"k" * 32)
    found, _ = assess_new(posts, nothing, KeywordAssessor(), grouping.print_of)
    with store.write() as connection:
        sources.ensure(connection, "a")
        keep(connection, posts, nothing, found, NOW, grouping)


def queue(store, state=None):
    with store.read() as connection:
        found = alerts.listed(connection, lanes=("assistance", "high", "medium"), state=state)
    return {alert.text: alert for alert in found}


def run(store, *, is_applied):
    tally = Tally()
    now = NOW + timedelta(days=1)
    return {
        c.native_id: c for c in rescore(store, Changed(), is_applied=is_applied, now=now, tally=tally)
    }, tally


def test_what_differs_is_said_and_nothing_kept(store) -> None:
    """Without being told to apply it, a new model only says what it would change."""
    before = queue(store)
    found, tally = run(store, is_applied=False)
    assert tally.posts == len(TEXTS)
    assert {id: (c.level, c.effect) for id, c in found.items()} == {
        "1": (("medium", "none"), "kept"),
        "2": (("none", "high"), "raised"),
        "3": (("none", "low"), "none"),
    }
    assert queue(store) == before
    assert run(store, is_applied=False)[0] == found


def test_applied_it_raises_and_takes_nothing_away(store) -> None:
    """A post that reaches a lane gets an alert; one that waits keeps waiting, thought less of or not."""
    waiting = queue(store)
    run(store, is_applied=True)
    after = queue(store)
    assert after.keys() == waiting.keys() | {"jual motor"}
    assert after["kebun sawit"].lane == "medium" and after["kebun sawit"].assessment["level"] == "none"
    assert after["kebun sawit"].last_seen == waiting["kebun sawit"].last_seen
    assert run(store, is_applied=True)[0] == {}, "a second time nothing differs"


def test_a_decision_stays_a_decision(store) -> None:
    """An alert that was closed is not opened again, and that it would be is said."""
    with store.write() as connection:
        decided = schema.alerts.c.id == queue(store)["kebun sawit"].id
        connection.execute(update(schema.alerts).where(decided).values(state="closed"))
    found, _ = run(store, is_applied=True)
    assert found["1"].effect == "decided"
    assert "kebun sawit" not in queue(store, "open")


def test_more_posts_than_a_batch_are_read_once_each(store) -> None:
    """Posts beyond the first batch are assessed too, none twice, and a stop is heeded between batches."""
    fill(store, [f"kebun sawit blok {n}" for n in range(SIZE + 5)], start=100)
    found, tally = run(store, is_applied=False)
    assert tally.posts == len(TEXTS) + SIZE + 5
    assert len(found) == 3 + SIZE + 5
    stopped = Tally()
    list(
        rescore(
            store, Changed(), is_applied=False, now=NOW, tally=stopped, should_stop=lambda: stopped.posts > 0
        )
    )
    assert stopped.posts == SIZE
