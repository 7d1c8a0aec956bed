from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from tests.scanning import NOW
from tppo_watch.review.replay import from_stored, lane_of, replay, to_stored
from tppo_watch.storage.decisions import StoredAct

ALERTS = (1, 2, 3)
_VERDICTS = st.sampled_from(["take_up", "not_trafficking", "needs_help"])
_BODIES = st.one_of(
    st.sampled_from(
        [
            ("take_up", {"note": "", "second": [1]}),
            ("take_up", {"note": ""}),
            ("not_trafficking", {"note": "", "reason": "news"}),
            ("needs_help", {"note": ""}),
            ("refer", {"note": "", "agency": "polri"}),
            ("snooze", {"note": "", "until": (NOW + timedelta(days=1)).isoformat()}),
            ("assign", {"note": "", "assignee": 4}),
            ("note", {"note": "x"}),
            ("merge", {"note": "", "into": 1}),
            ("close", {}),
            ("reopen", {}),
        ]
    ),
    st.builds(lambda verdict: ("opinion", {"verdict": verdict, "note": ""}), _VERDICTS),
    st.builds(lambda verdict: ("adjudicate", {"verdict": verdict, "note": ""}), _VERDICTS),
)
_STEPS = st.lists(
    st.tuples(_BODIES, st.sampled_from([None, 1, 2, 3]), st.sets(st.sampled_from(ALERTS), min_size=1))
)
_UNDOS = st.lists(st.integers(0, 30), max_size=8)


def act(id: int, kind: str, body: dict, actor: int | None, alerts, undoes: int | None = None) -> StoredAct:
    return StoredAct(id, NOW, actor, None, kind, body, "salt", undoes, tuple(sorted(alerts)))


def log(steps, undos) -> list[StoredAct]:
    """A log of these acts, among them some that take back earlier ones."""
    acts = [
        act(n, kind, body, actor, alerts) for n, ((kind, body), actor, alerts) in enumerate(steps, start=1)
    ]
    for pick in undos if acts else ():
        target = acts[pick % len(acts)]
        acts.append(act(len(acts) + 1, "undo", {}, 1, target.alerts, undoes=target.id))
    return acts


def states(acts):
    """Every alert's state, apart from the number of the last act."""
    return {
        alert: replace(replay(alert, [one for one in acts if alert in one.alerts]), version=0)
        for alert in ALERTS
    }


@given(_STEPS, _UNDOS, _BODIES, st.sampled_from([1, 2, 3]), st.sets(st.sampled_from(ALERTS), min_size=1))
def test_undo_restores_exactly(steps, undos, body, actor, alerts):
    """Whatever was done before, an act and its undo leave each post as it was, and an undone undo does it."""
    before = log(steps, undos)
    done = [*before, act(len(before) + 1, body[0], body[1], actor, alerts)]
    undone = [*done, act(len(done) + 1, "undo", {}, actor, alerts, undoes=done[-1].id)]
    redone = [*undone, act(len(undone) + 1, "undo", {}, actor, alerts, undoes=undone[-1].id)]
    assert states(undone) == states(before)
    assert states(redone) == states(done)


@given(_STEPS, _UNDOS)
def test_a_stored_state_is_the_state(steps, undos):
    """What lists read from the database is the replay, field by field."""
    acts = log(steps, undos)
    for alert in ALERTS:
        state = replay(alert, [one for one in acts if alert in one.alerts])
        assert from_stored(to_stored(state)) == state


@given(_STEPS, _UNDOS)
def test_whoever_may_need_help_is_never_in_a_lane_of_suspects(steps, undos):
    """A finding that somebody needs help keeps the post in the assistance lane until it is taken back."""
    acts = log(steps, undos)
    for alert in ALERTS:
        state = replay(alert, [one for one in acts if alert in one.alerts])
        says_help = any(opinion.verdict == "needs_help" for opinion in state.opinions)
        if state.verdict == "needs_help" or says_help:
            assert lane_of(state, "high", False) == "assistance"
        assert lane_of(state, "none", True) == "assistance"


@given(_STEPS, _UNDOS)
def test_a_dispute_is_between_two_and_ends_with_a_third(steps, undos):
    """A disputed post has two different findings; one settled by a third person is in dispute no more."""
    acts = log(steps, undos)
    for alert in ALERTS:
        state = replay(alert, [one for one in acts if alert in one.alerts])
        reviewers = [opinion.reviewer for opinion in state.opinions]
        assert len(reviewers) == len(set(reviewers))
        if state.is_disputed:
            assert not state.is_settled and len({o.verdict for o in state.opinions}) > 1
