from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from tests.scanning import NOW, assessment
from tppo_watch.errors import NotFoundError
from tppo_watch.storage import alerts, notices, posts, runs, schema, sources
from tppo_watch.storage.notices import Notice
from tppo_watch.storage.posts import Earlier, NewPost, author_key, content_hash
from tppo_watch.storage.sources import SourceState

LANES = ("assistance", "high", "medium")


def post(native_id: str = "1", text: str = "halo", **fields) -> NewPost:
    return NewPost(
        source_id="s",
        native_id=native_id,
        content_hash=content_hash(text),
        text=text,
        fetched=NOW,
        parts=fields.pop("parts", (native_id,)),
        **fields,
    )


@pytest.fixture
def connection(store):
    with store.write() as opened:
        sources.ensure(opened, "s")
        yield opened


def raised(connection, native_id: str, lane: str, risk: float, *, at=NOW) -> int:
    text = f"teks {native_id}"
    (post_id,) = posts.add(connection, [(post(native_id, text), None)])
    posts.add_assessments(connection, [(post_id, assessment(text, level="high", risk=risk))])
    return alerts.raise_alert(connection, post_id, lane, now=at)


def test_times_come_back_as_the_same_moment(connection):
    """A time of any zone is kept as a moment; one without a zone is refused."""
    wib = NOW.astimezone(timezone(timedelta(hours=7)))
    raised(connection, "1", "high", 0.9, at=wib)
    assert alerts.listed(connection, lanes=LANES)[0].first_seen == NOW
    with pytest.raises(Exception, match="needs a timezone"):
        raised(connection, "2", "high", 0.9, at=datetime(2026, 1, 1))


def test_known_versions_parts_and_originals_are_found(connection):
    """What was kept is found by version, by message and by what it says; copies point at the first."""
    first, second = posts.add(
        connection, [(post("1", "Halo", parts=("1", "2")), None), (post("9", "lain"), None)]
    )
    posts.add(connection, [(post("3", "halo"), first)])
    assert posts.known(connection, "s", ["1", "2", "3"]) == {
        "1": [content_hash("halo")],
        "3": [content_hash("halo")],
    }
    assert posts.owners(connection, "s", ["1", "2", "8"]) == {"1": "1", "2": "1"}
    assert posts.originals(connection, {content_hash("halo"), content_hash("lain"), "x"}) == {
        content_hash("halo"): first,
        content_hash("lain"): second,
    }


def test_more_ids_than_one_statement_takes_are_looked_up(connection):
    """Look-ups of any size work."""
    posts.add(connection, [(post("1"), None)])
    assert len(posts.known(connection, "s", [str(n) for n in range(40_000)])) == 1


def test_earlier_versions_name_their_alert(connection):
    """A post with an alert is told from one without, and from one never seen."""
    alert = raised(connection, "1", "medium", 0.6)
    posts.add(connection, [(post("1", "versi dua"), None), (post("2"), None)])
    assert posts.earlier_versions(connection, "s", ["1", "2", "3"]) == {
        "1": Earlier(alert, "medium"),
        "2": Earlier(None, None),
    }


def test_alerts_are_listed_by_lane_then_risk_then_time(connection):
    """The order is the one the queue promises."""
    later = NOW + timedelta(hours=1)
    ids = {
        name: raised(connection, name, lane, risk, at=at)
        for name, lane, risk, at in (
            ("m", "medium", 0.9, NOW), ("h1", "high", 0.9, NOW), ("h2", "high", 0.95, NOW),
            ("h3", "high", 0.9, later), ("a", "assistance", 0.01, NOW),
        )
    }  # fmt: skip
    listed = [record.id for record in alerts.listed(connection, lanes=LANES)]
    assert listed == [ids[name] for name in ("a", "h2", "h3", "h1", "m")]
    assert [r.id for r in alerts.listed(connection, lanes=LANES, lane="medium")] == [ids["m"]]
    assert len(alerts.listed(connection, lanes=LANES, limit=2)) == 2


def test_an_unknown_alert_is_an_error(connection):
    """An alert that is not there is named."""
    with pytest.raises(NotFoundError, match="no alert with id '99'"):
        alerts.get(connection, 99)


def test_an_assessment_comes_back_as_it_was_told(connection):
    """What is stored with an alert is the JSON of the contract."""
    alert = raised(connection, "1", "high", 0.9)
    record = alerts.get(connection, alert)
    assert record.assessment == assessment("teks 1", level="high", risk=0.9).to_dict()
    assert not hasattr(record, "author_key")


def test_a_source_remembers_how_it_fared(connection):
    """Everything that is known of a source comes back as it was, with a count of its posts."""
    posts.add(connection, [(post("1"), None)])
    state = SourceState(
        "s", etag='W/"caf\u00e9"', last_modified="m", last_attempt=NOW, last_success=NOW, last_error="rusak",
        last_error_at=NOW, failures_in_row=2, url="http://a/", address="http://b/", moved_to="http://c/",
        next_at=NOW + timedelta(hours=1), stopped_at=NOW, last_item=NOW, rhythm={"days": 1.5},
    )  # fmt: skip
    sources.save(connection, state)
    assert sources.states(connection) == {"s": replace(state, posts=1)}
    sources.save(connection, SourceState("s"))
    sources.save(connection, SourceState("new"))
    assert sources.states(connection) == {"new": SourceState("new"), "s": SourceState("s", posts=1)}


def test_hosts_are_remembered(connection):
    """What a host asked for replaces what it asked for before."""
    host = {"name": "a.example", "asked_at": NOW, "not_before": NOW, "robots": "a: *", "robots_at": NOW}
    later = host | {"not_before": None, "robots": ""}
    sources.save_hosts(connection, [host])
    sources.save_hosts(connection, [later, host | {"name": "b.example"}])
    assert sources.host(connection, "a.example") == later
    assert sources.host(connection, "b.example") == host | {"name": "b.example"}
    assert sources.host(connection, "c.example") is None


def test_notices_are_handed_on_once(connection):
    """What is pending goes out once; what stands is the latest of a source, other than a move."""
    sources.ensure(connection, "t")
    first = Notice("s", "failing", NOW, detail={"error": "rusak"})
    told = [first, Notice("s", "failing", NOW, 2), Notice("s", "moved", NOW), Notice("t", "quiet", NOW)]
    notices.add(connection, told)
    notices.add(connection, [])
    kept = notices.pending(connection)
    assert [replace(one, id=None) for one in kept] == told
    assert notices.standing(connection) == {"s": kept[1], "t": kept[3]}
    notices.hand_on(connection, [one.id for one in kept[:3]], now=NOW)
    assert notices.pending(connection) == kept[3:]
    assert notices.pending(connection, limit=0) == []
    assert notices.standing(connection) == {"s": kept[1], "t": kept[3]}


def test_runs_are_kept(connection):
    """A report is stored with its times."""
    runs.add(connection, started=NOW, finished=NOW, report={"new": 1})
    assert connection.execute(select(schema.runs.c.report)).scalars().all() == [{"new": 1}]


@pytest.mark.parametrize(
    ("one", "other"),
    [("Loker  ADMIN", "loker admin"), ("a\u200bb", "ab"), ("ａｂ", "ab"), ("a\n\n b", "a b"), (" a ", "a")],
)
def test_texts_that_look_the_same_have_one_hash(one, other):
    """Case, spacing, width and invisible characters make no other post."""
    assert content_hash(one) == content_hash(other)


@given(st.text(st.characters(codec="utf-8")), st.text(st.characters(codec="utf-8")))
def test_texts_with_other_words_have_another_hash(one, other):
    """Only texts with the same folded words share a hash."""
    if one.casefold().split() == other.casefold().split():
        assert content_hash(one) == content_hash(other)
    assert content_hash(one) != content_hash(one + "x")


def test_one_number_gives_one_key_and_another_secret_another():
    """A phone number is one author in every spelling; without the key nothing can be told."""
    key = b"k" * 32
    keys = {author_key(key, name) for name in ("0812-0000-0001", "+62 812 0000 0001", "6281200000001")}
    assert len(keys) == 1
    assert author_key(key, "Ani") == author_key(key, " ani ")
    assert author_key(key, "Ani") != author_key(b"l" * 32, "Ani")
    assert author_key(key, "Ani") != author_key(key, "Budi")
