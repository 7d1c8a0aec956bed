"""Kill a process that writes, with SIGKILL at a random moment, and see what is left.

Each phase is a piece of work on one database. A round copies a prepared state, forks a process that does the
work and tells what it has done, kills it, looks at the database, lets the work be done once more without a
kill, and looks again.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import random
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, func, select, text

from tests.postgres import PostgresServer
from tests.scanning import KeywordAssessor, settings_of
from tppo_watch.errors import StorageBusyError
from tppo_watch.storage import Store, keys, migrate, open_store, posts, transfer
from tppo_watch.storage.schema import alerts as alert_rows
from tppo_watch.storage.schema import assessments, metadata
from tppo_watch.storage.schema import posts as post_rows
from tppo_watch.watch import Watch, open_watch

Ack = Callable[[str], None]


@dataclass(frozen=True)
class Place:
    """A folder with whatever files a round needs, and its database."""

    folder: Path
    url: str
    rows: int

    def watch(self) -> Watch:
        """The service on this database, with one source."""
        source = {"id": "a", "kind": "jsonl", "path": "a.jsonl", "id_field": "id", "author_field": "by"}
        settings = settings_of(self.folder, source, storage={"url": self.url})
        return open_watch(settings, assessor=KeywordAssessor())

    def write_source(self) -> None:
        """Every seventh row says what the one before says, every tenth leads to an alert."""
        lines = []
        for n in range(self.rows):
            said = n - 1 if n % 7 == 6 else n
            words = f"teks nomor {said} {'Kamboja' if said % 10 == 0 else ''}"
            lines.append(json.dumps({"id": str(n), "text": words, "by": f"orang {n % 5}"}))
        (self.folder / "a.jsonl").write_text("\n".join(lines) + "\n")

    def expected(self) -> dict[str, int]:
        """What a complete scan of the source leaves."""
        said = [n - 1 if n % 7 == 6 else n for n in range(self.rows)]
        first = set(said)
        return {"posts": self.rows, "assessments": len(first), "alerts": sum(n % 10 == 0 for n in first)}


def scan_to_end(place: Place, ack: Ack = lambda told: None) -> None:
    """Scan everything; the lock of a process that was killed a moment ago may still stand on the server."""
    for attempt in range(100):
        try:
            with place.watch() as watch:
                watch.scan(is_everything=True, on_progress=lambda source, count: ack(str(count)))
            return
        except StorageBusyError:
            assert attempt < 99
            time.sleep(0.05)


def counts(store: Store) -> dict[str, int]:
    """Rows of the tables a scan fills."""
    with store.read() as connection:
        return {
            table.name: connection.execute(select(func.count()).select_from(table)).scalar_one()
            for table in (post_rows, assessments, alert_rows)
        }


def look(place: Place) -> Store:
    """Open the database after a kill; it must be sound, and nothing stand in it twice or half."""
    store = open_store(place.url)
    if store.path:
        transfer.check_sqlite(store.path)
    with store.read() as connection:
        twice = select(post_rows.c.native_id).group_by(post_rows.c.source_id, post_rows.c.native_id)
        assert connection.execute(twice.having(func.count() > 1)).all() == []
        half = (
            select(post_rows.c.id)
            .outerjoin(assessments, assessments.c.post_id == post_rows.c.id)
            .where(post_rows.c.copy_of.is_(None), assessments.c.post_id.is_(None))
        )
        assert connection.execute(half).all() == []
        hot = select(func.count()).select_from(assessments).where(assessments.c.level == "high")
        assert connection.execute(hot).scalar() == connection.execute(
            select(func.count(alert_rows.c.post_id.distinct()))
        ).scalar()
    return store


class Phase:
    """A piece of work that is killed."""

    name = ""

    def prepare(self, place: Place) -> None:
        """Make the state from which every round begins, on an empty database."""
        place.write_source()

    def work(self, place: Place, ack: Ack) -> None:
        """Do it, and tell after each step that is done for good."""
        raise NotImplementedError

    def check(self, place: Place, told: list[str]) -> None:
        """Look at what a kill left; `told` was done for good."""

    def finish(self, place: Place) -> None:
        """Do it again without a kill, and see that all of it is there once."""


class Scan(Phase):
    """Read a source, assess, keep, raise alerts."""

    name = "scan"

    def work(self, place: Place, ack: Ack) -> None:
        scan_to_end(place, ack)

    def check(self, place: Place, told: list[str]) -> None:
        with look(place) as store:
            assert counts(store)["posts"] >= int(told[-1] if told else 0)

    def finish(self, place: Place) -> None:
        scan_to_end(place)
        with look(place) as store:
            assert counts(store) == place.expected()
            with store.read() as connection:
                copies = connection.execute(select(func.sum(alert_rows.c.copies))).scalar()
            assert copies == sum(n % 7 == 6 and (n - 1) % 10 == 0 for n in range(place.rows))


class Scanned(Phase):
    """A phase that begins with a scanned source."""

    def prepare(self, place: Place) -> None:
        place.write_source()
        scan_to_end(place)


class Decide(Scanned):
    """Close one alert after the other."""

    name = "alert"

    def work(self, place: Place, ack: Ack) -> None:
        with place.watch() as watch:
            for record in reversed(watch.alerts()):
                watch.desk.set_closed([record.id], True, now=watch.now())
                ack(str(record.id))

    def check(self, place: Place, told: list[str]) -> None:
        look(place).close()
        with place.watch() as watch:
            closed = {record.id for record in watch.alerts(state="closed")}
            assert set(map(int, told)) <= closed
            assert watch.verify_audit() == len(closed)

    def finish(self, place: Place) -> None:
        self.work(place, lambda told: None)
        with look(place) as store:
            assert counts(store) == place.expected()
        with place.watch() as watch:
            assert watch.alerts() == []
            assert watch.verify_audit() == place.expected()["alerts"]


class Backup(Scanned):
    """Write three backups."""

    name = "backup"

    def work(self, place: Place, ack: Ack) -> None:
        with open_store(place.url) as store:
            for name in ("0", "1", "2"):
                transfer.back_up(store, place.folder / f"backup{name}.db")
                ack(name)

    def check(self, place: Place, told: list[str]) -> None:
        whole = {path.name for path in place.folder.glob("backup*.db")}
        assert {f"backup{name}.db" for name in told} <= whole
        with look(place) as store:
            for name in sorted(whole):
                path = place.folder / name
                transfer.check_sqlite(path)
                with open_store(f"sqlite:///{path}") as copy:
                    assert digests(copy) == digests(store)

    def finish(self, place: Place) -> None:
        self.work(place, lambda told: None)
        self.check(place, ["0", "1", "2"])


class Import(Scanned):
    """Fill an empty database from a backup."""

    name = "import"

    def prepare(self, place: Place) -> None:
        origin = Place(place.folder, f"sqlite:///{place.folder}/origin.db", place.rows)
        super().prepare(origin)
        with open_store(origin.url) as store:
            transfer.back_up(store, place.folder / "b.db")
        open_store(place.url).close()

    def work(self, place: Place, ack: Ack) -> None:
        transfer.restore(place.folder / "b.db", place.url)
        ack("done")

    def check(self, place: Place, told: list[str]) -> None:
        with look(place) as store, open_store(f"sqlite:///{place.folder}/origin.db") as origin:
            found = digests(store)
            is_whole = found == digests(origin)
            assert is_whole or all(copy.rows == 0 for copy in found.values())
            assert is_whole or not told

    def finish(self, place: Place) -> None:
        with open_store(place.url) as store:
            is_empty = counts(store)["posts"] == 0
        if is_empty:
            self.work(place, lambda told: None)
        self.check(place, ["done"])


class Migration(Scanned):
    """Upgrade to a revision that adds a column, fills it and makes a table."""

    name = "migration"
    _CODE = '''"""Next."""
import sqlalchemy as sa
from alembic import op
revision = "9999"
down_revision = "{newest}"
def upgrade():
    op.create_table("extra", sa.Column("id", sa.Integer(), nullable=False))
    op.add_column("posts", sa.Column("extra", sa.Text()))
    op.execute("UPDATE posts SET extra = text")
'''

    @contextmanager
    def _newer(self, place: Place) -> Iterator[None]:
        """As the next version of the program sees it."""
        folder, known = place.folder / "migrations", migrate._FOLDER
        if not folder.exists():
            shutil.copytree(known, folder, ignore=shutil.ignore_patterns("__pycache__"))
            code = self._CODE.format(newest=migrate.revisions()[-1])
            (folder / "versions" / "9999_next.py").write_text(code)
        migrate._FOLDER = folder
        try:
            yield
        finally:
            migrate._FOLDER = known

    def prepare(self, place: Place) -> None:
        super().prepare(place)
        with self._newer(place):
            pass

    def work(self, place: Place, ack: Ack) -> None:
        with self._newer(place), open_store(place.url):
            ack("done")

    def check(self, place: Place, told: list[str]) -> None:
        engine = create_engine(place.url)
        with engine.connect() as connection:
            revision = connection.execute(text(f"SELECT version_num FROM {migrate.REVISION_TABLE}")).scalar()
            columns = connection.execute(text("SELECT * FROM posts LIMIT 1")).keys()
        engine.dispose()
        assert (revision == "9999") == ("extra" in columns)
        assert revision == "9999" or not told
        for copy in place.folder.glob("[!.]*.before-*"):  # a draft that a kill left begins with a dot
            transfer.check_sqlite(copy)

    def finish(self, place: Place) -> None:
        with self._newer(place), look(place) as store:
            assert counts(store) == place.expected()
            with store.read() as connection:
                missing = connection.execute(text("SELECT count(*) FROM posts WHERE extra IS NULL")).scalar()
        assert missing == 0


class Rotate(Scanned):
    """Rotate the key of the author hashes twice."""

    name = "rotation"

    def work(self, place: Place, ack: Ack) -> None:
        for number in ("1", "2"):
            with place.watch() as watch:
                watch.upkeep.rotate_key()
            ack(number)

    def check(self, place: Place, told: list[str]) -> None:
        with look(place) as store:
            key = keys.open_key(store, place.folder / "tppo.key")
            assert len(key) // posts.KEY_BYTES >= 1 + len(told)
            with store.read() as connection:
                found = set(connection.execute(select(post_rows.c.author_key)).scalars())
        assert found == {posts.author_key(key, f"orang {n}") for n in range(5)}

    def finish(self, place: Place) -> None:
        retried(lambda: self.work(place, lambda told: None))
        self.check(place, ["1", "2"])


PHASES: tuple[Phase, ...] = (Scan(), Import(), Decide(), Migration(), Backup(), Rotate())


def retried(work: Callable[[], None]) -> None:
    """Do it as soon as the server has noticed that the last one is dead."""
    for attempt in range(100):
        try:
            return work()
        except StorageBusyError:
            assert attempt < 99
            time.sleep(0.05)


def digests(store: Store) -> dict[str, Any]:
    """Every table of a database in short."""
    with store.read() as connection:
        return {table.name: transfer.digest_of(connection, table) for table in metadata.sorted_tables}


def kill(
    phase: Phase, folder: Path, times: int, *, rows: int, seed: int, server: PostgresServer | None = None
) -> None:
    """Kill `phase` so many times before it is done, on SQLite or on `server`, and look each time."""
    seeded = random.Random(seed)
    origin = Place(folder / "origin", _new_url(folder / "origin", server), rows)
    origin.folder.mkdir(parents=True)
    phase.prepare(origin)
    window_s, struck, missed = _time_of(phase, _copy(origin, folder / "timed", server)), 0, 0
    while struck < times:
        place = _copy(origin, folder / "round", server)
        is_struck, told = _strike(phase, place, seeded.uniform(0, window_s))
        if is_struck:
            struck += 1
            phase.check(place, told)
            phase.finish(place)
        else:  # it was done already; what it takes varies with the machine
            missed, window_s = missed + 1, window_s * 0.7
            assert missed < 10 * times, f"{phase.name} is too fast to be killed"
        shutil.rmtree(place.folder)


def _new_url(folder: Path, server: PostgresServer | None) -> str:
    return server.new_database() if server else f"sqlite:///{folder}/tppo.db"


def _copy(origin: Place, folder: Path, server: PostgresServer | None) -> Place:
    shutil.copytree(origin.folder, folder)
    url = server.new_database(template=origin.url) if server else _new_url(folder, None)
    return Place(folder, url, origin.rows)


def _time_of(phase: Phase, place: Place) -> float:
    begun = time.perf_counter()
    _strike(phase, place, None)
    shutil.rmtree(place.folder)
    return time.perf_counter() - begun


def _strike(phase: Phase, place: Place, after_s: float | None) -> tuple[bool, list[str]]:
    """Let a process work and kill it; whether it was killed before its end, and what it had told."""
    reader, writer = os.pipe()

    def child() -> None:
        os.close(reader)
        phase.work(place, lambda told: os.write(writer, f"{told}\n".encode()) and None)

    process = multiprocessing.get_context("fork").Process(target=child)
    process.start()
    os.close(writer)
    process.join(after_s)
    process.kill()
    process.join()
    with os.fdopen(reader) as stream:
        told = stream.read().split()
    assert process.exitcode in (0, -9), f"{phase.name} failed by itself"
    return process.exitcode == -9, told
