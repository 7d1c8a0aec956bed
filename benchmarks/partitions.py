"""Whether the posts should be partitioned by month in PostgreSQL: what each of the two forms costs.

    python -m benchmarks.partitions [POSTS]

The same posts over two years, with the indexes of the real table, in one table and in a partition a month.
A scan looks posts up by what their source calls them and by what they say; neither says in which month they
were fetched, so every partition is asked. Against that stands the end of a month's posts: rows are deleted,
a partition is dropped. Ratios hold on a noisy machine, times do not.
"""

from __future__ import annotations

import hashlib
import random
import statistics
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import psycopg
from sqlalchemy.engine import make_url

from tests.postgres import running_postgres

MONTHS = 24
BATCH = 256  # as a scan looks up
FIRST = datetime(2025, 1, 1, tzinfo=UTC)
_COLUMNS = "id, source_id, native_id, content_hash, text, fetched"
_TABLE = """
CREATE TABLE {name} (
    id bigint NOT NULL, source_id varchar(80) NOT NULL, native_id text NOT NULL,
    content_hash varchar(64) NOT NULL, text text NOT NULL, fetched timestamptz NOT NULL
) {how};
"""
# A key of a partitioned table has to hold the column of the partitions: it no longer keeps a post from being
# kept once a month.
_INDEXES = """
ALTER TABLE {name} ADD PRIMARY KEY (id{key});
ALTER TABLE {name} ADD UNIQUE (source_id, native_id, content_hash{key});
CREATE INDEX ON {name} (content_hash);
CREATE INDEX ON {name} (fetched);
"""


def month(number: int) -> datetime:
    """The first day of a month of the two years, and of the one after."""
    return datetime(FIRST.year + number // 12, number % 12 + 1, 1, tzinfo=UTC)


def rows(count: int):
    """Posts in the order of their time."""
    step = (month(MONTHS) - FIRST - timedelta(seconds=1)) / count
    for n in range(count):
        digest = hashlib.sha256(b"%d" % n).hexdigest()
        yield n, f"s{n % 40}", f"post-{n}", digest, f"Loker nomor {n} " * 12, FIRST + step * n


def seconds(work: Callable[[], object]) -> float:
    """Wall time."""
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def measured(
    connection: psycopg.Connection, name: str, count: int, end: Callable[[], object]
) -> dict[str, float]:
    """What filling, looking up and ending a month take."""

    def fill() -> None:
        with connection.cursor().copy(f"COPY {name} ({_COLUMNS}) FROM STDIN") as copy:
            for row in rows(count):
                copy.write_row(row)

    def look(column: str, values: list[str]) -> Callable[[], object]:
        query = f"SELECT native_id, content_hash FROM {name} WHERE source_id = 's7' AND {column} = ANY(%s)"
        if column == "content_hash":
            query = query.replace("source_id = 's7' AND ", "")
        return lambda: connection.execute(query, (values,)).fetchall()

    rng = random.Random(7)
    found = {"rows a second, COPY": count / seconds(fill)}
    connection.execute("ANALYZE")
    names = [f"post-{40 * rng.randrange(count // 40) + 7}" for _ in range(BATCH)]
    hashes = [hashlib.sha256(b"%d" % rng.randrange(2 * count)).hexdigest() for _ in range(BATCH)]
    for label, work in (
        ("ms, 256 ids", look("native_id", names)),
        ("ms, 256 texts", look("content_hash", hashes)),
    ):
        found[label] = 1000 * statistics.median(seconds(work) for _ in range(15))
    found["ms, the end of a month"] = 1000 * seconds(end)
    return found


def main(count: int) -> None:
    """Print both, side by side."""
    with running_postgres() as server:
        url = make_url(server.new_database())
        with psycopg.connect(
            host=url.query["host"], user="postgres", dbname=url.database, autocommit=True
        ) as one:
            one.execute(_TABLE.format(name="whole", how=""))
            one.execute(_INDEXES.format(name="whole", key=""))
            one.execute(_TABLE.format(name="parted", how="PARTITION BY RANGE (fetched)"))
            one.execute(_INDEXES.format(name="parted", key=", fetched"))
            for n in range(MONTHS):
                span = f"FROM ('{month(n)}') TO ('{month(n + 1)}')"
                one.execute(f"CREATE TABLE parted_{n} PARTITION OF parted FOR VALUES {span}")
            deleted = f"DELETE FROM whole WHERE fetched < '{month(1)}'"
            whole = measured(one, "whole", count, lambda: (one.execute(deleted), one.execute("VACUUM whole")))
            parted = measured(one, "parted", count, lambda: one.execute("DROP TABLE parted_0"))
    print(f"{count:,} posts of {MONTHS} months\n\n| | one table | a partition a month | ratio |")
    print("| --- | ---: | ---: | ---: |")
    for label, value in whole.items():
        print(f"| {label} | {value:,.1f} | {parted[label]:,.1f} | {parted[label] / value:.2f} |")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 300_000)
