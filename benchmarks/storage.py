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
from sqlalchemy.engine import make_url

from tests.postgres import running_postgres
from tests.unit.storage.filling import fill
from tppo_watch.storage import open_store, transfer

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
            moved = timed(lambda: transfer.copy_all(origin, target))
        with closing(sqlite3.connect(path)) as old, closing(sqlite3.connect(f"{folder}/b.db")) as new:
            peer = timed(lambda: old.backup(new))
        kept = timed(lambda: transfer.back_up(origin, Path(folder) / "c.db"))
    print(f"{count} posts, each with an assessment and an alert")
    for name, spent in filled.items():
        print(f"written by batches of {BATCH} into {name}: {count / spent:,.0f} posts/s")
    ratio = f"{moved / bare:.1f} x a bare COPY of the texts"
    print(f"moved to PostgreSQL, every row compared: {count / moved:,.0f} posts/s, {ratio}")
    print(f"backup, checked: {kept / peer:.1f} x sqlite3's own")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 20_000)
