from __future__ import annotations

from contextlib import contextmanager
from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import func, insert, select

from tests.scanning import NOW, assessment
from tests.unit.storage.filling import fill, new_post
from tppo_watch.errors import NotFoundError
from tppo_watch.storage import alerts, notices, posts, sources
from tppo_watch.storage import outbox as stored_outbox
from tppo_watch.storage.decisions import forget
from tppo_watch.storage.notices import Notice
from tppo_watch.storage.outbox import Entry
from tppo_watch.storage.posts import content_hash
from tppo_watch.storage.purge import native_digest, purge_author, purge_post, purged_digests, retain
from tppo_watch.storage.schema import alerts as alert_rows
from tppo_watch.storage.schema import (
    audit,
    metadata,
    outbox,
    review_acts,
    review_states,
    review_targets,
)
from tppo_watch.storage.schema import posts as post_rows

SECRET = "rahasia pribadi"


def counts(connection) -> dict[str, int]:
    return {
        table.name: connection.execute(select(func.count()).select_from(table)).scalar_one()
        for table in metadata.sorted_tables
    }


def act(connection, *alert_ids: int) -> int:
    """A note of a reviewer about these alerts."""
    values = {"at": NOW, "kind": "note", "body": {"note": SECRET}, "salt": "s" * 32}
    number = connection.execute(insert(review_acts).values(values).returning(review_acts.c.id)).scalar_one()
    connection.execute(insert(review_targets), [{"alert_id": id, "act_id": number} for id in alert_ids])
    return number


def alert_of(connection, post_id: int) -> int:
    return connection.execute(select(alert_rows.c.id).where(alert_rows.c.post_id == post_id)).scalar_one()


def beginning(store):
    """What begins a transaction of a retention run."""

    @contextmanager
    def begin():
        with store.write() as connection:
            yield connection, partial(forget, connection)

    return begin


def test_every_reference_to_a_post_or_alert_is_followed():
    """A column that names a post or an alert is a reference, or a purge would not find it."""
    loose = [
        f"{table.name}.{column.name}"
        for table in metadata.sorted_tables
        for column in table.columns
        if column.name in ("post_id", "alert_id") and not column.foreign_keys
    ]
    assert loose == []


def test_a_purged_post_leaves_every_table(store):
    """Versions, copies, assessment, alert and what reviewers said of it go; others and the audit log stay."""
    first, other = fill(store, 2)
    with store.write() as connection:
        text = connection.execute(select(post_rows.c.text).where(post_rows.c.id == first)).scalar_one()
        posts.add(connection, [(new_post("0", "versi dua"), None), (new_post("9", text), first)])
        alert, kept = alert_of(connection, first), alert_of(connection, other)
        alone, shared = act(connection, alert), act(connection, alert, kept)
        connection.execute(
            insert(review_states).values(
                alert_id=alert, status="open", is_disputed=False, version=alone, body={}
            )
        )
        waits = {"channel": "a", "subject": "x", "kind": "alert", "created": NOW, "not_before": NOW}
        connection.execute(insert(outbox).values(alert_id=alert, **waits))
        row = {"seq": 1, "at": NOW, "action": "view", "object": f"alert {alert}", "digest": "d", "hash": "h"}
        connection.execute(insert(audit).values(row))
        removed = purge_post(connection, first, now=NOW, forget=partial(forget, connection))
    gone = {"posts": 3, "post_parts": 2, "assessments": 1, "alerts": 1, "outbox": 1}
    gone |= {"pictures": 1, "post_pictures": 1}
    assert {table: rows for table, rows in removed.items() if rows} == gone
    with store.read() as connection:
        left = counts(connection)
        assert {name: left[name] for name in ("posts", "alerts", "assessments", "audit")} == dict.fromkeys(
            ("posts", "alerts", "assessments", "audit"), 1
        )
        assert left["review_states"] == 0
        acts = {row.id: row for row in connection.execute(select(review_acts))}
    assert (acts[alone].body, acts[alone].salt) == ({}, None)
    assert acts[shared].body == {"note": SECRET}


def test_what_was_purged_is_known_by_digests(store):
    """Its ids and words are refused when a source brings them again; nothing of them can be read."""
    (first,) = fill(store, 1)
    with store.write() as connection:
        text = connection.execute(select(post_rows.c.text)).scalar_one()
        purge_post(connection, first, now=NOW, forget=partial(forget, connection))
        wanted = {native_digest("s", "0"), content_hash(text)}
        assert purged_digests(connection, wanted | {"x"}) == wanted


def test_a_purged_author_leaves_what_others_wrote(store):
    """Where another wrote the same, their post takes over the assessment and the alert."""
    with store.write() as connection:
        sources.ensure(connection, "s")
        mine = posts.add(connection, [(new_post("1", "halo", author_key="a" * 32), None)])[0]
        posts.add_assessments(connection, [(mine, assessment("halo", level="high"))])
        alert = alerts.raise_alert(connection, mine, "high", now=NOW)
        copies = [new_post(str(n), "halo", author_key=key * 32) for n, key in ((2, "b"), (3, "a"), (4, "c"))]
        heir, _, later = posts.add(connection, [(copy, mine) for copy in copies])
        for _ in copies:
            alerts.add_copy(connection, mine, now=NOW)
        assert purge_author(connection, "a" * 32, now=NOW, forget=partial(forget, connection))["posts"] == 2
        left = dict(connection.execute(select(post_rows.c.id, post_rows.c.copy_of)).all())
        assert left == {heir: None, later: heir}
        record = alerts.get(connection, alert)
        assert (record.post_id, record.native_id) == (heir, "2")
        with pytest.raises(NotFoundError):
            purge_author(connection, "a" * 32, now=NOW, forget=partial(forget, connection))


def test_an_unknown_post_is_an_error(store):
    """Nothing is removed in silence."""
    with store.write() as connection, pytest.raises(NotFoundError, match="no post with id '7'"):
        purge_post(connection, 7, now=NOW, forget=partial(forget, connection))


def test_each_class_of_data_has_its_time(store):
    """Plain posts, closed alerts and reports go when theirs is over; what waits for a person never does."""
    old = NOW - timedelta(days=400)
    with store.write() as connection:
        sources.ensure(connection, "s")
        plain = [(new_post(str(n), f"biasa {n}", fetched=old), None) for n in range(1500)]
        posts.add(connection, plain)
        posts.add(connection, [(new_post("baru", "baru saja"), None)])
    waiting, closed, young = fill(store, 3, start=2000, fetched=old)
    with store.write() as connection:
        posts.add(connection, [(new_post("2000", "versi lama", fetched=old), None)])
        is_done = alert_rows.c.post_id.in_((closed, young))
        connection.execute(alert_rows.update().where(is_done).values(state="closed"))
        connection.execute(alert_rows.update().where(alert_rows.c.post_id == closed).values(last_seen=old))
    cut = NOW - timedelta(days=365)
    assert retain(beginning(store), now=NOW) == {}
    removed = retain(
        beginning(store), now=NOW, posts_before=cut, alerts_before=cut, runs_before=NOW + timedelta(1)
    )
    assert removed == {"posts": 1501, "post_parts": 1501, "assessments": 1, "alerts": 1, "runs": 1}
    with store.read() as connection:
        left = connection.execute(select(post_rows.c.native_id).order_by(post_rows.c.id)).scalars().all()
        assert left == ["baru", "2000", "2002", "2000"]
        gone = {native_digest("s", "7", content_hash("biasa 7")), native_digest("s", "7")}
        assert purged_digests(connection, gone) == {native_digest("s", "7", content_hash("biasa 7"))}
    assert retain(beginning(store), now=NOW, posts_before=cut, alerts_before=cut) == {}


def test_messages_and_news_go_when_nothing_needs_them(store):
    """Old messages go but for those that wait or tell of an alert; of each source the latest news stays."""
    (post_id,) = fill(store, 1)
    old, cut = NOW - timedelta(days=100), NOW - timedelta(days=90)
    with store.write() as connection:
        alert_id = alert_of(connection, post_id)
        about = [("a", alert_id, old), ("n", None, old), ("w", None, old), ("y", None, NOW)]
        for name, alert, at in about:
            entry = Entry("mail", name, "notice", at, at, alert_id=alert, body={})
            stored_outbox.add(connection, [entry])
            (due,) = stored_outbox.due(connection, "mail", now=NOW, limit=9)
            stored_outbox.pack(connection, name, "mail", "notice", [due.id], now=at)
            stored_outbox.change(connection, name, state="waiting" if name == "w" else "sent")
        told = [Notice("s", "quiet", old, number) for number in (1, 2, 3)]
        notices.add(connection, [*told, Notice("s", "moved", NOW)])
        notices.hand_on(connection, [1, 2, 3, 4], now=NOW)
    removed = retain(beginning(store), now=NOW, messages_before=cut, runs_before=cut)
    assert removed == {"messages": 1, "outbox": 1, "notices": 2}
    with store.write() as connection:
        assert [message.id for message, _ in stored_outbox.listed(connection)] == ["y", "a", "w"]
        assert notices.standing(connection)["s"].number == 3
        stored_outbox.forget(connection, [alert_id])
    assert retain(beginning(store), now=NOW, messages_before=cut) == {"messages": 1}


def test_nothing_of_a_purged_post_stays_in_the_files(sqlite_store, tmp_path):
    """After its traces are erased no byte of the words is in the database, its index or its log."""
    with sqlite_store.write() as connection:
        sources.ensure(connection, "s")
        ids = posts.add(connection, [(new_post(str(n), f"kata{n} {SECRET}{n}"), None) for n in range(50)])
    assert any(b"rahasia" in file.read_bytes() for file in tmp_path.glob("a.db*"))
    with sqlite_store.write() as connection:
        for post_id in ids:
            purge_post(connection, post_id, now=NOW, forget=partial(forget, connection))
    sqlite_store.erase_traces()
    for file in tmp_path.glob("a.db*"):
        assert b"rahasia" not in file.read_bytes()
        assert b"kata" not in file.read_bytes()
