"""A signal goes through review: states, reasons, undo, the log, figures of how often they were right."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from tppo_watch.errors import AuditError, NotAllowedError, NotFoundError, ReviewError
from tppo_watch.review import User, audit
from tppo_watch.review.signals import SignalDecision, SignalDesk
from tppo_watch.signals.detect import Signal
from tppo_watch.signals.raising import keep
from tppo_watch.signals.stored import Explained
from tppo_watch.storage import open_store, users

NOW = datetime(2026, 6, 10, 5, tzinfo=UTC)


@pytest.fixture
def store(tmp_path):
    with open_store(f"sqlite:///{tmp_path}/t.db") as store:
        yield store


@pytest.fixture
def people(store) -> dict[str, User]:
    made = {}
    with store.write() as connection:
        for role in ("reader", "reviewer", "lead"):
            id = users.add(connection, name=role, name_key=role, role=role, password="x", now=NOW)
            made[role] = User(id, role, role, True, NOW)  # type: ignore[arg-type]
    return made


@pytest.fixture
def desk(store, tmp_path) -> SignalDesk:
    signals = [
        Explained(Signal(date(2026, 6, 9), name, 20.0, 5.0, "nb_scan", 1e-6, 1e-4), (), ())
        for name in ("destination:KH", "destination:MM", "kind:scam_compound")
    ]
    with store.write() as connection:
        keep(connection, signals, now=NOW)
    return SignalDesk(store, tmp_path / "anchor")


def test_a_signal_waits_until_it_is_decided(desk, people):
    """Taken up with a note; then it stands among those taken up, with who did it when."""
    assert [item.record.status for item in desk.listed(people["reader"])] == ["open"] * 3
    desk.decide(people["reviewer"], [1], SignalDecision("take_up", "telepon dinas"), now=NOW)
    assert [item.record.id for item in desk.listed(None)] == [3, 2]
    assert [item.record.id for item in desk.listed(None, view="taken_up")] == [1]
    case = desk.open(people["reader"], 1, now=NOW)
    (act,) = case.history
    assert (act.kind, act.actor_name, act.body) == ("take_up", "reviewer", {"note": "telepon dinas"})
    assert case.item.record.decided == NOW


def test_undo_restores_what_was(desk, people):
    """Also the undo of an undo; somebody else's only by a lead."""
    actor = people["reviewer"]
    first = desk.decide(actor, [1, 2], SignalDecision("dismiss", reason="season"), now=NOW)
    taken_back = desk.undo(actor, first.id, now=NOW)
    assert len(desk.listed(None)) == 3
    with pytest.raises(ReviewError, match="taken back already"):
        desk.undo(actor, first.id, now=NOW)
    again = desk.undo(people["lead"], taken_back.id, now=NOW)
    assert [item.record.reason for item in desk.listed(None, view="dismissed")] == ["season", "season"]
    with pytest.raises(NotAllowedError):
        desk.undo(actor, again.id, now=NOW)
    with pytest.raises(NotFoundError):
        desk.undo(actor, 99, now=NOW)


def test_who_looked_before_another_acted_looks_again(desk, people):
    """The form of a page that is behind changes nothing."""
    seen = desk.open(people["reviewer"], 1, now=NOW).item.record.version
    desk.decide(people["lead"], [1], SignalDecision("take_up"), now=NOW)
    with pytest.raises(ReviewError, match="look again"):
        desk.decide(people["reviewer"], [1], SignalDecision("dismiss", reason="news"), now=NOW, seen=seen)
    assert desk.open(None, 1, now=NOW).item.record.status == "taken_up"


def test_a_signal_can_be_given_to_somebody(desk, people):
    """Who may decide; and taken back."""
    desk.decide(people["lead"], [1], SignalDecision("assign", assignee=people["reviewer"].id), now=NOW)
    assert desk.open(None, 1, now=NOW).item.record.assignee == people["reviewer"].id
    with pytest.raises(ReviewError, match="only an active reviewer"):
        desk.decide(people["lead"], [1], SignalDecision("assign", assignee=people["reader"].id), now=NOW)


@pytest.mark.parametrize(
    ("decision", "message"),
    [
        (SignalDecision("dismiss"), "say why"),
        (SignalDecision("note"), "empty"),
        (SignalDecision("take_up", "x" * 6000), "at most"),
        (SignalDecision("burn"), "no decision"),  # type: ignore[arg-type]
    ],
)
def test_half_a_decision_is_refused(desk, decision, message):
    """Before anything is written."""
    with pytest.raises(ReviewError, match=message):
        desk.decide(None, [1], decision, now=NOW)
    assert desk.open(None, 1, now=NOW).history == ()


def test_only_who_may_decides(desk, people):
    """A reader looks."""
    with pytest.raises(NotAllowedError):
        desk.decide(people["reader"], [1], SignalDecision("take_up"), now=NOW)
    with pytest.raises(NotFoundError):
        desk.decide(people["lead"], [1, 77], SignalDecision("take_up"), now=NOW)


def test_the_log_holds_every_act_and_notices_a_changed_one(desk, people, store, tmp_path):
    """Acts on signals are in the chain as those on alerts are."""
    desk.decide(people["reviewer"], [1], SignalDecision("dismiss", "musim haji", reason="season"), now=NOW)
    desk.open(people["reader"], 1, now=NOW)
    with store.read() as connection:
        assert audit.verify(connection, tmp_path / "anchor") == 2
    with store.write() as connection:
        connection.exec_driver_sql("UPDATE matter_targets SET matter_id = 2")
    with store.read() as connection, pytest.raises(AuditError, match="other signals"):
        audit.verify(connection, tmp_path / "anchor")


def test_figures_say_how_often_they_were_right(desk):
    """By kind of series; what is unclear counts neither way."""
    desk.decide(None, [1], SignalDecision("take_up"), now=NOW)
    desk.decide(None, [2], SignalDecision("dismiss", reason="news"), now=NOW + timedelta(hours=1))
    desk.decide(None, [3], SignalDecision("dismiss", reason="unclear"), now=NOW)
    (figure,) = desk.figures()
    assert (figure.kind, figure.decided, figure.taken_up) == ("destination", 2, 1)
    assert figure.low < figure.precision == 0.5 < figure.high
