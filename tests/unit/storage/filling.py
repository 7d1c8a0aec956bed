"""Posts with assessments and alerts, for tests of whole databases."""

from __future__ import annotations

from tests.scanning import NOW, assessment
from tppo_watch.storage import Store, alerts, posts, runs, sources
from tppo_watch.storage.posts import NewPost, content_hash


def new_post(native_id: str, text: str, *, source_id: str = "s", **fields) -> NewPost:
    """A post of a source."""
    values = {"fetched": NOW, "parts": (native_id,), **fields}
    return NewPost(
        source_id=source_id, native_id=native_id, content_hash=content_hash(text), text=text, **values
    )


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
        runs.add(connection, started=NOW, finished=NOW, report={"new": count})
    return ids
