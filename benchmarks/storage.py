"""How fast rows move: a copy into each database beside what its own tools take for the same rows.

    python -m benchmarks.storage [POSTS]

The peers are the backup of the sqlite3 module for SQLite, and `psycopg`'s bare COPY of the posts alone for
PostgreSQL. Ratios hold on a noisy machine, times do not.
"""

from __future__ import annotations

import sqlite3
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path

import psycopg
from sqlalchemy import insert
from sqlalchemy.engine import make_url

from tests.postgres import running_postgres
from tests.scanning import NOW
from tests.unit.storage.filling import fill
from tppo_watch.storage import Store, open_store, sources, transfer
from tppo_watch.storage.loading import load_numbered
from tppo_watch.storage.schema import posts

BATCH = 256  # as a scan writes


def timed(work) -> float:
    """Seconds of wall time."""
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def bare_copy(path: Path, url: str) -> None:
    """The texts of all posts, and nothing else, as fast as the driver can."""
    address = make_url(url)
    with closing(sqlite3.connect(path)) as source:
        with psycopg.connect(host=address.query["host"], user="postgres", dbname=address.database) as target:
            target.execute("CREATE TABLE bare (id bigint, text text)")
            with target.cursor().copy("COPY bare FROM STDIN") as copy:
                for row in source.execute("SELECT id, text FROM posts"):
                    copy.write_row(row)


def copied_and_inserted(store: Store, count: int) -> tuple[float, float]:
    """Seconds for the same new posts by COPY, as they are written, and by INSERT."""
    spent = [0.0, 0.0]
    with store.write() as connection:
        sources.ensure(connection, "bench")
    for start in range(0, count, BATCH):
        for way in (0, 1):
            rows = [
                dict.fromkeys(("copy_of", "title", "url", "published", "author_key", "province"))
                | {"source_id": "bench", "native_id": f"{way}-{n}", "content_hash": f"{way}{n:063d}"}
                | {"text": f"Loker kasir nomor {n} " * 12, "fetched": NOW, "since": NOW}
                for n in range(start, start + BATCH)
            ]
            with store.write() as connection:
                begun = time.perf_counter()
                if way == 0:
                    load_numbered(connection, posts, rows)
                else:
                    returning = insert(posts).returning(posts.c.id, sort_by_parameter_order=True)
                    connection.execute(returning, rows).all()
                spent[way] += time.perf_counter() - begun
    return spent[0], spent[1]


def main(count: int) -> None:
    """Fill SQLite and PostgreSQL by batches, then copy the first into the second and into a file."""
    with running_postgres() as server, tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.db"
        origin = open_store(f"sqlite:///{path}")
        filled, starts = {}, range(0, count, BATCH)
        for name, store in (("sqlite", origin), ("postgresql", open_store(server.new_database()))):
            filled[name] = timed(lambda store=store: [fill(store, BATCH, start=at) for at in starts])
        url = server.new_database()
        bare = timed(lambda: bare_copy(path, url))
        with open_store(server.new_database()) as target:
            by_copy, by_insert = copied_and_inserted(target, count // 4)
        with open_store(server.new_database()) as target:
            moved = timed(lambda: transfer.copy_all(origin, target))
        with closing(sqlite3.connect(path)) as old, closing(sqlite3.connect(f"{folder}/b.db")) as new:
            peer = timed(lambda: old.backup(new))
        kept = timed(lambda: transfer.back_up(origin, Path(folder) / "c.db"))
    print(f"{count} posts, each with an assessment and an alert")
    for name, spent in filled.items():
        print(f"written by batches of {BATCH} into {name}: {count / spent:,.0f} posts/s")
    print(f"posts alone into postgresql by COPY: {by_copy / by_insert:.2f} of the time of INSERT")
    ratio = f"{moved / bare:.1f} x a bare COPY of the texts"
    print(f"moved to PostgreSQL, every row compared: {count / moved:,.0f} posts/s, {ratio}")
    print(f"backup, checked: {kept / peer:.1f} x sqlite3's own")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 20_000)
