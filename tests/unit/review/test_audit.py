from __future__ import annotations

import hashlib
import json
import sqlite3

import pytest

from tppo_watch.errors import AuditError, StorageError
from tppo_watch.review import Decision
from tppo_watch.review.audit import verify
from tppo_watch.storage import decisions

LAWFUL = Decision("not_trafficking", reason="lawful", note="ada SIP3MI")


@pytest.fixture
def worked(office):
    """An office after a morning of work: some ten records of four people, decisions among them."""
    ids = [office.raised() for _ in range(3)]
    for alert in ids:
        seen = office.seen(alert, office.ani)
        office.desk.decide(office.ani, alert, LAWFUL, seen=seen, now=office.later(minutes=1))
    office.desk.undo(office.ani, office.desk.last_act(office.ani).id, now=office.later(minutes=1))
    office.bulk.merge(office.citra, ids[0], ids[1:], now=office.later(minutes=1))
    return office


def check(office) -> int:
    with office.store.read() as connection:
        return verify(connection, office.anchor)


def bad(office) -> tuple[int, str]:
    with pytest.raises(AuditError) as caught:
        check(office)
    return caught.value.record, caught.value.reason


def tamper(office, *statements: str) -> None:
    """As somebody would who can write to the file and knows SQL."""
    with sqlite3.connect(office.store.path) as file:
        file.execute("PRAGMA foreign_keys = OFF")
        for statement in statements:
            file.execute(statement)


def forge(office, start: int) -> None:
    """Build the chain anew from a record on, as somebody would who has read this program."""
    with sqlite3.connect(office.store.path) as file:
        before = file.execute("SELECT hash FROM audit WHERE seq = ?", (start - 1,)).fetchone()
        last = before[0] if before else "0" * 64
        rows = file.execute(
            "SELECT seq, at, actor, action, object, digest FROM audit WHERE seq >= ? ORDER BY seq", (start,)
        )
        for seq, at, *rest in rows.fetchall():
            stamp = at.replace(" ", "T").removesuffix(".000000") + "+00:00"
            fields = json.dumps([seq, stamp, *rest], ensure_ascii=False, separators=(",", ":"))
            last = hashlib.sha256(f"{last}\n{fields}".encode()).hexdigest()
            file.execute("UPDATE audit SET hash = ? WHERE seq = ?", (last, seq))


def test_an_untouched_log_verifies(worked):
    """Views, decisions, undo and merge are all in, and the anchor fits."""
    assert check(worked) == 8
    assert worked.anchor.stat().st_mode & 0o777 == 0o600


def test_forging_with_these_tests_gives_the_true_chain(worked):
    """What the tests below forge with is what the program writes: else they would prove nothing."""
    forge(worked, 1)
    assert check(worked) == 8


@pytest.mark.parametrize("is_forged", [False, True], ids=["plain", "forged"])
class TestTampering:
    """Each kind is found at the first bad record, also where the whole chain was built anew after it."""

    def test_edit(self, worked, is_forged):
        """A record that says something else."""
        tamper(worked, "UPDATE audit SET actor = 2 WHERE seq = 4")
        if is_forged:
            forge(worked, 4)
        assert bad(worked)[0] == 4

    def test_insert(self, worked, is_forged):
        """A record pushed in between, those after it moved up."""
        tamper(
            worked,
            "UPDATE audit SET seq = -seq - 1 WHERE seq >= 5",
            "UPDATE audit SET seq = -seq WHERE seq < 0",
            "INSERT INTO audit SELECT 5, at, actor, 'view', 'alert:1', '', hash FROM audit WHERE seq = 4",
        )
        if is_forged:
            forge(worked, 5)
        assert bad(worked)[0] == 5

    def test_insert_at_the_end(self, worked, is_forged):
        """A record added after the last."""
        tamper(
            worked,
            "INSERT INTO audit SELECT 9, at, actor, 'view', 'alert:1', '', hash FROM audit WHERE seq = 8",
        )
        if is_forged:
            forge(worked, 9)
        assert bad(worked)[0] == 9

    def test_delete(self, worked, is_forged):
        """A record taken out, and the gap closed by whoever is thorough."""
        tamper(worked, "DELETE FROM audit WHERE seq = 3")
        if is_forged:
            tamper(worked, "UPDATE audit SET seq = seq - 1 WHERE seq > 3")
            forge(worked, 3)
        assert bad(worked)[0] == 3

    def test_swap(self, worked, is_forged):
        """Two records in each other's place."""
        tamper(
            worked,
            "UPDATE audit SET seq = -1 WHERE seq = 2",
            "UPDATE audit SET seq = 2 WHERE seq = 6",
            "UPDATE audit SET seq = 6 WHERE seq = -1",
        )
        if is_forged:
            forge(worked, 2)
        assert bad(worked)[0] == 2

    def test_cut_tail(self, worked, is_forged):
        """The latest records taken away."""
        tamper(worked, "DELETE FROM audit WHERE seq >= 7")
        if is_forged:
            tamper(worked, "DELETE FROM review_acts WHERE id NOT IN (SELECT substr(object, 5) FROM audit)")
        assert bad(worked) == (7, "is missing: it and what follows was cut off")

    def test_wipe(self, worked, is_forged):
        """The whole log taken away, and the acts with it."""
        tamper(worked, "DELETE FROM audit")
        if is_forged:
            tamper(worked, "DELETE FROM review_targets", "DELETE FROM review_acts")
        assert bad(worked)[0] == 1


def test_an_altered_act_is_found_though_the_log_is_whole(worked):
    """A note, a target or an author changed in the log of events does not fit its digest."""
    tamper(worked, "UPDATE review_acts SET body = replace(body, 'SIP3MI', 'apa') WHERE id = 2")
    assert bad(worked) == (4, "act 2 is not as it was logged")
    tamper(worked, "UPDATE review_acts SET body = replace(body, 'apa', 'SIP3MI') WHERE id = 2")
    assert check(worked) == 8
    tamper(worked, "UPDATE review_targets SET alert_id = 3 WHERE act_id = 1")
    assert bad(worked)[0] == 2
    tamper(worked, "UPDATE review_targets SET alert_id = 1 WHERE act_id = 1")
    tamper(
        worked,
        "INSERT INTO review_acts SELECT 99, at, actor, kind, body, salt, undoes FROM review_acts LIMIT 1",
    )
    assert bad(worked) == (9, "is missing: act 99 was never logged")
    tamper(worked, "DELETE FROM review_acts WHERE id IN (99, 1)")
    assert bad(worked) == (2, "act 1, which it logged, is missing")


def test_without_its_anchor_the_log_proves_nothing(worked):
    """A missing anchor file is named, not passed over."""
    worked.anchor.unlink()
    assert bad(worked)[0] == 1


def test_a_purge_leaves_a_tombstone_and_the_chain_verifies(worked):
    """What was said of a purged post is gone, its records stay; emptying an act without a purge is found."""
    with worked.store.read() as connection:
        assert any("SIP3MI" in json.dumps(act.body) for act in decisions.acts_of(connection, [3])[3])
    worked.desk.forget([3], now=worked.now)
    assert check(worked) > 8
    with worked.store.read() as connection:
        left = connection.exec_driver_sql("SELECT body FROM review_acts WHERE salt IS NULL").scalars().all()
        logged = connection.exec_driver_sql("SELECT object FROM audit WHERE action = 'purge'").scalars().all()
    assert left and set(left) == {"{}"} and logged
    tamper(worked, "UPDATE review_acts SET salt = NULL, body = '{}' WHERE id = 1")
    assert "no purge was logged" in bad(worked)[1]


def test_nothing_is_done_that_cannot_be_logged(worked):
    """Where the anchor cannot be written the decision is refused, and the post is as it was."""
    worked.anchor.unlink()
    worked.anchor.mkdir()
    alert = worked.raised()
    with pytest.raises(StorageError, match="anchor"):
        worked.desk.decide(worked.budi, alert, LAWFUL, seen=0, now=worked.now)
    assert alert in [item.alert.id for item in worked.lists.queue(worked.dewi, now=worked.now)]


def test_a_process_that_dies_while_it_writes_leaves_no_false_alarm(worked):
    """A record whose second line is missing, or a first line without a record, is no tampering."""
    lines = worked.anchor.read_text().splitlines(keepends=True)
    worked.anchor.write_text("".join(lines[:-1]) + "+ 9 " + "a" * 64 + "\n+ 9")
    assert check(worked) == 8
    worked.seen(1, worked.budi)
    assert check(worked) == 9


def test_the_log_holds_no_word_of_anybody(worked):
    """Neither names nor notes nor texts stand in the log or its anchor."""
    with worked.store.read() as connection:
        rows = json.dumps([list(map(str, row)) for row in connection.exec_driver_sql("SELECT * FROM audit")])
    for word in ("Ani", "SIP3MI", "Kamboja", "0812"):
        assert word not in rows + worked.anchor.read_text()
