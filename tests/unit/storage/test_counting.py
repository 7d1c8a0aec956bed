"""Counts over time: what counts, when it counts, and that copies count once."""

from __future__ import annotations

from datetime import timedelta

from tests.scanning import NOW, assessment
from tppo_watch.storage import counting, posts, runs, sources
from tppo_watch.storage.posts import NewPost

DAY = timedelta(days=1)


def keep(store, name, *, level="high", published=NOW, copy_of=None, assistance=False, province="Bali"):
    """Keep one post and its assessment; its id."""
    new = NewPost("a", name, name, name, NOW, (name,), published=published, province=province)
    with store.write() as connection:
        sources.ensure(connection, "a")
        (id,) = posts.add(connection, [(new, copy_of)])
        if copy_of is None:
            found = assessment(name, level=level, assistance=assistance)
            posts.add_assessments(connection, [(id, found)])
    return id


def test_what_a_person_sees_counts_and_copies_do_not(store):
    """High, medium and pleas are given once each; low ones and copies are not."""
    first = keep(store, "tinggi")
    keep(store, "sedang", level="medium")
    keep(store, "rendah", level="low")
    keep(store, "tolong", level="none", assistance=True)
    keep(store, "salinan", copy_of=first)
    with store.read() as connection:
        found = list(counting.marked(connection, NOW - DAY, NOW + DAY))
        assert [one.assessment["level"] for one in found] == ["high", "medium", "none"]
        bounds = (NOW - 2 * DAY, NOW - DAY, NOW + DAY, NOW + 2 * DAY)
        assert counting.read_counts(connection, bounds) == {(1, "Bali"): 4}


def test_a_post_from_the_future_counts_when_it_came(store):
    """A clock that runs ahead puts no post into a week that has not been."""
    keep(store, "depan", published=NOW + 40 * DAY)
    keep(store, "tanpa", published=None)
    keep(store, "lama", published=NOW - 40 * DAY)
    with store.read() as connection:
        assert [one.at for one in counting.marked(connection, NOW - DAY, NOW + DAY)] == [NOW, NOW]
        assert len(list(counting.marked(connection, NOW - 50 * DAY, NOW - 30 * DAY))) == 1


def test_the_end_is_outside(store):
    """Two weeks side by side count no post twice."""
    keep(store, "tepat")
    with store.read() as connection:
        assert not list(counting.marked(connection, NOW - DAY, NOW))
        assert len(list(counting.marked(connection, NOW, NOW + DAY))) == 1


def test_scans_are_listed(store):
    """Days without a scan can be told from calm ones."""
    with store.write() as connection:
        for days in (0, 1):
            runs.add(connection, started=NOW, finished=NOW + days * DAY, report={})
    with store.read() as connection:
        assert counting.scan_times(connection, NOW, NOW + DAY) == [NOW]
