from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.reviewing import Office
from tppo_watch.errors import (
    NotAllowedError,
    NotFoundError,
    ReviewConflictError,
    ReviewError,
    SelectionChangedError,
)
from tppo_watch.review import Decision
from tppo_watch.storage import open_store

TAKE_UP = Decision("take_up")
LAWFUL = Decision("not_trafficking", reason="lawful")


def state(office, alert_id, actor=None):
    return office.desk.open(actor or office.citra, alert_id, now=office.now).item.state


def decide(office, actor, alert_id, decision, **more):
    seen = office.seen(alert_id, actor)
    return office.desk.decide(actor, alert_id, decision, seen=seen, now=office.now, **more)


def test_the_queue_has_who_needs_help_first_then_lane_then_late_then_risk(office):
    """Nobody who may need help waits behind an advert, and what is late is not buried under what is new."""
    medium = office.raised("medium", risk=0.7)
    high, higher = office.raised(risk=0.91), office.raised(risk=0.97)
    late = office.raised(risk=0.9, at=office.now - timedelta(days=2))
    help = office.raised("none", assistance=True)
    order = [item.alert.id for item in office.lists.queue(office.dewi, now=office.now)]
    assert order == [help, late, higher, high, medium]
    paged = [office.lists.queue(office.dewi, now=office.now, limit=2, offset=start) for start in (0, 2, 4)]
    assert [item.alert.id for page in paged for item in page] == order
    counts = office.lists.counts(office.dewi, now=office.now)
    assert (counts["waiting"], counts["lane:high"], counts["overdue:high"]) == (5, 3, 1)


def test_a_clock_runs_since_arrival_also_while_a_post_sleeps(office):
    """Snoozing hides a post from the queue, not from its clock."""
    alert = office.raised()
    decide(office, office.ani, alert, Decision("snooze", until=office.now + timedelta(days=2)))
    assert office.lists.queue(office.ani, now=office.now) == []
    (asleep,) = office.lists.queue(office.ani, now=office.later(hours=30), view="snoozed")
    assert asleep.clock.is_overdue and asleep.clock.age_s == 30 * 3600
    (awake,) = office.lists.queue(office.ani, now=office.later(hours=20))
    assert awake.alert.id == alert


@pytest.mark.parametrize(
    "decision, status, verdict, lane, is_open",
    [
        (TAKE_UP, "taken_up", "take_up", "high", False),
        (LAWFUL, "dismissed", "not_trafficking", "high", False),
        (Decision("needs_help"), "help", "needs_help", "assistance", True),
        (Decision("refer", agency="bp2mi"), "referred", "take_up", "high", False),
        (Decision("note", note="lihat akun"), "open", None, "high", True),
    ],
)
def test_each_decision_puts_the_post_where_it_belongs(office, decision, status, verdict, lane, is_open):
    """What was decided takes a post out of the queue, except that help goes to its top."""
    if decision.agency:
        from tppo_watch.knowledge.agencies import referral

        decision = replace(decision, agency=referral().agencies[0].id)
    alert = office.raised()
    decide(office, office.ani, alert, decision)
    item = office.desk.open(office.citra, alert, now=office.now).item
    assert (item.state.status, item.state.verdict, item.alert.lane) == (status, verdict, lane)
    assert (item.alert.state == "open") is is_open
    assert item.state.agencies == ((decision.agency,) if decision.agency else ())


@pytest.mark.parametrize(
    "decision, said",
    [
        (Decision("not_trafficking"), "say why"),
        (Decision("not_trafficking", reason="bored"), "say why"),
        (Decision("refer", agency="nobody"), "no agency"),
        (Decision("snooze"), "snooze until"),
        (Decision("note", note="  "), "empty"),
        (Decision("note", note="x" * 5001), "at most 5,000"),
        (Decision("assign", assignee=99), "active reviewer"),
        (Decision("bogus"), "no decision"),
    ],
)
def test_half_a_decision_is_refused_and_changes_nothing(office, decision, said):
    """The error says what is missing, and the post is as it was."""
    alert = office.raised()
    with pytest.raises(ReviewError, match=said):
        office.desk.decide(office.ani, alert, decision, seen=0, now=office.now)
    assert office.lists.queue(office.ani, now=office.now)[0].state.version == 0


def test_roles_keep_to_what_they_may(office):
    """A reader decides nothing, a reviewer takes back nobody else's act, a reader sees no number."""
    alert = office.raised()
    with pytest.raises(NotAllowedError):
        office.desk.decide(office.dewi, alert, TAKE_UP, seen=0, now=office.now)
    with pytest.raises(NotAllowedError):
        office.desk.open(office.dewi, alert, now=office.now, reason="ingin tahu")
    act = decide(office, office.ani, alert, TAKE_UP)
    with pytest.raises(NotAllowedError):
        office.desk.undo(office.budi, act.id, now=office.now)
    with pytest.raises(NotAllowedError):
        office.desk.decide(office.budi, alert, LAWFUL, seen=act.id, now=office.now, is_overruling=True)
    with pytest.raises(NotAllowedError):
        office.lists.queue(replace(office.ani, is_active=False), now=office.now)
    office.desk.undo(office.citra, act.id, now=office.now)
    assert state(office, alert).status == "open"


def test_numbers_are_shown_for_a_reason_that_is_kept(office):
    """A look at numbers needs a reason, which stands in the history."""
    alert = office.raised()
    with pytest.raises(ReviewError, match="reason"):
        office.desk.open(office.ani, alert, now=office.now, reason=" ")
    case = office.desk.open(office.ani, alert, now=office.now, reason="cek silang nomor")
    assert case.is_revealed
    assert [(act.kind, act.body) for act in case.history] == [("reveal", {"reason": "cek silang nomor"})]


def test_two_people_never_get_the_same_post(office):
    """`next` keeps a post for whoever has it, until they leave it or their time is over."""
    first, second = office.raised(risk=0.97), office.raised(risk=0.92)
    assert office.lists.next(office.ani, now=office.now) == first
    assert office.lists.next(office.budi, now=office.now) == second
    assert office.lists.next(office.citra, now=office.now) is None
    assert office.lists.next(office.ani, now=office.now, after=first) is None
    assert office.lists.next(office.citra, now=office.later(minutes=16)) == first


def test_who_holds_a_post_is_named_and_no_finding_is_lost(office):
    """The second of two reviewers learns who was there; what they found is kept and goes to a third."""
    alert = office.raised()
    assert office.lists.next(office.ani, now=office.now) == alert
    with pytest.raises(ReviewConflictError, match="Ani.*kept") as caught:
        office.desk.decide(office.budi, alert, LAWFUL, seen=0, now=office.now)
    assert (caught.value.holder, caught.value.is_kept) == ("Ani", True)
    seen = state(office, alert).version
    office.desk.decide(office.ani, alert, TAKE_UP, seen=seen, now=office.now)
    found = state(office, alert)
    assert found.status == "taken_up" and found.is_disputed
    assert [(o.reviewer, o.verdict) for o in found.opinions] == [
        (office.budi.id, "not_trafficking"), (office.ani.id, "take_up"),
    ]  # fmt: skip


def test_a_stale_form_is_a_conflict_and_a_note_is_none(office):
    """A decision on what was seen before another's decision is refused; adding a note is always possible."""
    alert = office.raised()
    stale = office.seen(alert, office.budi)
    office.later(minutes=20)
    decide(office, office.ani, alert, TAKE_UP)
    office.later(minutes=20)
    with pytest.raises(ReviewConflictError, match="Ani"):
        office.desk.decide(office.budi, alert, Decision("assign"), seen=stale, now=office.now)
    office.desk.decide(office.budi, alert, Decision("note", note="a"), seen=stale, now=office.now)
    office.desk.decide(office.citra, alert, LAWFUL, seen=stale, now=office.now, is_overruling=True)
    assert state(office, alert).status == "dismissed"


def test_bulk_takes_exactly_what_was_counted(office):
    """When one of the set changed or is in somebody's hands, nothing is done; one undo takes all back."""
    ids = [office.raised() for _ in range(5)]
    counted = office.bulk.select(office.ani, now=office.now, alerts=ids[:4])
    assert len(counted) == 4 and set(counted.alerts) == set(ids[:4])
    decide(office, office.budi, ids[3], TAKE_UP)
    with pytest.raises(SelectionChangedError):
        office.bulk.decide_all(office.ani, counted.alerts, counted.digest, LAWFUL, now=office.now)
    assert len(office.lists.queue(office.ani, now=office.now)) == 4
    counted = office.bulk.select(office.ani, now=office.now)
    assert set(counted.alerts) == {*ids[:3], ids[4]}
    with pytest.raises(SelectionChangedError):  # a digest fits one set only
        office.bulk.decide_all(office.ani, counted.alerts[:2], counted.digest, LAWFUL, now=office.now)
    office.lists.next(office.budi, now=office.now)
    with pytest.raises(SelectionChangedError):
        office.bulk.decide_all(office.ani, counted.alerts, counted.digest, LAWFUL, now=office.now)
    office.later(minutes=20)
    act = office.bulk.decide_all(office.ani, counted.alerts, counted.digest, LAWFUL, now=office.now)
    assert office.lists.queue(office.ani, now=office.now) == []
    assert office.desk.last_act(office.ani) == act
    office.desk.undo(office.ani, act.id, now=office.now)
    assert len(office.lists.queue(office.ani, now=office.now)) == 4


def test_a_merge_leaves_one_and_is_taken_back_whole(office):
    """Merged alerts leave the queue for the one that stands for them; undone, each is itself again."""
    into, *others = [office.raised() for _ in range(3)]
    decide(office, office.ani, others[0], Decision("note", note="sama"))
    act = office.bulk.merge(office.ani, into, others, now=office.now)
    assert [item.alert.id for item in office.lists.queue(office.ani, now=office.now)] == [into]
    assert {state(office, other).merged_into for other in others} == {into}
    with pytest.raises(ReviewError, match="merged"):
        office.bulk.merge(office.ani, others[0], [into], now=office.now)
    office.desk.undo(office.ani, act.id, now=office.now)
    assert len(office.lists.queue(office.ani, now=office.now)) == 3
    help = office.raised("none", assistance=True)
    decide(office, office.ani, help, Decision("needs_help"))
    with pytest.raises(ReviewError, match="may need help"):
        office.bulk.merge(office.ani, into, [help], now=office.now)


def test_undo_of_an_undo_is_a_redo(office):
    """An act taken back and given again is in force; what is taken back cannot be taken back twice."""
    alert = office.raised()
    act = decide(office, office.ani, alert, TAKE_UP)
    undo = office.desk.undo(office.ani, act.id, now=office.now)
    assert office.desk.last_act(office.ani) is None
    with pytest.raises(ReviewError, match="already"):
        office.desk.undo(office.ani, act.id, now=office.now)
    office.desk.undo(office.ani, undo.id, now=office.now)
    assert state(office, alert).status == "taken_up"
    with pytest.raises(NotFoundError):
        office.desk.undo(office.ani, 999, now=office.now)


def test_only_a_post_that_is_there_is_opened(office):
    """An unknown number is an error that names it."""
    with pytest.raises(NotFoundError, match="'77'"):
        office.desk.open(office.ani, 77, now=office.now)
    with pytest.raises(NotFoundError, match="'77'"):
        office.desk.decide(office.ani, 77, TAKE_UP, seen=0, now=office.now)


def test_both_databases_give_the_same_queue_and_states(store_url, tmp_path):
    """Lists, holding, bulk, conflict and undo do the same on SQLite and PostgreSQL."""
    with open_store(store_url) as store:
        office = Office(store, tmp_path, second_share=1)
        first, second, third = (office.raised(risk=risk) for risk in (0.97, 0.95, 0.9))
        help = office.raised("none", assistance=True)
        assert office.lists.next(office.ani, now=office.now) == help
        with pytest.raises(ReviewConflictError):
            office.desk.decide(office.budi, help, TAKE_UP, seen=0, now=office.now)
        counted = office.bulk.select(office.citra, now=office.now, lane="high")
        assert counted.alerts == (first, second, third)
        act = office.bulk.decide_all(office.citra, counted.alerts, counted.digest, LAWFUL, now=office.now)
        assert office.lists.counts(office.ani, now=office.now)["waiting"] == 1
        assert office.lists.next(office.ani, now=office.now, after=help) == first  # blind, as if it were new
        office.desk.undo(office.citra, act.id, now=office.now)
        snooze = Decision("snooze", until=office.now + timedelta(hours=1))
        decide(office, office.ani, first, snooze)
        assert [item.alert.id for item in office.lists.queue(office.ani, now=office.now)] == [
            help, second, third,
        ]  # fmt: skip
        counts = office.lists.counts(office.ani, now=office.later(hours=2))
        named = ("waiting", "lane:assistance", "overdue:assistance", "lane:high", "overdue:high", "snoozed")
        assert [counts[name] for name in named] == [4, 1, 1, 3, 0, 0]  # the one put off is back by then
        before = office.now - timedelta(hours=2)
        assert office.lists.counts(office.ani, now=before)["lane:high"] == 2
