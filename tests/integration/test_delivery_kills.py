from __future__ import annotations

from tests.delivering import deliver_and_die, webhook
from tppo_watch.storage import open_store


def test_a_kill_in_each_phase_of_delivery_loses_nothing_and_tells_nothing_under_two_ids(tmp_path):
    """From the alert to the note that it was told: whatever is kept is told, at least once, under one id.

    Every moment around a transaction or a sending is tried, until a run gets through unkilled.
    """
    open_store(f"sqlite:///{tmp_path}/empty.db").close()
    with webhook() as receiver:
        twice, step = 0, 0
        while True:
            again, reached = deliver_and_die(tmp_path / str(step), receiver, step, tmp_path / "empty.db")
            twice += again
            if reached < step:
                break
            step += 1
    assert step > 20  # three alerts, the packing, three steps for each message
    assert twice >= 1  # killed after sending: said again under its id, which is what the id is for
