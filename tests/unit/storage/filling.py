"""Posts with assessments and alerts, for tests of whole databases."""

from __future__ import annotations

import hashlib

from sqlalchemy import Connection, insert

from tests.scanning import NOW, assessment
from tppo_watch.storage import Store, alerts, posts, runs, sources
from tppo_watch.storage.posts import NewPost, content_hash
from tppo_watch.storage.schema import insert_if_new, picture_places, pictures, post_pictures


def new_post(native_id: str, text: str, *, source_id: str = "s", **fields) -> NewPost:
    """A post of a source."""
    values = {"fetched": NOW, "parts": (native_id,), **fields}
    return NewPost(
        source_id=source_id, native_id=native_id, content_hash=content_hash(text), text=text, **values
    )


def add_picture(connection: Connection, post_id: int, content: bytes) -> str:
    """Let a post show a picture; its digest."""
    digest = hashlib.sha256(content).hexdigest()
    values = {"sha256": digest, "media_type": "image/png", "text": "teks", "content": content, "seen": NOW}
    connection.execute(insert_if_new(connection, pictures).values(values))
    connection.execute(insert(picture_places).values(place=digest[::-1], sha256=digest))
    connection.execute(insert(post_pictures).values(post_id=post_id, position=0, sha256=digest))
    return digest


def fill(store: Store, count: int, *, start: int = 0, **fields) -> list[int]:
    """Keep `count` posts, each with an assessment and an alert; the ids of the posts."""
    texts = [f"Loker Kamboja nomor {n} – „gaji“ 12jt 😀" for n in range(start, start + count)]
    with store.write() as connection:
        sources.ensure(connection, fields.get("source_id", "s"))
        new = [(new_post(str(start + n), text, **fields), None) for n, text in enumerate(texts)]
        ids = posts.add(connection, new)
        said = [assessment(text, level="high", sign="kamboja") for text in texts]
        posts.add_assessments(connection, list(zip(ids, said, strict=True)))
        for post_id in ids:
            alerts.raise_alert(connection, post_id, "high", now=NOW)
        add_picture(connection, ids[0], b"gambar %d" % start)
        runs.add(connection, started=NOW, finished=NOW, report={"new": count})
    return ids
