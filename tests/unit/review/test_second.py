from __future__ import annotations

from datetime import timedelta

import pytest

from tppo_watch.errors import ReviewError
from tppo_watch.review import Decision
from tppo_watch.review.second import is_seen_by_two

TAKE_UP = Decision("take_up")
LAWFUL = Decision("not_trafficking", reason="lawful")


@pytest.fixture
def office(new_office):
    """An office in which everything is seen by two."""
    return new_office(second_share=1)


def first_finding(office) -> int:
    alert = office.raised()
    assert office.lists.next(office.ani, now=office.now) == alert
    office.desk.decide(office.ani, alert, TAKE_UP, seen=0, now=office.now)
    return alert


def test_the_share_is_kept_and_always_the_same():
    """Which posts are seen by two is a matter of their number alone, about as many as the share says."""
    chosen = [alert for alert in range(10_000) if is_seen_by_two(alert, 0.1)]
    assert 900 < len(chosen) < 1100
    assert chosen == [alert for alert in range(10_000) if is_seen_by_two(alert, 0.1)]
    assert set(chosen) <= {alert for alert in range(10_000) if is_seen_by_two(alert, 0.2)}
    assert not any(is_seen_by_two(alert, 0) for alert in range(1000))
    assert all(is_seen_by_two(alert, 1) for alert in range(1000))


def test_the_second_reviewer_learns_nothing_of_the_first(office):
    """The post comes like any other: open, without findings, and in no list of decided ones."""
    alert = first_finding(office)
    assert office.lists.next(office.ani, now=office.now) is None
    assert office.lists.next(office.budi, now=office.now) == alert
    case = office.desk.open(office.budi, alert, now=office.now)
    assert case.is_blind and case.history == ()
    assert (case.item.state.status, case.item.state.verdict, case.item.alert.state) == ("open", None, "open")
    assert case.item.state.opinions == ()
    for view in ("cases", "dismissed", "all"):
        assert office.lists.queue(office.budi, now=office.now, view=view) == []
    assert [i.alert.id for i in office.lists.queue(office.citra, now=office.now, view="cases")] == [alert]


def test_agreement_ends_it_and_changes_nothing(office):
    """Two who agree leave the post as the first decided; it comes to nobody again."""
    alert = first_finding(office)
    seen = office.seen(alert, office.budi)
    act = office.desk.decide(office.budi, alert, TAKE_UP, seen=seen, now=office.now)
    assert act.kind == "opinion"
    state = office.desk.open(office.budi, alert, now=office.now).item.state
    assert (state.status, state.is_disputed, len(state.opinions)) == ("taken_up", False, 2)
    assert office.lists.next(office.hire("Eko"), now=office.now) is None


def test_two_who_differ_go_to_a_third(office):
    """A disagreement waits in its own list; neither of the two settles it, a third does."""
    alert = first_finding(office)
    office.desk.decide(office.budi, alert, LAWFUL, seen=office.seen(alert, office.budi), now=office.now)
    eko = office.hire("Eko")
    assert [i.alert.id for i in office.lists.queue(eko, now=office.now, view="disputed")] == [alert]
    for person in (office.ani, office.budi):
        with pytest.raises(ReviewError, match="a third person"):
            office.desk.adjudicate(person, alert, "take_up", now=office.now)
    with pytest.raises(ReviewError, match="say why"):
        office.desk.adjudicate(eko, alert, "not_trafficking", now=office.now)
    office.desk.adjudicate(eko, alert, "not_trafficking", reason="lawful", now=office.now)
    state = office.desk.open(eko, alert, now=office.now).item.state
    assert (state.status, state.is_settled, state.is_disputed) == ("dismissed", True, False)
    with pytest.raises(ReviewError, match="not in dispute"):
        office.desk.adjudicate(eko, alert, "take_up", now=office.now)


def test_a_second_opinion_that_somebody_needs_help_waits_for_nobody(office):
    """Help comes first: the post is back on top of the queue at once, in dispute or not."""
    alert = first_finding(office)
    seen = office.seen(alert, office.budi)
    office.desk.decide(office.budi, alert, Decision("needs_help"), seen=seen, now=office.now)
    (item,) = office.lists.queue(office.ani, now=office.now)
    assert (item.alert.id, item.alert.lane, item.state.status) == (alert, "assistance", "help")
    assert item.state.is_disputed


def test_who_gives_a_second_opinion_cannot_undo_the_first_by_putting_it_off(office):
    """Snoozing a post that looks open, but was decided, changes nothing."""
    alert = first_finding(office)
    seen = office.seen(alert, office.budi)
    later = Decision("snooze", note="besok", until=office.now + timedelta(days=1))
    office.desk.decide(office.budi, alert, later, seen=seen, now=office.now)
    assert office.desk.open(office.citra, alert, now=office.now).item.state.status == "taken_up"
