from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from tests.scanning import NOW
from tppo_watch.config import SourceSettings
from tppo_watch.scan import due_sources, next_due
from tppo_watch.scan.schedule import Answer, Trouble, after_answer, after_trouble, backoff, current, in_turn
from tppo_watch.storage.sources import SourceState

HOUR = timedelta(hours=1)
URL = "http://a.example/"


def source(id: str = "a", every: str | None = "1h", **options) -> SourceSettings:
    return SourceSettings(id=id, kind="feed", url=URL, every=every, **options) if every else (
        SourceSettings(id=id, kind="feed", url=URL, **options)
    )  # fmt: skip


def fresh(id: str = "a") -> SourceState:
    return SourceState(id, url=URL)


def state(tried, id: str = "a") -> dict[str, SourceState]:
    """A source with nothing new, last looked at then."""
    return {id: SourceState(id, url=URL, last_attempt=tried, next_at=tried + 6 * HOUR)}


def test_a_source_is_due_when_its_time_has_passed():
    """Never tried, or tried long enough ago: due. Otherwise not yet."""
    assert due_sources([source()], {}, NOW) == [source()]
    assert due_sources([source()], state(NOW - HOUR), NOW) == [source()]
    assert due_sources([source()], state(NOW - HOUR + timedelta(seconds=1)), NOW) == []


def test_a_clock_set_back_silences_no_source():
    """An attempt in the future is not waited for."""
    assert due_sources([source()], state(NOW + timedelta(days=400)), NOW) == [source()]


def test_the_next_time_is_that_of_the_first():
    """The wait is as long as the most impatient source allows, and never negative."""
    two = [source("a", "1h"), source("b", "30m")]
    states = state(NOW, "a") | state(NOW, "b")
    assert next_due(two, states, NOW) == NOW + HOUR / 2
    assert next_due(two, states, NOW + 9 * HOUR) == NOW + 9 * HOUR
    assert next_due([], {}, NOW) is None


@given(st.integers(-10_000, 10_000), st.integers(1, 1440))
def test_what_is_not_due_will_be(minutes, every):
    """A source is due by the time that is promised for it, at the latest."""
    one, known = [source(every=f"{every}m")], state(NOW - timedelta(minutes=minutes))
    assert (
        due_sources(one, known, max(next_due(one, known, NOW), NOW)) == one
        or due_sources(one, known, NOW) == one
    )


def test_validators_are_kept_with_the_address_they_belong_to():
    """Another address in the settings begins anew, at once."""
    known = after_answer(source(), fresh(), Answer(etag='"1"'), NOW)
    assert current(source(), known).etag == '"1"'
    other = source().model_copy(update={"url": "http://b.example/"})
    assert current(other, known) == SourceState("a", url="http://b.example/")
    assert due_sources([other], {"a": known}, NOW) == [other]


def test_an_address_moves_after_two_answers_that_agree():
    """One answer moves nothing, two different ones neither; two that agree do, and a plain answer forgets."""
    at = {"here": fresh()}

    def answered(moved_to):
        at["here"] = after_answer(source(), at["here"], Answer(moved_to=moved_to), NOW)
        return at["here"].address

    assert [answered(to) for to in ("http://b/", "http://c/", None, "http://b/")] == [None] * 4
    assert answered("http://b/") == "http://b/"
    assert answered(None) == "http://b/"


def test_a_new_address_that_fails_is_left_again():
    """Whoever moved by mistake is found at the old address after three failures, even where it says 410."""
    known = replace(fresh(), address="http://b/")
    for _ in range(2):
        known = after_trouble(source(), known, Trouble("x", 404), NOW)
        assert known.address == "http://b/"
    known = after_trouble(source(), known, Trouble("x", 410), NOW)
    assert (known.address, known.stopped_at) == (None, None)


def test_410_stops_and_a_success_starts_again():
    """What is gone for good is asked no more, unless somebody asks by hand and it answers."""
    gone = after_trouble(source(), fresh(), Trouble("answered 410", 410), NOW)
    assert due_sources([source()], {"a": gone}, NOW + 900 * HOUR) == []
    assert next_due([source()], {"a": gone}, NOW) is None
    back = after_answer(source(), gone, Answer(), NOW + HOUR)
    assert due_sources([source()], {"a": back}, NOW + 3 * HOUR) == [source()]


@given(st.integers(1, 10_000), st.sampled_from([None, "1m", "45m", "30d"]), st.floats(0, 1e12))
def test_no_failure_is_given_up(failures, every, retry_after_s):
    """However often it failed, and whatever its server asks for, a source is tried again within a day."""
    pause = backoff(source(every=every), failures, retry_after_s)
    assert timedelta(0) < pause <= timedelta(hours=24)
    assert pause >= min(timedelta(seconds=retry_after_s), timedelta(hours=24))


def test_failures_lengthen_the_wait():
    """Each failure in a row doubles the wait, up to a day; who failed together comes back apart."""
    waits = [backoff(source(every=None), n) for n in range(1, 12)]
    assert all(1.4 < later / earlier < 2.7 for earlier, later in zip(waits[:6], waits[1:7], strict=True))
    assert all(18 * HOUR <= wait <= 24 * HOUR for wait in waits[-3:])
    assert len({backoff(source(f"s{n}", None), 5) for n in range(50)}) == 50


def test_a_source_in_trouble_is_asked_later_not_by_every():
    """`every` is no reason to ask a failing server more often than the backoff does."""
    known = fresh()
    for _ in range(6):
        known = after_trouble(source(every="5m"), known, Trouble("x"), NOW)
    assert due_sources([source(every="5m")], {"a": known}, NOW + HOUR) == []


def test_a_file_is_looked_at_by_the_clock(tmp_path):
    """A file that is missing costs nothing to look for, so nobody waits a day for its return."""
    file = SourceSettings(id="a", kind="csv", path=tmp_path / "a.csv")
    known = SourceState("a")
    for _ in range(20):
        known = after_trouble(file, known, Trouble("x"), NOW)
    assert known.next_at == NOW + timedelta(minutes=15)


def test_no_host_is_waited_for_while_another_could_be_asked():
    """Sources of one host come apart, files at any time, and each comes once."""
    now = [NOW]
    sources = [source(id) for id in ("t1", "t2", "t3", "f1", "o1", "f2")]
    hosts = {"t": "t.example", "f": None, "o": "o.example"}
    order = []
    for one in in_turn(sources, lambda s: hosts[s.id[0]], lambda: now[0], timedelta(seconds=5)):
        order.append(one.id)
        now[0] += timedelta(seconds=1)
    assert order == ["t1", "f1", "f2", "o1", "t2", "t3"]
